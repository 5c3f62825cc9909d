"""Which time a trend is about."""

from datetime import UTC, datetime, timedelta
from typing import NamedTuple

from releaseray.errors import Conflict
from releaseray.models import now

_DEFAULT = {"hour": timedelta(days=1), "day": timedelta(days=30)}
_LONGEST = {"hour": timedelta(days=31), "day": timedelta(days=731)}


class Span(NamedTuple):
    """From full hour or day to full hour or day, UTC; `until` is not part of it."""

    since: datetime
    until: datetime


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
