"""The inbox of events: many rows in, in one statement, and batches out, in the digest's transaction."""

from collections.abc import Sequence
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import func, insert
from sqlmodel import select
from sqlmodel.ext.asyncio.session import AsyncSession

from releaseray.models import InboxKind, InboxRow

ARRIVED = "releaseray_inbox"
"""The channel on which digests are told that something came in."""

_INSERT = """
WITH added AS (
    INSERT INTO event_inbox (project_id, kind, event_id, received, sent_at, payload)
    SELECT * FROM unnest($1::bigint[], $2::text[], $3::uuid[], $4::float8[], $5::float8[], $6::bytea[])
)
SELECT pg_notify($7, '')
"""
_CLAIM = """
SELECT id, octet_length(payload) AS size FROM event_inbox WHERE NOT set_aside
ORDER BY id LIMIT $1 FOR UPDATE SKIP LOCKED
"""
_OLDEST = "SELECT received FROM event_inbox WHERE NOT set_aside ORDER BY id LIMIT 1"
_FETCH = (
    "SELECT id, project_id, kind, event_id, received, sent_at, payload FROM event_inbox WHERE id = ANY($1::bigint[])"
)


class Arrival(NamedTuple):
    """Something to put into the inbox, see `InboxRow`."""

    project_id: int
    kind: InboxKind
    event_id: UUID | None
    received: float
    sent_at: float | None
    payload: bytes


class Waiting(NamedTuple):
    """A row of the inbox that this transaction holds."""

    id: int
    project_id: int
    kind: str
    event_id: UUID | None
    received: float
    sent_at: float | None
    payload: bytes


async def put(connection: Any, arrivals: Sequence[Arrival]) -> None:
    """Add all or none, durably unless a transaction is open, and wake a digest."""
    await connection.execute(_INSERT, *map(list, zip(*arrivals, strict=True)), ARRIVED)


async def put_with(session: AsyncSession, arrivals: Sequence[Arrival]) -> None:
    """Add them in the session's transaction; a digest is woken when it commits."""
    await session.exec(insert(InboxRow).values([arrival._asdict() for arrival in arrivals]))
    await session.exec(select(func.pg_notify(ARRIVED, "")))


async def oldest(pool: Any) -> float | None:
    """When the first of those that wait came in, in unix seconds; None when nothing waits."""
    received: float | None = await pool.fetchval(_OLDEST)
    return received


async def claim(connection: Any, most: int, most_bytes: int) -> list[Waiting]:
    """The oldest rows that no other digest holds, at least one if there is any, within `most_bytes` otherwise."""
    held = await connection.fetch(_CLAIM, most)
    taken, size = list[int](), 0
    for row in held:
        size += row["size"]
        if taken and size > most_bytes:
            break
        taken.append(row["id"])
    return [Waiting(*row) for row in await connection.fetch(_FETCH, taken)] if taken else []


async def remove(connection: Any, ids: Sequence[int]) -> None:
    """Take rows out."""
    await connection.execute("DELETE FROM event_inbox WHERE id = ANY($1::bigint[])", ids)


async def set_aside(connection: Any, id: int) -> None:
    """Leave a row alone from now on."""
    await connection.execute("UPDATE event_inbox SET set_aside = true WHERE id = $1", id)
