"""Errors: reported as JSON, listed, shown, resolved, ignored, and coming back."""

import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest
from tests.api.v1.conftest import Reporter
from tests.conftest import Org
from tests.processes import wait_until

from releaseray.services.keys import Scope

EVENT_ID = "0123456789abcdef0123456789abcdef"


def only_error(client: httpx.Client, **query: str) -> dict[str, Any]:
    (error,) = client.get("/api/v1/errors", params=query).json()["errors"]
    made: dict[str, Any] = client.get(f"/api/v1/errors/{error['id']}").json()
    return made


def patched(client: httpx.Client, error: dict[str, Any], **body: Any) -> dict[str, Any]:
    answer = client.patch(f"/api/v1/errors/{error['id']}", json=body)
    assert answer.status_code == 200, answer.text
    changed: dict[str, Any] = answer.json()
    return changed


@pytest.fixture
def error(client: httpx.Client, reporter: Reporter) -> dict[str, Any]:
    """One error, seen once in 1.0.0."""
    reporter.deploy("1.0.0")
    reporter.raised()
    reporter.wait_for((1, 1, 0))
    return only_error(client)


def test_one_report_is_accepted_with_its_id(client: httpx.Client, reporter: Reporter) -> None:
    report = {"service_id": reporter.id, "message": "bad amount", "release": "1.0.0", "event_id": EVENT_ID}
    answers = [client.post("/api/v1/errors", json=report) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [200, 200]
    assert answers[0].json() == {"id": EVENT_ID, "status": "accepted", "error": None}
    client.post("/api/v1/errors", json={**report, "event_id": None})
    reporter.wait_for((2, 1, 0))


def test_each_of_a_batch_has_its_own_answer(client: httpx.Client, reporter: Reporter) -> None:
    good = {"service_id": reporter.id, "message": "bad amount", "type": "ValueError", "release": "1.0.0"}
    batch = [good, {**good, "service_id": "svc_nobody"}, {**good, "line": 3}, "nonsense", good]
    answer = client.post("/api/v1/errors", json={"errors": batch})
    assert answer.status_code == 400
    assert "errors.3" in answer.json()["details"]
    batch.remove("nonsense")
    body = client.post("/api/v1/errors", json={"errors": batch}).json()
    assert [result["status"] for result in body["results"]] == ["accepted", "rejected", "rejected", "accepted"]
    assert (body["accepted"], body["rejected"]) == (2, 2)
    assert body["results"][1]["error"]["error"] == "Not found"
    assert body["results"][2]["error"]["details"] == {"line": "unknown field"}
    reporter.wait_for((2, 1, 0))


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"message": ""}, "message"),
        ({"message": None}, "message"),
        ({"message": "nul \x00"}, "message"),
        ({"event_id": "12"}, "event_id"),
        ({"level": "awful"}, "level"),
        ({"timestamp": "yesterday"}, "timestamp"),
        ({"frames": [{"lineno": 0}]}, "frames.0.lineno"),
        ({"userId": "1"}, "userId"),
    ],
)
def test_an_odd_report_is_refused_by_the_fields_name(
    client: httpx.Client, reporter: Reporter, change: dict[str, Any], field: str
) -> None:
    report = {"service_id": reporter.id, "message": "bad amount", **change}
    answer = client.post("/api/v1/errors", json=report)
    assert answer.status_code == 400
    assert list(answer.json()["details"]) == [field]


def test_a_report_with_an_idempotency_key_counts_once(client: httpx.Client, reporter: Reporter) -> None:
    report = {"service_id": reporter.id, "message": "bad amount", "release": "1.0.0"}
    ids = {client.post("/api/v1/errors", json=report, headers={"Idempotency-Key": "a"}).json()["id"] for _ in "12"}
    assert len(ids) == 1
    reporter.wait_for((1, 1, 0))


def test_an_errors_page_says_where_it_was_seen_and_why_it_is_one(error: dict[str, Any]) -> None:
    assert error["title"] == "ValueError: bad amount"
    assert error["culprit"] == "shop/cart.py in pay"
    assert (error["status"], error["event_count"], error["first_release"]) == ("new", 1, "1.0.0")
    assert error["grouping"]["version"] == 1
    assert "The type: ValueError." in error["grouping"]["explanation"]
    (place,) = error["releases"]
    assert (place["version"], place["environment"], place["new"], place["regressed"]) == (
        "1.0.0",
        "production",
        True,
        False,
    )
    assert error["sample"]["exceptions"][0]["frames"][-1]["function"] == "pay"
    assert error["history"] == []


