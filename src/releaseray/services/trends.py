"""Error counts of a service by release over time."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

from sqlmodel.ext.asyncio.session import AsyncSession

from releaseray.errors import Conflict
from releaseray.models import now
from releaseray.repositories.trends import Point, error_points

_DEFAULT = {"hour": timedelta(days=1), "day": timedelta(days=30)}
_LONGEST = {"hour": timedelta(days=31), "day": timedelta(days=731)}


class Span(NamedTuple):
    """From full hour or day to full hour or day, UTC; `until` is not part of it."""

    since: datetime
    until: datetime


class Series(NamedTuple):
    """A release in an environment; `version` is empty for events without one."""

    version: str
    environment: str
    events: int
    points: Sequence[Point]


def span(interval: str, since: datetime | None, until: datetime | None) -> Span:
    """The span that is meant, in full hours or days; raises `Conflict` for one that is empty or too long."""
    ends = _floor(interval, until or now())
    if until is None or ends < until:
        ends += timedelta(hours=1) if interval == "hour" else timedelta(days=1)
    begins = _floor(interval, since or ends - _DEFAULT[interval])
    if begins >= ends:
        raise Conflict("from: must be before to", {"from": "must be before to"})
    if ends - begins > _LONGEST[interval]:
        words = f"at most {_LONGEST[interval].days} days go into points of one {interval}"
        raise Conflict(f"from: {words}", {"from": words})
    return Span(begins, ends)


def _floor(interval: str, moment: datetime) -> datetime:
    hour = moment.astimezone(UTC).replace(minute=0, second=0, microsecond=0)
    return hour.replace(hour=0) if interval == "day" else hour


async def by_release(
    session: AsyncSession, service_id: str, environment: str | None, interval: str, when: Span
) -> list[Series]:
    """The releases that had errors in the span, those with the most first."""
    found: dict[tuple[str, str], list[Point]] = {}
    for point in await error_points(session, service_id, environment, *when, interval):
        found.setdefault((point.version, point.environment), []).append(point)
    series = [Series(*key, sum(point.events for point in points), points) for key, points in found.items()]
    return sorted(series, key=lambda one: (-one.events, one.version, one.environment))
