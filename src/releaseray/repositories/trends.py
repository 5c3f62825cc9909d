"""Queries on what is counted by the hour."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import func
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from releaseray.models import ErrorHour, SessionHour
from releaseray.tracking.sessions import SessionCounts


class Point(NamedTuple):
    """Events of a release in an environment, in the hour or day that begins at `at`."""

    version: str
    environment: str
    at: datetime
    events: int


async def error_points(
    session: AsyncSession, service_id: str, environment: str | None, since: datetime, until: datetime, bucket: str
) -> Sequence[Point]:
    """What happened in [since, until), summed up by `bucket` (`hour` or `day`, UTC), in order of time."""
    at: Any = func.date_trunc(bucket, ErrorHour.hour, "UTC")
    query = select(ErrorHour.version, ErrorHour.environment, at, func.sum(ErrorHour.events)).where(
        ErrorHour.service_id == service_id, ErrorHour.hour >= since, ErrorHour.hour < until
    )
    if environment is not None:
        query = query.where(ErrorHour.environment == environment)
    grouped = query.group_by(ErrorHour.version, ErrorHour.environment, at).order_by(at, ErrorHour.version)
    return [Point(version, place, moment, int(n)) for version, place, moment, n in (await session.exec(grouped)).all()]


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
