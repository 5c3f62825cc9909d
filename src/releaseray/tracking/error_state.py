"""What is remembered of an error between its events: small, immutable, and writable as JSON."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, NamedTuple

from releaseray.tracking.event import Event


class Status(StrEnum):
    """Where an error stands."""

    NEW = "new"
    RESOLVED = "resolved"
    REGRESSED = "regressed"
    IGNORED = "ignored"


class Place(NamedTuple):
    """A release as it is counted: a version in an environment of the service."""

    release: str
    environment: str


class Sighting(NamedTuple):
    """What the rules need of one event. Times are unix seconds: the event's own and the server's."""

    timestamp: float
    event_id: str
    release: str | None
    environment: str
    received: float

    @classmethod
    def of(cls, event: Event) -> "Sighting":
        """The sighting an event is."""
        return cls(event.timestamp, event.event_id, event.release, event.environment, event.received)

    @property
    def place(self) -> Place | None:
        """Where it is counted; None without a release."""
        return Place(self.release, self.environment) if self.release else None

    def precedes(self, other: "Sighting") -> bool:
        """Whether it happened earlier; equal times go by event id, so that the answer never depends on arrival."""
        return (self.timestamp, self.event_id) < (other.timestamp, other.event_id)


class ResolvedIn(StrEnum):
    """What the person who resolved an error said of the fix."""

    NOW = "now"
    RELEASE = "release"
    NEXT_RELEASE = "next_release"


class Resolution(NamedTuple):
    """That an error was resolved, at unix seconds `at`.

    `release` is the one that has the fix (`RELEASE`), or the service's newest at that moment (`NOW`,
    `NEXT_RELEASE`; None if there was none yet).
    """

    how: ResolvedIn
    at: float
    release: str | None = None


class Ignoring(NamedTuple):
    """How long an error is ignored: until unix seconds, for that many more events, or, with neither, for ever."""

    until: float | None = None
    events: int | None = None


@dataclass(frozen=True, slots=True)
class ErrorState:
    """An error between two events; `ErrorState()` is one without any.

    `first` is the earliest event by its own time, whose release has the error among its `new_errors`.
    `resolution` is the latest one, kept after a regression; `regression` the earliest event that contradicted
    it. `regressed_in` are the places of earlier regressions: an error counts once a place.
    """

    status: Status = Status.NEW
    events: int = 0
    first: Sighting | None = None
    last_seen: float | None = None
    resolution: Resolution | None = None
    regression: Sighting | None = None
    regressed_in: frozenset[Place] = field(default_factory=frozenset)
    regressions: int = 0
    ignoring: Ignoring | None = None

    def status_at(self, now: float) -> Status:
        """The status that people are shown: an ignoring whose time is over shows what comes after it, even though
        no event came to end it."""
        over = self.ignoring is not None and self.ignoring.until is not None and now >= self.ignoring.until
        return self.status_after_ignoring if self.status is Status.IGNORED and over else self.status

    @property
    def status_after_ignoring(self) -> Status:
        """What an error is when it is no longer ignored: `regressed` if it ever was, else `new`."""
        return Status.REGRESSED if self.regressions else Status.NEW


def state_to_json(state: ErrorState) -> dict[str, Any]:
    """The state as JSON values, for a database column; `state_from_json` reads it back."""
    return {
        "status": state.status.value,
        "events": state.events,
        "first": list(state.first) if state.first else None,
        "last_seen": state.last_seen,
        "resolution": list(state.resolution) if state.resolution else None,
        "regression": list(state.regression) if state.regression else None,
        "regressed_in": [list(place) for place in sorted(state.regressed_in)],
        "regressions": state.regressions,
        "ignoring": list(state.ignoring) if state.ignoring else None,
    }


def state_from_json(plain: Mapping[str, Any]) -> ErrorState:
    """The state that `state_to_json` wrote; raises `KeyError`, `TypeError` or `ValueError` for anything else."""
    first, regression = plain["first"], plain["regression"]
    resolution, ignoring = plain["resolution"], plain["ignoring"]
    return ErrorState(
        status=Status(plain["status"]),
        events=plain["events"],
        first=Sighting(*first) if first else None,
        last_seen=plain["last_seen"],
        resolution=Resolution(ResolvedIn(resolution[0]), *resolution[1:]) if resolution else None,
        regression=Sighting(*regression) if regression else None,
        regressed_in=frozenset(Place(*place) for place in plain["regressed_in"]),
        regressions=plain["regressions"],
        ignoring=Ignoring(*ignoring) if ignoring else None,
    )
