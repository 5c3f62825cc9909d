"""Single events are forgotten after `RELEASERAY_EVENT_DAYS`; what was counted of them stays, exactly."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest
from tests.api.v1.conftest import Reporter, envelope, exception, new_reporter
from tests.conftest import Server, serving

from releaseray import worker
from releaseray.repositories import expiry
from releaseray.settings import Settings


@pytest.fixture
def week(settings: Settings) -> Iterator[Server]:
    """A server that knows single events for seven days; its worker is the test session's."""
    with serving(settings.model_copy(update={"event_days": 7})) as server:
        yield server


def days_later(server: Server, reporter: Reporter, days: int, *, keep: str = "") -> None:
    """Make what came in look that much older, one event apart, and let housekeeping see it."""
    known = "UPDATE event_ids SET received_at = received_at - make_interval(days => $1)"
    moved = f"{known} WHERE project_id = $2 AND replace(event_id::text, '-', '') <> $3"
    server.run(server.runtime.database.raw.execute(moved, days, reporter.dsn.project_id, keep))
    server.run(worker.housekeep({"runtime": server.runtime}))


def known_ids(server: Server, reporter: Reporter) -> int:
    query = "SELECT count(*) FROM event_ids WHERE project_id = $1"
    known: Any = server.run(server.runtime.database.raw.fetchval(query, reporter.dsn.project_id))
    return int(known)


def test_counters_and_trends_stay_when_events_are_forgotten(week: Server, client: httpx.Client) -> None:
    reporter = new_reporter(week, client)
    for function in ("pay", "pay", "refund"):
        reporter.raised(function=function)
    reporter.wait_for((3, 2, 0))
    moment = datetime.now(UTC)
    hours = {"from": (moment - timedelta(hours=2)).isoformat(), "to": (moment + timedelta(hours=1)).isoformat()}
    before = client.get(f"/api/v1/services/{reporter.id}/trends", params=hours).json()
    assert [one["error_count"] for one in before["series"]] == [3]

    days_later(week, reporter, 8)

    assert known_ids(week, reporter) == 0
    assert reporter.counters() == (3, 2, 0)
    assert client.get(f"/api/v1/services/{reporter.id}/trends", params=hours).json() == before
    reporter.raised(function="pay")
    reporter.wait_for((4, 2, 0))


def test_an_event_that_is_still_known_counts_once_however_late_it_comes_again(
    week: Server, client: httpx.Client
) -> None:
    reporter = new_reporter(week, client)
    early, late = exception(release="1.0.0"), exception(release="1.0.0")
    for event in (early, late):
        assert reporter.send(envelope(event)).status_code == 200
    reporter.wait_for((2, 1, 0))

    days_later(week, reporter, 6, keep=late["event_id"])
    assert known_ids(week, reporter) == 2
    for event in (early, late):
        assert reporter.send(envelope(event)).status_code == 200
    reporter.raised(function="refund")

    reporter.wait_for((3, 2, 0))


def test_what_has_piled_up_goes_in_batches(week: Server, client: httpx.Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(expiry, "_BATCH", 2)
    reporter = new_reporter(week, client)
    kept, *_ = [reporter.raised() for _ in range(6)]
    reporter.wait_for((6, 1, 0))

    days_later(week, reporter, 8, keep=kept)

    assert known_ids(week, reporter) == 1
    assert reporter.counters() == (6, 1, 0)
