"""Queries on what is counted by the hour."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import func
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from releaseray.models import ErrorHour, SessionHour
from releaseray.tracking.sessions import SessionCounts

_SERIES = """
SELECT version COLLATE "C", environment COLLATE "C", sum(events)::bigint AS events, array_agg({at} ORDER BY {at}) AS at,
       array_agg(events ORDER BY {at}) AS counts
FROM {table}
WHERE service_id = (SELECT id FROM services WHERE id = $1 AND org_id = $2)
  AND {at} >= $3 AND {at} < $4 AND ($5::text IS NULL OR environment = $5)
GROUP BY 1, 2 ORDER BY 3 DESC, 1, 2
"""
_BY_INTERVAL = {
    "hour": _SERIES.format(table="error_hours", at="hour"),
    "day": _SERIES.format(table="error_days", at="day"),
}


class Series(NamedTuple):
    """Events of a release in an environment; `version` is empty for events without one. `counts` are the events of
    the hours or days that begin at `at`."""

    version: str
    environment: str
    events: int
    at: Sequence[datetime]
    counts: Sequence[int]


async def series(
    connection: Any,
    org_id: str,
    service_id: str,
    environment: str | None,
    interval: str,
    since: datetime,
    until: datetime,
) -> list[Series]:
    """What happened in [since, until), full hours or days (UTC), by release and environment, most events first; empty
    for a service of somebody else."""
    rows = await connection.fetch(_BY_INTERVAL[interval], service_id, org_id, since, until, environment)
    return [Series(*row) for row in rows]


async def events_between(
    session: AsyncSession, service_id: str, environment: str, version: str, since: datetime, until: datetime
) -> int:
    """Events of one release in [since, until)."""
    query = select(func.coalesce(func.sum(ErrorHour.events), 0)).where(
        ErrorHour.service_id == service_id,
        ErrorHour.environment == environment,
        ErrorHour.version == version,
        ErrorHour.hour >= since,
        ErrorHour.hour < until,
    )
    return int((await session.exec(query)).one())


async def sessions_of(session: AsyncSession, service_id: str, environment: str, version: str) -> SessionCounts:
    """All sessions of one release."""
    columns = (SessionHour.total, SessionHour.errored, SessionHour.abnormal, SessionHour.crashed)
    query: Any = select(*(func.coalesce(func.sum(column), 0) for column in columns))
    here = (
        col(SessionHour.service_id) == service_id,
        col(SessionHour.environment) == environment,
        col(SessionHour.version) == version,
    )
    return SessionCounts(*map(int, (await session.exec(query.where(*here))).one()))