def test_lists_can_be_narrowed(client: httpx.Client, reporter: Reporter) -> None:
    reporter.raised(function="pay", release="1.0.0")
    reporter.raised(function="refund", release="1.1.0", environment="canary")
    reporter.wait_for((1, 1, 0), "1.1.0", "canary")

    def titles(**query: str) -> list[str]:
        found = client.get("/api/v1/errors", params=query).json()["errors"]
        return sorted(error["culprit"].rpartition(" ")[2] for error in found)

    soon = datetime.now(UTC) + timedelta(minutes=1)
    assert titles() == ["pay", "refund"]
    assert titles(service_id=reporter.id, release="1.0.0") == ["pay"]
    assert titles(environment="canary") == ["refund"]
    assert titles(environment="canary", release="1.0.0") == []
    assert titles(status="new") == ["pay", "refund"]
    assert titles(status="resolved") == []
    assert titles(**{"from": soon.isoformat()}) == []
    assert titles(to=soon.isoformat()) == ["pay", "refund"]
    assert client.get("/api/v1/errors?status=odd").status_code == 400
    assert client.get("/api/v1/errors?service_id=svc_nobody").status_code == 404


def test_resolved_and_back_is_a_regression(client: httpx.Client, reporter: Reporter, error: dict[str, Any]) -> None:
    resolved = patched(client, error, status="resolved", resolved_in="release", release="1.1.0")
    assert (resolved["status"], resolved["resolution"]["release"]) == ("resolved", "1.1.0")
    assert resolved["history"][0]["by"] == "tests"
    reporter.deploy("1.1.0")
    reporter.raised(release="1.0.0")
    reporter.wait_for((2, 1, 0), "1.0.0")
    assert only_error(client)["status"] == "resolved"
    reporter.raised(release="1.1.0")
    reporter.wait_for((1, 0, 1), "1.1.0")
    regressed = only_error(client, status="regressed")
    assert regressed["regression"]["release"] == "1.1.0"
    assert [change["after"] for change in regressed["history"]] == ["regressed", "resolved"]
    assert regressed["history"][0]["reason"] == "Came back in 1.1.0."


def test_a_backport_is_no_regression(client: httpx.Client, reporter: Reporter) -> None:
    reporter.deploy("8.0.0")
    reporter.raised(release="8.0.0")
    reporter.wait_for((1, 1, 0), "8.0.0")
    patched(client, only_error(client), status="resolved", resolved_in="release", release="8.1.0")
    reporter.deploy("8.1.0")
    reporter.deploy("8.0.1")
    reporter.raised(release="8.0.1")
    reporter.wait_for((1, 0, 0), "8.0.1")
    assert only_error(client)["status"] == "resolved"


def test_resolved_in_the_next_release_stays_so_in_the_present_one(
    client: httpx.Client, reporter: Reporter, error: dict[str, Any]
) -> None:
    patched(client, error, status="resolved", resolved_in="next_release")
    reporter.raised(release="1.0.0")
    reporter.wait_for((2, 1, 0))
    assert only_error(client)["status"] == "resolved"
    reporter.raised(release="1.0.1")
    reporter.wait_for((1, 0, 1), "1.0.1")


def test_resolved_now_comes_back_with_the_next_event(
    client: httpx.Client, reporter: Reporter, error: dict[str, Any]
) -> None:
    patched(client, error, status="resolved")
    time.sleep(1)
    reporter.raised(release="1.0.0")
    reporter.wait_for((2, 1, 1))


def test_ignored_for_some_events(client: httpx.Client, reporter: Reporter, error: dict[str, Any]) -> None:
    ignored = patched(client, error, status="ignored", ignored_events=2)
    assert (ignored["status"], ignored["ignored_events"]) == ("ignored", 2)
    reporter.raised()
    reporter.wait_for((2, 1, 0))
    assert only_error(client)["status"] == "ignored"
    reporter.raised()
    reporter.wait_for((3, 1, 0))
    assert only_error(client)["status"] == "new"


def test_ignored_for_a_time(client: httpx.Client, error: dict[str, Any]) -> None:
    for seconds in (3, 12, 48):  # on a slow machine the first may be over before it is looked at
        soon = datetime.now(UTC) + timedelta(seconds=seconds)
        body = {"status": "ignored", "ignored_until": soon.isoformat()}
        answer = client.patch(f"/api/v1/errors/{error['id']}", json=body)
        ignored = client.get("/api/v1/errors?status=ignored").json()["total"]
        if ignored:
            break
    assert (answer.status_code, ignored) == (200, 1)
    wait_until(lambda: only_error(client)["status"] == "new")
    assert client.get("/api/v1/errors?status=ignored").json()["total"] == 0
    assert client.get("/api/v1/errors?status=new").json()["total"] == 1
    late = client.patch(f"/api/v1/errors/{error['id']}", json=body)
    assert late.status_code == 409


