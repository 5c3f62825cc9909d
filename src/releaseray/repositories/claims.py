"""Rows that are jobs: claiming what is due, in organizations' turns, and keeping or giving back a claim."""

from collections.abc import Collection, Sequence
from datetime import timedelta
from typing import Any, Protocol, TypeVar

from sqlalchemy import func, true, tuple_, update
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession


class Job(Protocol):
    """What a table needs for its rows to be jobs; `due_at` is NULL for those that are done."""

    id: str
    org_id: str
    attempt: int
    due_at: Any


JobRow = TypeVar("JobRow", bound=Job)


async def any_due(pool: Any, table: type[JobRow]) -> bool:
    """Whether there is anything to claim: a tenth of the price of `claim_due`, for those who ask all the time."""
    name = table.__tablename__  # type: ignore[attr-defined]  # every table has one
    return bool(await pool.fetchval(f"SELECT EXISTS (SELECT 1 FROM {name} WHERE due_at <= now())"))  # noqa: S608 - ours


async def claim_due(
    session: AsyncSession,
    table: type[JobRow],
    lease: timedelta,
    *,
    most: int,
    share: int,
    without: Collection[str] = (),
) -> Sequence[JobRow]:
    """Start the next attempt at up to `most` rows that are due, `share` of them an organization; none of those
    `without`. Organizations come in random order, so that none waits behind the same others every time.
    """
    due = col(table.due_at) <= func.now()
    waiting = select(table.org_id).where(due, col(table.org_id).not_in(without)).distinct().subquery()
    oldest = (
        select(table.id)
        .where(due, col(table.org_id) == waiting.c.org_id)
        .order_by(col(table.due_at))
        .limit(share)
        .with_for_update(skip_locked=True)
        .lateral()
    )
    chosen = select(oldest.c.id).select_from(waiting).join(oldest, true()).order_by(func.random()).limit(most)
    statement = (
        update(table)
        .where(col(table.id).in_(chosen))
        .values(attempt=table.attempt + 1, due_at=func.now() + lease)
        .returning(table)
    )
    return (await session.exec(statement)).scalars().all()


async def renew(
    session: AsyncSession, table: type[JobRow], claims: Collection[tuple[str, int]], lease: timedelta
) -> set[str]:
    """Keep claims (ids with their attempts) alive; the ids of those that nobody took over. A job that is done is among
    them: whoever did it may still have something to clear away."""
    mine = tuple_(col(table.id), col(table.attempt)).in_(list(claims))
    statement = update(table).where(mine, col(table.due_at).is_not(None)).values(due_at=func.now() + lease)
    held = set((await session.exec(statement.returning(col(table.id)))).scalars().all())
    if len(held) < len(claims):
        held |= set((await session.exec(select(table.id).where(mine, col(table.due_at).is_(None)))).all())
    return held


async def release(session: AsyncSession, table: type[JobRow], id: str, attempt: int) -> None:
    """Give a claim back, so that another worker can start at once."""
    mine = (col(table.id) == id, col(table.attempt) == attempt, col(table.due_at).is_not(None))
    await session.exec(update(table).where(*mine).values(due_at=func.now()))


async def held(session: AsyncSession, table: type[JobRow], id: str, attempt: int) -> JobRow | None:
    """The row of a claim, locked until the transaction ends; None when the claim is lost or the row is gone."""
    mine = (col(table.id) == id, col(table.attempt) == attempt, col(table.due_at).is_not(None))
    return (await session.exec(select(table).where(*mine).with_for_update())).first()
