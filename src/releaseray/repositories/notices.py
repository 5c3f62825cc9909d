"""Notices between processes, sent with a transaction and delivered only when it commits."""

from sqlalchemy import func
from sqlmodel import select
from sqlmodel.ext.asyncio.session import AsyncSession

FINISHED = "releaseray_finished"
WORK = "releaseray_work"


async def notify_finished(session: AsyncSession, id: str) -> None:
    """Tell every process that a draft or publication is finished."""
    await session.exec(select(func.pg_notify(FINISHED, id)))


async def notify_work(session: AsyncSession, table: str) -> None:
    """Tell the workers that there are rows to claim in a table."""
    await session.exec(select(func.pg_notify(WORK, table)))
