"""From an error's state to the columns that repeat it, and from an event to the sample that is kept of it."""

from datetime import UTC, datetime
from typing import Any, NamedTuple

from releaseray.tracking.error_state import ErrorState
from releaseray.tracking.event import Event, Frame


def moment(seconds: float) -> datetime:
    """Unix seconds as a UTC time."""
    return datetime.fromtimestamp(seconds, UTC)


class StateColumns(NamedTuple):
    """What the table of errors repeats of a state; see `models.TrackedError`."""

    status: str
    status_after: str
    ignored_until: datetime | None
    events: int
    first_seen: datetime
    last_seen: datetime


def columns_of(state: ErrorState) -> StateColumns:
    """The columns of an error that has at least one event."""
    if state.first is None or state.last_seen is None:
        raise ValueError("an error begins with an event")
    until = state.ignoring.until if state.ignoring else None
    return StateColumns(
        status=state.status.value,
        status_after=state.status_after_ignoring.value,
        ignored_until=None if until is None else moment(until),
        events=state.events,
        first_seen=moment(state.first.timestamp),
        last_seen=moment(state.last_seen),
    )


def sample_of(event: Event) -> dict[str, Any]:
    """What people are shown of one event, and what suspects are found by; nobody's name or address is in it."""
    return {
        "event_id": event.event_id,
        "timestamp": event.timestamp,
        "level": event.level.value,
        "platform": event.platform,
        "message": event.message,
        "exceptions": [
            {
                "type": raised.type,
                "value": raised.value,
                "module": raised.module,
                "mechanism": raised.mechanism,
                "handled": raised.handled,
                "frames": [frame._asdict() for frame in raised.frames],
            }
            for raised in event.exceptions
        ],
        "frames": [frame._asdict() for frame in event.frames],
        "logger": event.logger,
        "transaction": event.transaction,
        "server_name": event.server_name,
        "tags": dict(event.tags),
        "user": event.user,
        "sdk": event.sdk._asdict() if event.sdk else None,
    }


def frames_of(sample: dict[str, Any]) -> tuple[Frame, ...]:
    """The stack of a sample, as `Event.stack` is chosen."""
    stacks = [raised["frames"] for raised in reversed(sample["exceptions"])]
    chosen = next((frames for frames in stacks if frames), sample["frames"])
    return tuple(Frame(**frame) for frame in chosen)
