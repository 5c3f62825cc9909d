"""The truth about a release, and errors over time."""

import time
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
from tests.api.v1.conftest import Reporter, envelope
from tests.processes import wait_until
from tests.repository import GitRepository


def page(client: httpx.Client, release: dict[str, Any]) -> dict[str, Any]:
    answer = client.get(f"/api/v1/releases/{release['id']}")
    assert answer.status_code == 200, answer.text
    made: dict[str, Any] = answer.json()
    return made


def test_the_first_release_stands_alone(client: httpx.Client, reporter: Reporter) -> None:
    release = reporter.deploy("1.0.0", deployed_by="ci")
    shown = page(client, release)
    assert {name: shown[name] for name in release} == release
    assert list(shown)[: len(release)] == list(release)
    assert (shown["previous_release"], shown["comparison"], shown["sessions"], shown["range"]) == (None,) * 4
    (deploy,) = shown["deploys"]
    assert (deploy["kind"], deploy["deployed_by"], deploy["replaced"]) == ("deploy", "ci", None)


def test_a_release_against_the_one_before(client: httpx.Client, reporter: Reporter) -> None:
    old = reporter.deploy("1.0.0")
    for function in ("pay", "pay", "refund"):
        reporter.raised(function=function)
    new = reporter.deploy("1.1.0")
    reporter.raised(function="ship", release="1.1.0")
    reporter.wait_for((1, 1, 0), "1.1.0")
    shown = page(client, new)
    assert shown["previous_release"]["id"] == old["id"]
    comparison = shown["comparison"]
    assert (comparison["error_count"], comparison["previous_error_count"]) == (1, 3)
    assert (comparison["share"], comparison["verdict"]) == (0.25, "better")
    assert [error["culprit"] for error in shown["new"]] == ["shop/cart.py in ship"]
    assert page(client, old)["new"][0]["culprit"] == "shop/cart.py in pay"


def test_what_came_back_is_listed(client: httpx.Client, reporter: Reporter) -> None:
    reporter.deploy("1.0.0")
    reporter.raised()
    reporter.wait_for((1, 1, 0))
    (error,) = client.get("/api/v1/errors").json()["errors"]
    client.patch(f"/api/v1/errors/{error['id']}", json={"status": "resolved", "resolved_in": "next_release"})
    release = reporter.deploy("1.1.0")
    reporter.raised(release="1.1.0")
    reporter.wait_for((1, 0, 1), "1.1.0")
    shown = page(client, release)
    assert [one["id"] for one in shown["regressed"]] == [error["id"]]
    assert shown["new"] == []


def test_the_history_tells_a_rollback(client: httpx.Client, reporter: Reporter) -> None:
    old = reporter.deploy("1.0.0")
    new = reporter.deploy("1.1.0")
    reporter.deploy("1.0.0", deployed_by="ana")
    deploys = page(client, old)["deploys"]
    assert [(deploy["kind"], deploy["replaced"]) for deploy in deploys] == [("rollback", new["id"]), ("deploy", None)]


def test_a_canary_has_a_release_before_of_its_own(client: httpx.Client, reporter: Reporter) -> None:
    reporter.deploy("1.0.0")
    canary = reporter.deploy("1.1.0", "canary")
    assert page(client, canary)["previous_release"] is None


def test_crash_free_sessions(client: httpx.Client, reporter: Reporter) -> None:
    release = reporter.deploy("1.0.0")
    attrs = {"release": "1.0.0", "environment": "production"}
    sums = {"attrs": attrs, "aggregates": [{"started": datetime.now(UTC).isoformat(), "exited": 9, "crashed": 1}]}
    reporter.send(envelope(sums, kind="sessions"))
    reporter.raised()
    reporter.wait_for((1, 1, 0))
    sessions = page(client, release)["sessions"]
    assert sessions == {"total": 10, "errored": 0, "abnormal": 0, "crashed": 1, "crash_free_rate": 0.9}


def test_the_range_between_two_releases(
    client: httpx.Client, reporter: Reporter, git_repo: GitRepository, repo_id: str, range_id: str
) -> None:
    url = "git@github.com:acme/myapp.git"
    reporter.deploy("1.0.0", repository=url)
    release = reporter.deploy("1.1.0", repository=url)
    shown = page(client, release)
    assert shown["range"]["id"] == range_id
    assert (shown["range"]["from_tag"], shown["range"]["to_tag"]) == ("v1.0.0", "v1.1.0")


def test_errors_over_time_by_release(client: httpx.Client, reporter: Reporter) -> None:
    moment = time.time()
    reporter.raised(timestamp=moment - 2 * 3600)
    reporter.raised(timestamp=moment)
    reporter.raised(timestamp=moment, environment="canary", release="1.1.0")
    reporter.raised(timestamp=moment, release=None)
    wait_until(lambda: [one["event_count"] for one in client.get("/api/v1/errors").json()["errors"]] == [4])
    trends = client.get(f"/api/v1/services/{reporter.id}/trends").json()
    assert list(trends) == ["service_id", "interval", "from", "to", "series"]
    assert [(one["version"], one["environment"], one["error_count"]) for one in trends["series"]] == [
        ("1.0.0", "production", 2),
        (None, "production", 1),
        ("1.1.0", "canary", 1),
    ]
    assert [point["error_count"] for point in trends["series"][0]["points"]] == [1, 1]
    canary = client.get(f"/api/v1/services/{reporter.id}/trends?environment=canary&interval=day").json()
    assert [one["version"] for one in canary["series"]] == ["1.1.0"]


def test_spans_that_make_no_sense(client: httpx.Client, reporter: Reporter) -> None:
    url = f"/api/v1/services/{reporter.id}/trends"
    moment = datetime.now(UTC)
    backwards = {"from": moment.isoformat(), "to": (moment - timedelta(days=1)).isoformat()}
    assert client.get(url, params=backwards).status_code == 409
    assert client.get(url, params={"from": (moment - timedelta(days=60)).isoformat()}).status_code == 409
    assert client.get(f"{url}?interval=minute").status_code == 400
    assert client.get("/api/v1/services/svc_nobody/trends").status_code == 404
