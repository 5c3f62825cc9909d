"""Random histories against a slow, obvious reference: states, and counters that do not depend on arrival."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from math import floor

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from releaseray.tracking.error_state import ErrorState, Place, ResolvedIn, Sighting, Status
from releaseray.tracking.regression import Applied, Delta, Happening, Ignore, Reopen, Resolve, apply
from releaseray.tracking.release_order import Release, ReleaseOrder


@dataclass(frozen=True)
class Fleet:
    """Versions as they were deployed, ten seconds apart, and the same as a person would put them."""

    deploys: tuple[str, ...]
    sorted: tuple[str, ...]


FLEETS = (
    # The backport stands before 1.1, the hotfix named by a sha where it shipped.
    Fleet(
        ("1.0", "1.1", "2.0-rc.1", "2.0", "1.0.1", "abcdef1", "2.1"),
        ("1.0", "1.0.1", "1.1", "2.0-rc.1", "2.0", "abcdef1", "2.1"),
    ),
    # From months over a sha to versions, with a late fix of September and a prerelease.
    Fleet(
        ("2024.9", "2024.10", "abcdef1", "1.0.0", "2024.9.1", "1.1.0-rc.1", "1.1.0"),
        ("2024.9", "2024.9.1", "2024.10", "abcdef1", "1.0.0", "1.1.0-rc.1", "1.1.0"),
    ),
    # Days, then numbered builds of a package, with a fix of the first day and names that say nothing.
    Fleet(
        ("2024-01-15", "2024-01-16", "shop@141", "shop@142", "2024-01-15.1", "friday", "shop@143"),
        ("2024-01-15", "2024-01-15.1", "2024-01-16", "shop@141", "shop@142", "friday", "shop@143"),
    ),
)


@dataclass
class Reference:
    """Keeps every event and action for ever and works everything out from scratch, each time it is asked."""

    fleet: Fleet
    past: list[tuple[Happening, tuple[str, ...]]] = field(default_factory=list)

    def episodes(self) -> list[tuple[Resolve | Ignore | Reopen | None, tuple[str, ...], list[Sighting]]]:
        """Each action with the releases deployed at it, and the events that arrived until the next action."""
        found: list[tuple[Resolve | Ignore | Reopen | None, tuple[str, ...], list[Sighting]]] = [(None, (), [])]
        for happening, deployed in self.past:
            if isinstance(happening, Sighting):
                found[-1][2].append(happening)
            else:
                found.append((happening, deployed, []))
        return found

    def contradictions(self, action: object, deployed: tuple[str, ...], events: list[Sighting]) -> list[Sighting]:
        if not isinstance(action, Resolve):
            return []
        newest = max((self.fleet.sorted.index(name) for name in deployed), default=-1)
        return [event for event in events if self._contradicts(action, newest, event)]

    def _contradicts(self, action: Resolve, newest: int, event: Sighting) -> bool:
        since = floor(event.timestamp) >= floor(action.at)
        mine = self.fleet.sorted.index(event.release) if event.release else None
        if action.how is ResolvedIn.NOW:
            return since if mine is None or newest in (-1, mine) else mine > newest
        if mine is None:
            return False
        if action.how is ResolvedIn.RELEASE:
            assert action.release is not None
            return mine >= self.fleet.sorted.index(action.release)
        return mine > newest

    def status(self) -> Status:
        status, ever = Status.NEW, False
        for action, deployed, events in self.episodes():
            if isinstance(action, Resolve):
                status = Status.RESOLVED
                if self.contradictions(action, deployed, events):
                    status, ever = Status.REGRESSED, True
            elif isinstance(action, Ignore):
                over = action.until is not None and any(event.received >= action.until for event in events)
                over = over or (action.events is not None and len(events) >= action.events)
                status = (Status.REGRESSED if ever else Status.NEW) if over else Status.IGNORED
            elif isinstance(action, Reopen):
                status = Status.NEW
        return status

    def counters(self) -> Counter[tuple[str, Place]]:
        events = [happening for happening, _ in self.past if isinstance(happening, Sighting)]
        counts = Counter(("error_count", event.place) for event in events if event.place)
        if events and (first := _earliest(events).place):
            counts["new_errors", first] = 1
        for action, deployed, arrived in self.episodes():
            against = self.contradictions(action, deployed, arrived)
            if against and (place := _earliest(against).place):
                counts["regressed_errors", place] = 1
        return counts


def _earliest(events: Sequence[Sighting]) -> Sighting:
    return min(events, key=lambda event: (event.timestamp, event.event_id))


@dataclass
class Ingest:
    """What a worker does around the pure function: drops duplicates, adds releases, sums up deltas."""

    state: ErrorState = field(default_factory=ErrorState)
    known: set[str] = field(default_factory=set)
    counts: Counter[tuple[str, Place]] = field(default_factory=Counter)
    statuses: list[Status] = field(default_factory=lambda: [Status.NEW])

    def take(self, happening: Happening, order: ReleaseOrder) -> bool:
        """False for a duplicate."""
        if isinstance(happening, Sighting):
            if happening.event_id in self.known:
                return False
            self.known.add(happening.event_id)
        self.add(apply(self.state, happening, order))
        return True

    def add(self, applied: Applied) -> None:
        self.state = applied.state
        for delta in applied.deltas:
            for name in Delta._fields[1:]:
                self.counts[name, delta.place] += getattr(delta, name)
        for transition in applied.transitions:
            assert transition.before is self.statuses[-1]
            self.statuses.append(transition.after)

    def visible(self) -> Counter[tuple[str, Place]]:
        assert min(self.counts.values(), default=0) >= 0
        return +self.counts


def order_after(fleet: Fleet, deployed: int | None = None) -> ReleaseOrder:
    return ReleaseOrder(Release(name, 10.0 * time) for time, name in enumerate(fleet.deploys[:deployed]))


Step = tuple[str, int, float, str, ResolvedIn]

KINDS = ("event",) * 12 + ("resolve",) * 4 + ("deploy", "repeat", "ignore", "reopen")
HISTORIES = st.lists(
    st.tuples(
        st.sampled_from(KINDS),
        st.integers(-1, 6),
        st.integers(0, 12).map(lambda quarters: quarters / 4),
        st.sampled_from(["production", "production", "canary"]),
        st.sampled_from(ResolvedIn),
    ),
    min_size=25,
    max_size=50,
)
"""Mostly events and resolutions, long enough that errors come back several times."""


def play(fleet: Fleet, steps: Sequence[Step]) -> list[tuple[Happening, int]]:
    """The history the steps tell, each with the number of deploys before it. Events come up to three seconds late, in
    any order, some twice, and from any release that is deployed."""
    story: list[tuple[Happening, int]] = []
    events: list[Sighting] = []
    deployed = 2
    for number, (kind, which, late, environment, how) in enumerate(steps):
        now = 10.0 * deployed + number / 8
        release = fleet.deploys[which % deployed] if which >= 0 else None
        if kind == "deploy":
            deployed = min(deployed + 1, len(fleet.deploys))
        elif kind == "event":
            events.append(Sighting(now - late, f"{number:03}", release, environment, now))
            story.append((events[-1], deployed))
        elif kind == "repeat" and events:
            story.append((events[which % len(events)]._replace(received=now), deployed))
        elif kind == "resolve":
            fix = (release or fleet.deploys[0]) if how is ResolvedIn.RELEASE else None
            story.append((Resolve(now, how, fix), deployed))
        elif kind == "ignore":
            story.append((Ignore(now, now + late if which % 2 else None, which if which > 2 else None), deployed))
        elif kind == "reopen":
            story.append((Reopen(now), deployed))
    return story


@pytest.mark.parametrize("fleet", FLEETS)
def test_the_order_is_a_persons_at_every_moment(fleet: Fleet) -> None:
    for deployed in range(1, len(fleet.deploys) + 1):
        known = fleet.deploys[:deployed]
        assert order_after(fleet, deployed).names == tuple(name for name in fleet.sorted if name in known)


@settings(max_examples=150, deadline=None)
@given(st.sampled_from(FLEETS), HISTORIES)
def test_every_step_agrees_with_the_reference(fleet: Fleet, steps: list[Step]) -> None:
    ingest, reference = Ingest(), Reference(fleet)
    for happening, deployed in play(fleet, steps):
        if ingest.take(happening, order_after(fleet, deployed)):
            reference.past.append((happening, fleet.deploys[:deployed]))
        assert ingest.state.status is reference.status()
        assert ingest.visible() == reference.counters()
        assert ingest.statuses[-1] is ingest.state.status


@settings(max_examples=75, deadline=None)
@given(st.sampled_from(FLEETS), HISTORIES, st.data())
def test_events_between_two_actions_may_arrive_in_any_order(
    fleet: Fleet, steps: list[Step], data: st.DataObject
) -> None:
    """And any number of times. Ignoring "until" goes by the server's clock at arrival, so it stays out here."""
    story = [(h, n) for h, n in play(fleet, steps) if not (isinstance(h, Ignore) and h.until is not None)]
    straight, shuffled = Ingest(), Ingest()
    for happening, _ in story:
        straight.take(happening, order_after(fleet))
    for run in _runs([happening for happening, _ in story]):
        for happening in data.draw(st.permutations(run)):
            shuffled.take(happening, order_after(fleet))
    assert shuffled.state == straight.state
    assert shuffled.visible() == straight.visible()


def _runs(story: Sequence[Happening]) -> list[list[Happening]]:
    """The history cut so that each run is one action, or all the distinct events between two actions, with
    repeats."""
    runs: list[list[Happening]] = [[]]
    known: set[str] = set()
    for happening in story:
        if not isinstance(happening, Sighting):
            runs += [[happening], []]
        elif happening.event_id not in known:
            known.add(happening.event_id)
            runs[-1] += [happening, happening]
    return runs
