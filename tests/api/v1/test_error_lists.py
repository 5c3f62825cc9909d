"""Lists of errors: every filter, sort and page against the errors' own pages; trends by day against those by hour."""

import itertools
import time
from collections.abc import Iterator
from functools import partial
from typing import Any

import httpx
import pytest
from tests.api.v1.conftest import Reporter, new_reporter
from tests.conftest import Server
from tests.processes import wait_until

from releaseray.models import MOST_ENVIRONMENTS

PLACES = (("1.0.0", "production"), ("1.1.0", "canary"), (None, "staging"), ("1.0.0", "canary"), ("1.1.0", "production"))
STATUSES = ({"status": "resolved"}, {"status": "ignored"}, {"status": "new"})
DAY = 86_400


def listed(client: httpx.Client, **query: Any) -> tuple[list[dict[str, Any]], set[int]]:
    """Every page of a list, and the totals that they gave."""
    errors, totals, offset = [], set(), 0
    while True:
        answer = client.get("/api/v1/errors", params={"limit": 3, "offset": offset, **query})
        assert answer.status_code == 200, answer.text
        page = answer.json()
        errors += page["errors"]
        totals.add(page["total"])
        assert page["has_more"] == ("next_offset" in page) == ('rel="next"' in answer.headers.get("Link", ""))
        if not page["has_more"]:
            return errors, totals
        offset = page["next_offset"]


@pytest.fixture
def pages(server: Server, client: httpx.Client) -> list[dict[str, Any]]:
    """The pages of ten errors of two services, each seen in one to three places, in three states."""
    for name in ("checkout", "search"):
        reporter = new_reporter(server, client, name)
        for number in range(5):
            for version, environment in PLACES[number : number + 1 + number % 3]:
                reporter.raised(function=f"step_{'abcde'[number]}", release=version, environment=environment)
    wait_until(lambda: sum(one["event_count"] for one in listed(client)[0]) == 16)
    errors, _ = listed(client)
    for error, change in zip(errors, itertools.cycle(STATUSES), strict=False):
        assert client.patch(f"/api/v1/errors/{error['id']}", json=change).status_code == 200
    assert different_keys(server) == 0
    return [client.get(f"/api/v1/errors/{error['id']}").json() for error in errors]


DIFFERENT_KEYS = """
SELECT count(*) FROM errors e FULL JOIN error_keys k ON e.id = k.error_id COLLATE "default"
LEFT JOIN (SELECT error_id, array_agg(environment) AS environments FROM error_environments GROUP BY error_id) n
     ON n.error_id = e.id
WHERE (e.service_id, e.title, e.status, e.status_after, e.ignored_until, e.first_seen, e.last_seen, e.created_at,
       e.updated_at) IS DISTINCT FROM
      (k.service_id, k.title, k.status, k.status_after, k.ignored_until, k.first_seen, k.last_seen, k.created_at,
       k.updated_at)
   OR NOT CASE WHEN cardinality(n.environments) > $1 THEN k.environments IS NULL
               ELSE k.environments @> n.environments AND k.environments <@ n.environments END
"""


def different_keys(server: Server) -> int:
    """How many errors of everybody lists would find by other values than the errors' own."""
    return int(server.run(server.runtime.database.raw.fetchval(DIFFERENT_KEYS, MOST_ENVIRONMENTS)))


def questions(pages: list[dict[str, Any]]) -> Iterator[dict[str, str]]:
    services = [None, *sorted({page["service_id"] for page in pages}), "svc_nobody"][:3]
    choices = itertools.product(
        services, (None, "new", "resolved"), (None, "production", "staging", "nowhere"), (None, "1.0.0", "9.9.9")
    )
    for service_id, status, environment, release in choices:
        asked = {"service_id": service_id, "status": status, "environment": environment, "release": release}
        yield {name: value for name, value in asked.items() if value is not None}


def matches(page: dict[str, Any], question: dict[str, str]) -> bool:
    places = [
        place
        for place in page["releases"]
        if question.get("environment", place["environment"]) == place["environment"]
        and question.get("release", place["version"]) == place["version"]
    ]
    return bool(places) and all(question.get(name, page[name]) == page[name] for name in ("service_id", "status"))


def test_every_filter_finds_what_the_pages_say(client: httpx.Client, pages: list[dict[str, Any]]) -> None:
    for question in questions(pages):
        errors, totals = listed(client, **question)
        expected = [page for page in pages if matches(page, question)]
        assert [one["id"] for one in errors] == [one["id"] for one in expected], question
        assert totals == {len(expected)}, question
        assert errors == [{name: page[name] for name in errors[0]} for page in expected], question


@pytest.mark.parametrize("narrowed", [{}, {"environment": "canary"}])
@pytest.mark.parametrize(
    ("sort", "field"), [("created_at", "created_at"), ("updated_at", "updated_at"), ("name", "title")]
)
def test_every_sort_goes_both_ways_and_ties_go_by_id(
    client: httpx.Client, pages: list[dict[str, Any]], narrowed: dict[str, str], sort: str, field: str
) -> None:
    up, down = (listed(client, sort=sort, order=order, **narrowed)[0] for order in ("asc", "desc"))
    assert len(up) > 3
    assert up == down[::-1]
    assert [one[field] for one in up] == sorted(one[field] for one in up)
    if sort == "name":
        assert [one["id"] for one in up] == sorted(one["id"] for one in up)


