"""The truth about a release: what came with it, what came back, and how it compares with the one before."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum

from sqlmodel.ext.asyncio.session import AsyncSession

from releaseray.models import Deploy, Release, ReleaseRange, TrackedError, now
from releaseray.repositories import trends
from releaseray.repositories.errors import Errors
from releaseray.repositories.releases import Releases
from releaseray.services import release_ranges
from releaseray.services.errors import known_releases
from releaseray.tracking.sessions import SessionCounts

_ERRORS = 100
_DEPLOYS = 100
_HOUR = timedelta(hours=1)


class Verdict(StrEnum):
    """How a release is doing against the one before it."""

    BETTER = "better"
    SAME = "same"
    WORSE = "worse"


@dataclass(frozen=True, slots=True)
class Comparison:
    """Events of a release and of the one before it, each in so many hours after its first deploy: at most until one of
    both was replaced. `share` is this release's part of both, 0 to 1, None without any."""

    hours: int
    events: int
    previous_events: int

    @property
    def share(self) -> float | None:
        """Above a half is worse than before."""
        both = self.events + self.previous_events
        return round(self.events / both, 4) if both else None

    @property
    def verdict(self) -> Verdict:
        """By the plain numbers."""
        if self.events == self.previous_events:
            return Verdict.SAME
        return Verdict.WORSE if self.events > self.previous_events else Verdict.BETTER


@dataclass(frozen=True, slots=True)
class ReleasePage:
    """All of it."""

    release: Release
    previous: Release | None
    comparison: Comparison | None
    sessions: SessionCounts
    new: Sequence[TrackedError]
    regressed: Sequence[TrackedError]
    deploys: Sequence[Deploy]
    range: ReleaseRange | None


async def page(session: AsyncSession, org_id: str, release_id: str) -> ReleasePage:
    """The page of a release; raises `NotFound`."""
    releases = Releases(session, org_id)
    release = await releases.get(release_id)
    place = (release.service_id, release.environment, release.version)
    here = [one for one in await releases.of_service(release.service_id) if one.environment == release.environment]
    previous = previous_of(release, here)
    new, regressed = await Errors(session, org_id).credited(*place, _ERRORS)
    return ReleasePage(
        release=release,
        previous=previous,
        comparison=await _compare(session, release, previous, here) if previous else None,
        sessions=await trends.sessions_of(session, *place),
        new=new,
        regressed=regressed,
        deploys=await releases.deploys(release.id, _DEPLOYS),
        range=await release_ranges.find(session, org_id, previous, release) if previous else None,
    )


def previous_of(release: Release, here: Sequence[Release]) -> Release | None:
    """The release right before one, in the service's order, of those in its environment."""
    before = known_releases(here).order.previous(release.version)
    return next((one for one in here if one.version == before), None)


def following(release: Release, here: Sequence[Release]) -> Release | None:
    """The release right after one, likewise."""
    names = known_releases(here).order.names
    after = names[names.index(release.version) + 1 :][:1]
    return next((one for one in here if one.version in after), None)


async def _compare(session: AsyncSession, release: Release, previous: Release, here: Sequence[Release]) -> Comparison:
    both = (release, previous)
    replaced = await Releases(session, release.org_id).replaced([one.id for one in both])
    shortest = min((_end(one, replaced, here) or now()) - _full_hour(one) for one in both)
    hours = max(1, math.ceil(shortest / _HOUR))
    counts = [
        await trends.events_between(
            session, one.service_id, one.environment, one.version, _full_hour(one), _full_hour(one) + hours * _HOUR
        )
        for one in both
    ]
    return Comparison(hours, *counts)


def _end(release: Release, replaced: Mapping[str, datetime], here: Sequence[Release]) -> datetime | None:
    """When something else was deployed in place of a release, or came after one that nobody announced."""
    if release.announced:
        return replaced.get(release.id)
    later = [one.first_deployed_at for one in here if one.first_deployed_at > release.first_deployed_at]
    return min(later, default=None)


def _full_hour(release: Release) -> datetime:
    return release.first_deployed_at.astimezone(UTC).replace(minute=0, second=0, microsecond=0)
