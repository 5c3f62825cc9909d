"""Decides what an event or a person's action does to an error, and by how much three counters move.

The rules are decision 0042's. `apply` is meant for the inside of a transaction: lock the error's row, apply, write
the state, add the deltas to the releases' rows, insert the transitions. Duplicates are the caller's to drop, by a
unique event id in the same transaction, and the event's release must be in `order` before.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from math import floor
from typing import NamedTuple

from releaseray.tracking.error_state import (
    ErrorState,
    Ignoring,
    Place,
    Resolution,
    ResolvedIn,
    Sighting,
    Status,
)
from releaseray.tracking.release_order import Release, ReleaseOrder


class Resolve(NamedTuple):
    """Someone says that it is fixed. `release` is required for `ResolvedIn.RELEASE` (it need not be deployed
    yet) and otherwise ignored. `deployed` are the releases that count as running, None for all: with `NOW` and
    `NEXT_RELEASE`, the newest of them is the one the resolution refers to. `by` is who, or what (`commit
    1a2b3c`)."""

    at: float
    how: ResolvedIn = ResolvedIn.NOW
    release: str | None = None
    by: str | None = None
    deployed: tuple[str, ...] | None = None


class Ignore(NamedTuple):
    """Someone does not want to hear of it, see `Ignoring`."""

    at: float
    until: float | None = None
    events: int | None = None
    by: str | None = None


class Reopen(NamedTuple):
    """Someone takes back that it is resolved or ignored: it is `new` again."""

    at: float
    by: str | None = None


Happening = Sighting | Resolve | Ignore | Reopen


class Delta(NamedTuple):
    """By how much the counters of one release change; never all zero."""

    place: Place
    error_count: int = 0
    new_errors: int = 0
    regressed_errors: int = 0


class Transition(NamedTuple):
    """An entry of the error's history: when (server's clock), by whom (None: an event) and why. Somebody's action is
    one even where the status stays what it was."""

    before: Status
    after: Status
    at: float
    by: str | None
    reason: str


@dataclass(frozen=True, slots=True)
class Applied:
    """What one or more happenings did: the next state, the counters' changes by place, the history's new entries in
    order."""

    state: ErrorState
    deltas: tuple[Delta, ...] = ()
    transitions: tuple[Transition, ...] = ()


def is_regression(resolution: Resolution, sighting: Sighting, order: ReleaseOrder) -> bool:
    """Whether an event contradicts a resolution: it comes from the release with the fix or from a later one.

    Resolved "now", an event of the release that was the newest then, or of none, must also have happened since (in
    whole seconds). Resolved in a release or in the next one, an event without a release proves nothing.
    """
    if resolution.how is ResolvedIn.NOW:
        if sighting.release in (None, resolution.release) or resolution.release is None:
            return floor(sighting.timestamp) >= floor(resolution.at)
        return not _is_older(sighting.release, resolution.release, order)
    if sighting.release is None:
        return False
    if resolution.how is ResolvedIn.RELEASE:
        return resolution.release is not None and not _is_older(sighting.release, resolution.release, order)
    if resolution.release is None:
        return order.first_deployed(sighting.release) > resolution.at
    return _is_older(resolution.release, sighting.release, order)


def _is_older(one: str | None, other: str, order: ReleaseOrder) -> bool:
    """Whether `one` sorts before `other`; what is not deployed yet counts as deployed after everything else."""
    for name in (one, other):
        if name is not None and name not in order:
            order = order.including(Release(name, float("inf")))
    return one is not None and order.is_older(one, other)


def apply(state: ErrorState, happening: Happening, order: ReleaseOrder) -> Applied:
    """What one event or action does. Total: every happening can follow every state.

    Raises `KeyError` for an event whose release is not in `order`.
    """
    if isinstance(happening, Sighting):
        return _see(state, happening, order)
    closed = _close_episode(state)
    if isinstance(happening, Resolve):
        resolution = _resolution(happening, order)
        after = replace(closed, status=Status.RESOLVED, resolution=resolution, ignoring=None)
        return _acted(state, after, happening, _resolved_reason(resolution))
    if isinstance(happening, Ignore):
        ignoring = Ignoring(happening.until, happening.events)
        after = replace(closed, status=Status.IGNORED, resolution=None, ignoring=ignoring)
        return _acted(state, after, happening, _ignored_reason(ignoring))
    after = replace(closed, status=Status.NEW, resolution=None, ignoring=None)
    return _acted(state, after, happening, "Reopened.")


def apply_all(state: ErrorState, happenings: Iterable[Happening], order: ReleaseOrder) -> Applied:
    """What several happenings do, one after the other, their deltas added up."""
    deltas: list[Delta] = []
    transitions: list[Transition] = []
    for happening in happenings:
        applied = apply(state, happening, order)
        state = applied.state
        deltas += applied.deltas
        transitions += applied.transitions
    return Applied(state, add_up(deltas), tuple(transitions))


def add_up(deltas: Iterable[Delta]) -> tuple[Delta, ...]:
    """One delta a place, in the places' order, so that transactions lock the rows in the same order; none that is
    zero."""
    sums: dict[Place, tuple[int, int, int]] = {}
    for place, *changes in deltas:
        before = sums.get(place, (0, 0, 0))
        sums[place] = (before[0] + changes[0], before[1] + changes[1], before[2] + changes[2])
    return tuple(Delta(place, *sums[place]) for place in sorted(sums) if any(sums[place]))


def _close_episode(state: ErrorState) -> ErrorState:
    """The state with its running regression, if any, put among the earlier ones."""
    place = state.regression.place if state.regression else None
    earlier = state.regressed_in | {place} if place else state.regressed_in
    return replace(state, regression=None, regressed_in=earlier)


def _resolution(action: Resolve, order: ReleaseOrder) -> Resolution:
    if action.how is ResolvedIn.RELEASE:
        if action.release is None:
            raise ValueError("ResolvedIn.RELEASE needs a release")
        return Resolution(action.how, action.at, action.release)
    newest = order.newest if action.deployed is None else order.newest_of(action.deployed)
    return Resolution(action.how, action.at, newest)


def _resolved_reason(resolution: Resolution) -> str:
    if resolution.how is ResolvedIn.RELEASE:
        return f"Resolved in {resolution.release}."
    if resolution.how is ResolvedIn.NEXT_RELEASE:
        return (
            f"Resolved in the release after {resolution.release}."
            if resolution.release
            else "Resolved in the next release."
        )
    return "Resolved."


def _ignored_reason(ignoring: Ignoring) -> str:
    until = "" if ignoring.until is None else f" until {datetime.fromtimestamp(ignoring.until, UTC):%Y-%m-%d %H:%M} UTC"
    events = "" if ignoring.events is None else f" for {ignoring.events} more event{'s' * (ignoring.events != 1)}"
    return f"Ignored{until}{' or' if until and events else ''}{events}."


def _acted(before: ErrorState, after: ErrorState, action: Resolve | Ignore | Reopen, reason: str) -> Applied:
    return Applied(after, (), (Transition(before.status, after.status, action.at, action.by, reason),))


def _see(state: ErrorState, sighting: Sighting, order: ReleaseOrder) -> Applied:
    if sighting.release is not None and sighting.release not in order:
        raise KeyError(sighting.release)
    deltas = [Delta(sighting.place, error_count=1)] if sighting.place else []
    is_first = state.first is None or sighting.precedes(state.first)
    if is_first:
        deltas += _move_new(state.first, sighting)
    seen = replace(
        state,
        events=state.events + 1,
        first=sighting if is_first else state.first,
        last_seen=max(sighting.timestamp, state.last_seen or sighting.timestamp),
    )
    if seen.status is Status.IGNORED:
        return _count_down(seen, sighting, deltas)
    if seen.resolution and _contradicts(seen, seen.resolution, sighting, order):
        return _regress(seen, sighting, deltas)
    return Applied(seen, add_up(deltas))


def _count_down(state: ErrorState, sighting: Sighting, deltas: list[Delta]) -> Applied:
    """One more event of an ignored error, which may be the one that ends the ignoring."""
    ignoring = state.ignoring or Ignoring()
    left = None if ignoring.events is None else ignoring.events - 1
    over = ignoring.until is not None and sighting.received >= ignoring.until
    if not over and (left is None or left > 0):
        return Applied(replace(state, ignoring=ignoring._replace(events=left)), add_up(deltas))
    after = replace(state, status=state.status_after_ignoring, ignoring=None)
    reason = "The time for which it was ignored is over." if over else "It was ignored for so many events only."
    return Applied(after, add_up(deltas), (Transition(state.status, after.status, sighting.received, None, reason),))


def _contradicts(state: ErrorState, resolution: Resolution, sighting: Sighting, order: ReleaseOrder) -> bool:
    """Whether the event is a regression that nobody knows yet, or an earlier one than is known."""
    known = state.regression
    return (known is None or sighting.precedes(known)) and is_regression(resolution, sighting, order)


def _regress(state: ErrorState, sighting: Sighting, deltas: list[Delta]) -> Applied:
    moved = add_up([*deltas, *_move_regression(state, sighting)])
    if state.status is Status.REGRESSED:
        return Applied(replace(state, regression=sighting), moved)
    after = replace(state, status=Status.REGRESSED, regression=sighting, regressions=state.regressions + 1)
    reason = f"Came back in {sighting.release}." if sighting.release else "Came back."
    return Applied(after, moved, (Transition(state.status, after.status, sighting.received, None, reason),))


def _move_new(before: Sighting | None, now: Sighting) -> list[Delta]:
    left = [Delta(before.place, new_errors=-1)] if before and before.place else []
    return left + ([Delta(now.place, new_errors=1)] if now.place else [])


def _move_regression(state: ErrorState, now: Sighting) -> list[Delta]:
    """The credit goes from the known regression's place to the new one's; places counted before stay counted."""
    before = state.regression.place if state.regression else None
    left = [Delta(before, regressed_errors=-1)] if before and before not in state.regressed_in else []
    counted = now.place is None or now.place in state.regressed_in
    return left if counted or now.place is None else [*left, Delta(now.place, regressed_errors=1)]
