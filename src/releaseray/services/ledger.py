"""What a batch of events does to one service, worked out in memory before anything is written."""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple

from releaseray.services.error_states import moment
from releaseray.tracking.error_state import ErrorState, Place, Sighting
from releaseray.tracking.event import Event
from releaseray.tracking.fingerprint import Grouping
from releaseray.tracking.regression import Transition, apply
from releaseray.tracking.release_order import Release, ReleaseOrder

_HOUR = 3600


class Read(NamedTuple):
    """An event with the errors it may belong to, newest grouping first."""

    event: Event
    groupings: tuple[Grouping, ...]


@dataclass(slots=True)
class Found:
    """An error as this batch leaves it. `began` is the event and grouping that it was made of, when it is new."""

    id: str
    state: ErrorState
    began: Read | None = None
    transitions: list[Transition] = field(default_factory=list)


class Spot(NamedTuple):
    """Where an error was seen; `version` is empty for events without a release."""

    error_id: str
    environment: str
    version: str


@dataclass(slots=True)
class SpotChange:
    """What is added to a spot; the credits may be negative, when a late event moves them elsewhere."""

    sample: Event | None = None
    events: int = 0
    new_errors: int = 0
    regressed_errors: int = 0
    first: float = float("inf")
    last: float = 0.0


@dataclass(slots=True)
class ReleaseChange:
    """What is added to the counters of a release."""

    error_count: int = 0
    new_errors: int = 0
    regressed_errors: int = 0


@dataclass(frozen=True, slots=True)
class KnownReleases:
    """The releases of a service, as of one of its revisions."""

    revision: int
    places: frozenset[Place]
    order: ReleaseOrder

    @classmethod
    def of(cls, revision: int, releases: Iterable[tuple[str, str, float]]) -> "KnownReleases":
        """From (version, environment, unix seconds of the first deploy)."""
        listed = list(releases)
        first: dict[str, float] = {}
        for version, _, seconds in listed:
            first[version] = min(seconds, first.get(version, seconds))
        places = frozenset(Place(version, environment) for version, environment, _ in listed)
        return cls(revision, places, ReleaseOrder(Release(*item) for item in first.items()))


class Ledger:
    """The changes of one service by one batch. `known` are the errors of the hashes that exist."""

    def __init__(self, releases: KnownReleases, known: Mapping[str, Found], new_id: Callable[[], str]) -> None:
        self.errors: dict[str, Found] = {}
        self.hashes: dict[str, str] = {}
        self.spots: dict[Spot, SpotChange] = {}
        self.releases: dict[Place, ReleaseChange] = {}
        self.new_releases: dict[Place, float] = {}
        self.hours: Counter[tuple[datetime, str, str]] = Counter()
        self._known = dict(known)
        self._order = releases.order
        self._places = releases.places
        self._new_id = new_id

    def count_all(self, batch: Iterable[Read]) -> None:
        """Count the events of a batch, each of which must not have been counted before."""
        listed = list(batch)
        self._add_releases(listed)
        for read in listed:
            self._count(read)

    def _add_releases(self, batch: list[Read]) -> None:
        """Releases that nobody announced begin with their earliest event."""
        for event, _ in batch:
            place = Sighting.of(event).place
            if place is not None and place not in self._places:
                known = self.new_releases.get(place, event.timestamp)
                self.new_releases[place] = min(known, event.timestamp)
        for place, seconds in self.new_releases.items():
            self._order = self._order.including(Release(place.release, seconds))

    def _count(self, read: Read) -> None:
        event = read.event
        found = self._error_of(read)
        applied = apply(found.state, Sighting.of(event), self._order)
        found.state = applied.state
        found.transitions += applied.transitions
        version = event.release or ""
        spot = self._spot(found.id, event.environment, version)
        spot.sample = spot.sample or event
        spot.events += 1
        spot.first, spot.last = min(spot.first, event.timestamp), max(spot.last, event.timestamp)
        self.hours[moment(event.timestamp // _HOUR * _HOUR), event.environment, version] += 1
        for delta in applied.deltas:
            release = self.releases.setdefault(delta.place, ReleaseChange())
            credited = self._spot(found.id, delta.place.environment, delta.place.release)
            release.error_count += delta.error_count
            for change in (release, credited):
                change.new_errors += delta.new_errors
                change.regressed_errors += delta.regressed_errors

    def _spot(self, error_id: str, environment: str, version: str) -> SpotChange:
        return self.spots.setdefault(Spot(error_id, environment, version), SpotChange())

    def _error_of(self, read: Read) -> Found:
        hashes = (grouping.hash for grouping in read.groupings)
        found = next((self._known[hash] for hash in hashes if hash in self._known), None)
        if found is None:
            found = Found(self._new_id(), ErrorState(), began=read)
            self._known[read.groupings[0].hash] = found
            self.hashes[read.groupings[0].hash] = found.id
        self.errors[found.id] = found
        return found
