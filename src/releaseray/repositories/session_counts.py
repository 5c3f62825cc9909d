"""Statements on sessions: those that are known one by one, and their counts by hour."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple

_KNOWN = """
SELECT s.project_id, s.sid, s.version, s.environment, s.hour, s.health FROM sessions s
JOIN unnest($1::bigint[], $2::text[]) AS asked (project_id, sid) USING (project_id, sid)
"""
_PUT = """
INSERT INTO sessions (project_id, sid, version, environment, hour, health, received_at)
SELECT *, now() FROM unnest($1::bigint[], $2::text[], $3::text[], $4::text[], $5::timestamptz[], $6::smallint[])
ON CONFLICT (project_id, sid) DO UPDATE SET health = excluded.health
"""
_HOURS = """
INSERT INTO session_hours (service_id, hour, environment, version, total, errored, abnormal, crashed)
SELECT * FROM unnest($1::text[], $2::timestamptz[], $3::text[], $4::text[], $5::bigint[], $6::bigint[], $7::bigint[],
                     $8::bigint[])
ON CONFLICT (service_id, hour, environment, version) DO UPDATE SET
    total = session_hours.total + excluded.total, errored = session_hours.errored + excluded.errored,
    abnormal = session_hours.abnormal + excluded.abnormal, crashed = session_hours.crashed + excluded.crashed
"""


class KnownSession(NamedTuple):
    """A session that was reported before."""

    project_id: int
    sid: str
    version: str
    environment: str
    hour: datetime
    health: int


async def known(connection: Any, sessions: Sequence[tuple[int, str]]) -> list[KnownSession]:
    """Those of some (project, session id) that were reported before."""
    return [KnownSession(*row) for row in await connection.fetch(_KNOWN, *_columns(sessions, 2))]


async def put(connection: Any, sessions: Sequence[KnownSession]) -> None:
    """Remember the health of sessions."""
    await connection.execute(_PUT, *_columns(sessions, 6))


async def add(connection: Any, counts: Sequence[tuple[Any, ...]]) -> None:
    """Add (service, hour, environment, version, total, errored, abnormal, crashed) to the hours."""
    await connection.execute(_HOURS, *_columns(counts, 8))


def _columns(rows: Sequence[tuple[Any, ...]], width: int) -> list[list[Any]]:
    return [[row[column] for row in rows] for column in range(width)]
