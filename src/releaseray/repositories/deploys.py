"""Queries on deploys whose commits are to be read, and on what was found in them."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import update
from sqlalchemy.dialects.postgresql import insert
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from releaseray.models import Deploy, ReleaseChanges, Service, now


async def unexamined(session: AsyncSession, limit: int) -> Sequence[Deploy]:
    """Deploys whose commits nobody read yet, oldest first."""
    query = select(Deploy).where(col(Deploy.examined_at).is_(None)).order_by(col(Deploy.id)).limit(limit)
    return (await session.exec(query)).all()


async def mark_examined(session: AsyncSession, deploy_id: int) -> bool:
    """Whether it was this transaction that marked the deploy, so that its findings count once."""
    here = (col(Deploy.id) == deploy_id, col(Deploy.examined_at).is_(None))
    return bool((await session.exec(update(Deploy).where(*here).values(examined_at=now()))).rowcount)


async def service_of(session: AsyncSession, deploy: Deploy) -> Service:
    """The service that was deployed."""
    return (await session.exec(select(Service).where(Service.id == deploy.service_id))).one()


async def put_changes(
    session: AsyncSession, release_id: str, from_sha: str, to_sha: str, changes: Sequence[dict[str, Any]]
) -> None:
    """Keep what came with a release, in place of what was kept."""
    values: dict[str, Any] = {"from_sha": from_sha, "to_sha": to_sha, "changes": list(changes), "read_at": now()}
    statement = insert(ReleaseChanges).values(release_id=release_id, **values)
    await session.exec(statement.on_conflict_do_update(index_elements=["release_id"], set_=values))


async def changes_of(session: AsyncSession, release_id: str) -> ReleaseChanges | None:
    """What came with a release; None where that is not known."""
    return await session.get(ReleaseChanges, release_id)


async def forget_examined_before(session: AsyncSession, moment: datetime) -> None:
    """Mark deploys examined that could not be, and are older than `moment`."""
    old = (col(Deploy.examined_at).is_(None), col(Deploy.deployed_at) < moment)
    await session.exec(update(Deploy).where(*old).values(examined_at=now()))
