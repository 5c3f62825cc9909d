"""What events and actions do to an error: its status, its history and the three counters."""

import pytest

from releaseray.tracking.error_state import (
    ErrorState,
    Place,
    ResolvedIn,
    Sighting,
    Status,
    state_from_json,
    state_to_json,
)
from releaseray.tracking.regression import (
    Applied,
    Delta,
    Happening,
    Ignore,
    Reopen,
    Resolve,
    Transition,
    apply,
    apply_all,
)
from releaseray.tracking.release_order import Release, ReleaseOrder

ORDER = ReleaseOrder(Release(name, 10.0 * time) for time, name in enumerate(["1.0", "1.1", "1.2"]))
OLD, FIXED, LATER = (Place(name, "production") for name in ORDER.names)


def seen(release: str | None, at: float, *, received: float | None = None, environment: str = "production") -> Sighting:
    return Sighting(at, f"event-{at}", release, environment, at if received is None else received)


def after(*happenings: Happening) -> Applied:
    return apply_all(ErrorState(), happenings, ORDER)


def test_the_first_event_makes_a_new_error() -> None:
    applied = after(seen("1.0", 5.0))
    assert applied.state.status is Status.NEW
    assert applied.deltas == (Delta(OLD, error_count=1, new_errors=1),)
    assert applied.transitions == ()


def test_later_events_count_but_are_not_new() -> None:
    assert after(seen("1.0", 5.0), seen("1.0", 6.0), seen("1.1", 7.0)).deltas == (Delta(OLD, 2, 1), Delta(FIXED, 1))


def test_a_late_event_from_an_older_release_takes_the_credit_for_being_first() -> None:
    one, late = after(seen("1.1", 7.0)), seen("1.0", 6.0, received=8.0)
    applied = apply(one.state, late, ORDER)
    assert applied.deltas == (Delta(OLD, error_count=1, new_errors=1), Delta(FIXED, new_errors=-1))
    assert applied.state.last_seen == 7.0


def test_environments_are_counted_apart() -> None:
    canary = Place("1.0", "canary")
    assert after(seen("1.0", 5.0, environment="canary"), seen("1.0", 6.0)).deltas == (
        Delta(canary, 1, 1),
        Delta(OLD, 1),
    )


def test_an_event_without_a_release_counts_nowhere_but_on_the_error() -> None:
    applied = after(seen(None, 5.0), seen("1.0", 6.0))
    assert applied.state.events == 2
    assert applied.deltas == (Delta(OLD, error_count=1),)


def test_it_comes_back_in_the_release_that_fixed_it() -> None:
    fix = Resolve(20.0, ResolvedIn.RELEASE, "1.1", by="commit 1a2b3c")
    applied = after(seen("1.0", 5.0), fix, seen("1.1", 25.0))
    assert applied.state.status is Status.REGRESSED
    assert applied.deltas == (Delta(OLD, 1, 1), Delta(FIXED, 1, 0, 1))
    assert applied.transitions == (
        Transition(Status.NEW, Status.RESOLVED, 20.0, "commit 1a2b3c", "Resolved in 1.1."),
        Transition(Status.RESOLVED, Status.REGRESSED, 25.0, None, "Came back in 1.1."),
    )


def test_an_old_release_does_not_bring_it_back() -> None:
    applied = after(seen("1.0", 5.0), Resolve(20.0, ResolvedIn.RELEASE, "1.1"), seen("1.0", 25.0))
    assert applied.state.status is Status.RESOLVED
    assert applied.deltas == (Delta(OLD, error_count=2, new_errors=1),)


def test_it_regresses_once_until_it_is_resolved_again() -> None:
    fix = Resolve(20.0, ResolvedIn.RELEASE, "1.1")
    applied = after(fix, seen("1.1", 25.0), seen("1.1", 26.0), seen("1.2", 27.0))
    assert applied.deltas == (Delta(FIXED, 2, 1, 1), Delta(LATER, 1))


def test_an_earlier_event_that_arrives_late_moves_the_regression_to_its_release() -> None:
    before = after(Resolve(20.0, ResolvedIn.RELEASE, "1.1"), seen("1.2", 27.0))
    applied = apply(before.state, seen("1.1", 25.0, received=30.0), ORDER)
    assert applied.deltas == (Delta(FIXED, 1, 1, 1), Delta(LATER, 0, -1, -1))
    assert applied.transitions == ()


