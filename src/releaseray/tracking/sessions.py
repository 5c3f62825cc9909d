"""Counts sessions for crash-free rates from the `session` and `sessions` items of an envelope."""

from collections.abc import Iterable
from enum import IntEnum
from typing import Any, NamedTuple

from releaseray.tracking import lenient
from releaseray.tracking.event_time import event_time
from releaseray.tracking.sentry_event import EventError, parse_json

MAX_AGGREGATES = 200
_HOUR = 3600
_MOST = 1_000_000_000


class Health(IntEnum):
    """How a session went so far, worse being greater. A crash is final, and so is every step up."""

    OK = 1
    ERRORED = 2
    ABNORMAL = 3
    CRASHED = 4


class SessionCounts(NamedTuple):
    """Sessions of one release, environment and hour. `errored` had errors but ended well; `crashed` and `abnormal`
    are not among them. All are part of `total`, so crash-free is `1 - crashed / total`."""

    total: int = 0
    errored: int = 0
    abnormal: int = 0
    crashed: int = 0

    def plus(self, other: "SessionCounts") -> "SessionCounts":
        """Both together."""
        return SessionCounts(*(mine + theirs for mine, theirs in zip(self, other, strict=True)))


class SessionPlace(NamedTuple):
    """What sessions are counted by; `hour` is unix seconds of the full hour in which they started."""

    release: str
    environment: str
    hour: int


class SessionUpdate(NamedTuple):
    """What one `session` item says of one session; the same `sid` may be reported several times."""

    place: SessionPlace
    sid: str
    health: Health


class SessionAggregate(NamedTuple):
    """What one bucket of a `sessions` item adds to the counters; each is sent once."""

    place: SessionPlace
    counts: SessionCounts


_STATUS = {"crashed": Health.CRASHED, "abnormal": Health.ABNORMAL, "errored": Health.ERRORED}
_COUNTS = {
    None: SessionCounts(),
    Health.OK: SessionCounts(total=1),
    Health.ERRORED: SessionCounts(total=1, errored=1),
    Health.ABNORMAL: SessionCounts(total=1, abnormal=1),
    Health.CRASHED: SessionCounts(total=1, crashed=1),
}


def parse_session(payload: bytes, *, received: float, sent_at: float | None = None) -> SessionUpdate | None:
    """The update in a `session` item; None when it names no release, for then nothing can be counted.

    Raises `EventError` for what is not a JSON object or has no session id.
    """
    raw = _object(payload)
    sid = lenient.line(raw.get("sid"), 64)
    if sid is None:
        raise EventError("sid: a session has an id.", {"sid": "is missing"})
    place = _place(lenient.mapping(raw.get("attrs")), raw.get("started"), received, sent_at)
    return SessionUpdate(place, sid, _health(raw)) if place else None


def parse_sessions(payload: bytes, *, received: float, sent_at: float | None = None) -> tuple[SessionAggregate, ...]:
    """The buckets of a `sessions` item, those of one hour added up; empty when it names no release.

    Raises `EventError` for what is not a JSON object.
    """
    raw = _object(payload)
    attributes = lenient.mapping(raw.get("attrs"))
    sums: dict[SessionPlace, SessionCounts] = {}
    for bucket in map(lenient.mapping, lenient.values(raw.get("aggregates"))[:MAX_AGGREGATES]):
        if place := _place(attributes, bucket.get("started"), received, sent_at):
            sums[place] = sums.get(place, SessionCounts()).plus(_bucket_counts(bucket))
    return tuple(SessionAggregate(place, counts) for place, counts in sums.items() if counts.total)


def join_session(before: Health | None, now: Health) -> tuple[Health, SessionCounts]:
    """The health of a session after one more update of it, and what that changes in the counters.

    `before` is None for a session not seen yet. The order of updates does not matter, and repeats change nothing.
    """
    after = now if before is None else max(before, now)
    changes = (new - old for new, old in zip(_COUNTS[after], _COUNTS[before], strict=True))
    return after, SessionCounts(*changes)


def crash_free_rate(counts: SessionCounts) -> float | None:
    """The share of sessions that did not crash, 0 to 1; None without sessions."""
    return 1 - counts.crashed / counts.total if counts.total else None


def _object(payload: bytes) -> dict[str, Any]:
    raw = parse_json(payload)
    if not isinstance(raw, dict):
        raise EventError("A session is a JSON object.")
    return raw


def _place(attributes: dict[str, Any], started: object, received: float, sent_at: float | None) -> SessionPlace | None:
    release = lenient.line(attributes.get("release"), 200)
    start = event_time(lenient.unix_time(started), received=received, sent_at=sent_at)
    environment = lenient.line(attributes.get("environment"), 64) or "production"
    return SessionPlace(release, environment, int(start) // _HOUR * _HOUR) if release else None


def _health(raw: dict[str, Any]) -> Health:
    has_errors = lenient.integer(raw.get("errors")) is not None
    status = raw.get("status")
    told = _STATUS.get(status) if isinstance(status, str) else None
    return told or (Health.ERRORED if has_errors else Health.OK)


def _bucket_counts(bucket: dict[str, Any]) -> SessionCounts:
    exited, errored, abnormal, crashed = (
        min(lenient.integer(bucket.get(name)) or 0, _MOST) for name in ("exited", "errored", "abnormal", "crashed")
    )
    return SessionCounts(_sum((exited, errored, abnormal, crashed)), errored, abnormal, crashed)


def _sum(numbers: Iterable[int]) -> int:
    return min(sum(numbers), _MOST)