def test_spans_find_what_was_seen_between(client: httpx.Client, reporter: Reporter, server: Server) -> None:
    now = int(time.time())
    for name, ages in {"Old": (20,), "Long": (20, 2), "Late": (2, 25), "New": (1,)}.items():
        for age in ages:
            reporter.raised(name, timestamp=now - age * DAY)
    reporter.wait_for((6, 4, 0))
    for since, until, found in (
        (30, 22, {"Late"}),
        (21, 15, {"Old", "Long", "Late"}),
        (20, 3, {"Old", "Long", "Late"}),
        (19, 3, {"Long", "Late"}),
        (3, 0, {"Long", "Late", "New"}),
        (1, 0, {"New"}),
    ):
        span = {"from": moment(now - since * DAY), "to": moment(now - until * DAY)}
        for sort in ("created_at", "updated_at", "name"):
            errors, totals = listed(client, service_id=reporter.id, sort=sort, **span)
            assert {one["title"].partition(":")[0] for one in errors} == found, span
            assert totals == {len(found)}
    assert different_keys(server) == 0


def test_an_error_may_be_seen_in_more_environments_than_anybody_has(
    client: httpx.Client, reporter: Reporter, server: Server
) -> None:
    names = [f"preview-{number}" for number in range(MOST_ENVIRONMENTS + 5)]
    reporter.raised("Elsewhere", environment="production")
    for seen in (names[:3], names[: MOST_ENVIRONMENTS - 1], names[:MOST_ENVIRONMENTS], names):
        for name in seen:
            reporter.raised(environment=name)
        wait_until(partial(is_listed_in, client, seen[-1]))
        for name in (seen[0], seen[-1]):
            errors, totals = listed(client, service_id=reporter.id, environment=name, status="new")
            assert ([one["title"] for one in errors], totals) == (["ValueError: bad amount"], {1})
        assert listed(client, environment="nowhere") == ([], {0})
    assert [one["title"] for one in listed(client, environment="production")[0]] == ["Elsewhere: bad amount"]
    assert different_keys(server) == 0


def test_an_ignoring_that_is_over_is_listed_under_what_comes_after(
    client: httpx.Client, reporter: Reporter, server: Server
) -> None:
    reporter.raised()
    reporter.wait_for((1, 1, 0))
    (error,), _ = listed(client)
    until = {"status": "ignored", "ignored_until": moment(int(time.time()) + 2)}
    assert client.patch(f"/api/v1/errors/{error['id']}", json=until).json()["status"] == "ignored"
    assert [len(listed(client, status=status)[0]) for status in ("ignored", "new", "resolved")] == [1, 0, 0]
    wait_until(
        lambda: [len(listed(client, status=status)[0]) for status in ("ignored", "new", "resolved")] == [0, 1, 0]
    )
    assert listed(client, status="new")[0][0]["status"] == "new"
    assert different_keys(server) == 0


def test_somebody_elses_service_has_no_errors_to_list(new_org: Any, reporter: Reporter) -> None:
    reporter.raised()
    reporter.wait_for((1, 1, 0))
    stranger = new_org().client
    for query in ({}, {"environment": "production"}, {"release": "1.0.0"}, {"status": "new"}):
        assert stranger.get("/api/v1/errors", params={"service_id": reporter.id, **query}).status_code == 404
        assert listed(stranger, **query) == ([], {0})


def is_listed_in(client: httpx.Client, environment: str) -> bool:
    return bool(listed(client, environment=environment)[0])


def moment(seconds: int) -> str:
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(seconds))


def test_a_page_behind_the_last_is_empty_and_knows_how_many_there_are(
    client: httpx.Client, pages: list[dict[str, Any]]
) -> None:
    for query in ({}, {"environment": "production"}):
        answer = client.get("/api/v1/errors", params={"offset": 5000, **query}).json()
        assert answer == {
            "errors": [],
            "total": len([page for page in pages if matches(page, query)]),
            "has_more": False,
        }


def test_days_are_the_sums_of_their_hours_also_of_late_events(client: httpx.Client, reporter: Reporter) -> None:
    now = time.time()
    for age, times in ((0, 2), (DAY, 3), (9 * DAY, 1), (9 * DAY + 7200, 1)):
        for _ in range(times):
            reporter.raised(timestamp=now - age)
    reporter.wait_for((7, 1, 0))
    url, since = (
        f"/api/v1/services/{reporter.id}/trends",
        time.strftime("%Y-%m-%dT00:00:00Z", time.gmtime(now - 12 * DAY)),
    )
    by_interval = {
        interval: client.get(url, params={"interval": interval, "from": since}).json()["series"][0]["points"]
        for interval in ("hour", "day")
    }
    summed: dict[str, int] = {}
    for point in by_interval["hour"]:
        day = f"{point['at'][:10]}T00:00:00Z"
        summed[day] = summed.get(day, 0) + point["error_count"]
    assert {point["at"]: point["error_count"] for point in by_interval["day"]} == summed
    assert sum(summed.values()) == 7


def test_trends_of_somebody_elses_service_are_not_there(new_org: Any, reporter: Reporter) -> None:
    reporter.raised()
    reporter.wait_for((1, 1, 0))
    answer = new_org().client.get(f"/api/v1/services/{reporter.id}/trends")
    assert answer.status_code == 404