def test_an_error_counts_once_a_release_however_often_it_comes_back_there() -> None:
    fix = Resolve(20.0, ResolvedIn.RELEASE, "1.1")
    again = fix._replace(at=40.0)
    applied = after(seen("1.0", 5.0), fix, seen("1.1", 25.0), again, seen("1.1", 45.0))
    assert applied.deltas == (Delta(OLD, 1, 1), Delta(FIXED, 2, 0, 1))
    assert applied.state.regressions == 2


def test_resolved_now_means_the_newest_release_that_runs() -> None:
    everywhere = after(Resolve(50.0)).state.resolution
    here = after(Resolve(50.0, deployed=("1.0", "1.1"))).state.resolution
    assert everywhere is not None
    assert everywhere.release == "1.2"
    assert here is not None
    assert here.release == "1.1"


def test_resolved_in_a_release_needs_one() -> None:
    with pytest.raises(ValueError, match="needs a release"):
        after(Resolve(50.0, ResolvedIn.RELEASE))


def test_an_unknown_release_must_be_added_first() -> None:
    with pytest.raises(KeyError, match=r"6\.6"):
        after(seen("6.6", 1.0))


def test_reopened_it_is_new_and_does_not_regress() -> None:
    applied = after(Resolve(20.0), Reopen(21.0, by="ann"), seen("1.2", 25.0))
    assert applied.state.status is Status.NEW
    assert applied.transitions[-1] == Transition(Status.RESOLVED, Status.NEW, 21.0, "ann", "Reopened.")


def test_an_ignored_error_counts_and_keeps_quiet() -> None:
    applied = after(seen("1.0", 5.0), Ignore(20.0), seen("1.2", 1e9))
    assert applied.state.status is Status.IGNORED
    assert applied.deltas == (Delta(OLD, 1, 1), Delta(LATER, 1))


def test_ignored_until_a_time_an_event_after_it_wakes_it() -> None:
    asleep = after(seen("1.0", 5.0), Ignore(20.0, until=100.0), seen("1.0", 99.0))
    awake = apply(asleep.state, seen("1.0", 50.0, received=100.0), ORDER)
    assert asleep.state.status is Status.IGNORED
    assert awake.state.status is Status.NEW
    assert awake.transitions[0].reason == "The time for which it was ignored is over."


def test_people_see_the_end_of_an_ignoring_without_any_event() -> None:
    state = after(Resolve(1.0, ResolvedIn.RELEASE, "1.0"), seen("1.0", 5.0), Ignore(20.0, until=100.0)).state
    assert state.status_at(99.0) is Status.IGNORED
    assert state.status_at(100.0) is Status.REGRESSED


def test_ignored_for_a_number_of_events() -> None:
    applied = after(Ignore(20.0, events=2), seen("1.0", 30.0), seen("1.0", 31.0), seen("1.0", 32.0))
    assert [transition.at for transition in applied.transitions] == [20.0, 31.0]
    assert applied.state.status is Status.NEW


def test_ignoring_ends_a_resolution() -> None:
    applied = after(Resolve(10.0), Ignore(20.0, events=1), seen("1.2", 30.0), seen("1.2", 31.0))
    assert applied.state.status is Status.NEW
    assert applied.deltas == (Delta(LATER, 2, 1),)


def test_resolving_twice_is_told_twice_and_the_last_word_counts() -> None:
    applied = after(
        Resolve(10.0, ResolvedIn.RELEASE, "1.0"), Resolve(11.0, ResolvedIn.RELEASE, "1.2"), seen("1.1", 12.0)
    )
    assert [transition.reason for transition in applied.transitions] == ["Resolved in 1.0.", "Resolved in 1.2."]
    assert applied.state.status is Status.RESOLVED


@pytest.mark.parametrize(
    "state",
    [
        ErrorState(),
        after(seen("1.0", 5.0), Resolve(20.0), seen("1.2", 25.0), Resolve(30.0), seen(None, 35.0)).state,
        after(seen(None, 5.0), Ignore(20.0, until=30.0, events=4)).state,
    ],
)
def test_a_state_survives_a_database_column(state: ErrorState) -> None:
    assert state_from_json(state_to_json(state)) == state