def test_what_was_resolved_can_be_made_new_again(client: httpx.Client, error: dict[str, Any]) -> None:
    patched(client, error, status="resolved")
    reopened = patched(client, error, status="new")
    assert (reopened["status"], reopened["resolution"]) == ("new", None)
    assert len(reopened["history"]) == 2


def test_who_did_what_and_when_is_kept_and_shown(client: httpx.Client, error: dict[str, Any]) -> None:
    until = "2126-01-02T03:04:05Z"
    for body in (
        {"status": "resolved"},
        {"status": "resolved", "resolved_in": "next_release"},
        {"status": "resolved", "resolved_in": "release", "release": "1.4.0"},
        {"status": "ignored"},
        {"status": "ignored", "ignored_events": 3, "ignored_until": until},
        {"status": "new"},
    ):
        changed = patched(client, error, **body)
    history = changed["history"]
    assert [(one["before"], one["after"], one["reason"]) for one in history] == [
        ("ignored", "new", "Reopened."),
        ("ignored", "ignored", "Ignored until 2126-01-02 03:04 UTC or for 3 more events."),
        ("resolved", "ignored", "Ignored."),
        ("resolved", "resolved", "Resolved in 1.4.0."),
        ("resolved", "resolved", "Resolved in the release after 1.0.0."),
        ("new", "resolved", "Resolved."),
    ]
    assert {one["by"] for one in history} == {"tests"}
    moments = [datetime.fromisoformat(one["at"]) for one in history]
    assert moments == sorted(moments, reverse=True)
    assert datetime.now(UTC) - moments[0] < timedelta(minutes=1)


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"status": "regressed"},
        {"status": "resolved", "resolved_in": "release"},
        {"status": "resolved", "release": "1.0.0"},
        {"status": "new", "resolved_in": "now"},
        {"status": "resolved", "ignored_events": 3},
        {"status": "ignored", "ignored_events": 0},
        {"status": "ignored", "release": "1.0.0"},
    ],
)
def test_updates_that_make_no_sense_are_refused(
    client: httpx.Client, error: dict[str, Any], body: dict[str, Any]
) -> None:
    assert client.patch(f"/api/v1/errors/{error['id']}", json=body).status_code == 400


def test_test_mode_does_nothing(client: httpx.Client, error: dict[str, Any]) -> None:
    headers = {"X-Test-Mode": "true"}
    changed = client.patch(f"/api/v1/errors/{error['id']}", json={"status": "resolved"}, headers=headers)
    assert (changed.status_code, changed.json()["status"]) == (200, "resolved")
    report = {"service_id": "svc_any", "message": "hello"}
    assert client.post("/api/v1/errors", json=report, headers=headers).json()["status"] == "accepted"
    assert only_error(client)["status"] == "new"


def test_nobody_else_sees_or_changes_it(
    new_org: Callable[..., Org], reporter: Reporter, error: dict[str, Any], client: httpx.Client
) -> None:
    stranger = new_org().client
    release = client.get("/api/v1/releases").json()["releases"][0]
    calls: list[tuple[str, str, Any]] = [
        ("GET", f"/api/v1/errors/{error['id']}", None),
        ("PATCH", f"/api/v1/errors/{error['id']}", {"status": "resolved"}),
        ("GET", f"/api/v1/errors?service_id={reporter.id}", None),
        ("GET", f"/api/v1/releases?service_id={reporter.id}", None),
        ("GET", f"/api/v1/releases/{release['id']}", None),
        ("POST", "/api/v1/releases", {"service_id": reporter.id, "version": "2.0.0"}),
        ("POST", "/api/v1/errors", {"service_id": reporter.id, "message": "x"}),
    ]
    for method, path, body in calls:
        answer = stranger.request(method, path, json=body)
        assert answer.status_code == 404, (method, path)
        assert "not found or you don't have access." in answer.json()["message"]
    for name in ("services", "releases", "errors"):
        assert stranger.get(f"/api/v1/{name}").json() == {name: [], "total": 0, "has_more": False}
    assert only_error(client)["status"] == "new"


def test_reading_does_not_allow_writing(new_org: Callable[..., Org]) -> None:
    reader = new_org(Scope.READ).client
    assert reader.post("/api/v1/errors", json={"service_id": "svc_any", "message": "x"}).status_code == 403
    assert reader.patch("/api/v1/errors/err_any", json={"status": "new"}).status_code == 403
