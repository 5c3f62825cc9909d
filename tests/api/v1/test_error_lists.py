"""Lists of errors: every filter, sort and page against the errors' own pages; trends by day against those by hour."""

import itertools
import time
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from tests.api.v1.conftest import Reporter, new_reporter
from tests.conftest import Server
from tests.processes import wait_until

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
    return [client.get(f"/api/v1/errors/{error['id']}").json() for error in errors]


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
