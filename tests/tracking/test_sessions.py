"""Sessions, from the items of real SDKs to a crash-free rate."""

import itertools
import json

import pytest

from releaseray.tracking.sentry_event import EventError
from releaseray.tracking.sessions import (
    Health,
    SessionAggregate,
    SessionCounts,
    SessionPlace,
    crash_free_rate,
    join_session,
    parse_session,
    parse_sessions,
)

HOUR = 1_800_000_000
NOW = HOUR + 600.0
PLACE = SessionPlace("web@2.0.0", "production", HOUR)


def update(**fields: object) -> bytes:
    attributes = {"release": "web@2.0.0"}
    return json.dumps({"sid": "s1", "init": True, "started": HOUR + 5, "attrs": attributes, **fields}).encode()


@pytest.mark.parametrize(
    ("fields", "health"),
    [
        ({"status": "ok", "errors": 0}, Health.OK),
        ({"status": "exited"}, Health.OK),
        ({"status": "ok", "errors": 1}, Health.ERRORED),
        ({"status": "exited", "errors": 3}, Health.ERRORED),
        ({"status": "errored"}, Health.ERRORED),
        ({"status": "crashed", "errors": 1}, Health.CRASHED),
        ({"status": "abnormal"}, Health.ABNORMAL),
        ({"status": 7, "errors": "x"}, Health.OK),
    ],
)
def test_the_health_of_a_session(fields: dict[str, object], health: Health) -> None:
    parsed = parse_session(update(**fields), received=NOW)
    assert parsed is not None
    assert (parsed.place, parsed.sid, parsed.health) == (PLACE, "s1", health)


def test_updates_count_a_session_once_in_whatever_order_they_come() -> None:
    for order in itertools.permutations([Health.OK, Health.ERRORED, Health.CRASHED, Health.CRASHED]):
        known: Health | None = None
        total = SessionCounts()
        for health in order:
            known, change = join_session(known, health)
            total = total.plus(change)
        assert total == SessionCounts(total=1, crashed=1)


def test_aggregates_of_one_hour_are_added_up() -> None:
    payload = {
        "attrs": {"release": "web@2.0.0", "environment": "staging"},
        "aggregates": [
            {"started": HOUR + 1, "exited": 5, "errored": 2},
            {"started": HOUR + 60, "exited": 1, "crashed": 1, "abnormal": 1},
            {"started": HOUR - 60, "exited": 4},
            {"started": HOUR, "exited": -4},
            "nonsense",
        ],
    }
    place = PLACE._replace(environment="staging")
    assert parse_sessions(json.dumps(payload).encode(), received=NOW) == (
        SessionAggregate(place, SessionCounts(total=10, errored=2, abnormal=1, crashed=1)),
        SessionAggregate(place._replace(hour=HOUR - 3600), SessionCounts(total=4)),
    )


def test_without_a_release_nothing_is_counted() -> None:
    assert parse_session(update(attrs={}), received=NOW) is None
    assert parse_sessions(b'{"aggregates":[{"exited":1}]}', received=NOW) == ()


@pytest.mark.parametrize("payload", [b"", b"[]", b"{", b'{"attrs":{"release":"1"}}'])
def test_what_is_no_session(payload: bytes) -> None:
    with pytest.raises(EventError):
        parse_session(payload, received=NOW)


def test_the_crash_free_rate() -> None:
    assert crash_free_rate(SessionCounts(total=200, errored=50, crashed=1)) == 0.995
    assert crash_free_rate(SessionCounts()) is None
