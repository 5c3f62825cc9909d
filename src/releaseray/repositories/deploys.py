"""Queries on deploys whose commits are to be read, and on what was found in them."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from sqlalchemy import func, update
from sqlalchemy.dialects.postgresql import insert
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from releaseray.models import Deploy, Release, ReleaseChanges, Service, now

_MOST_WAITING = 500


class Waiting(NamedTuple):
    """A deploy that waits: for the commit of `release`, of a service, in the repository that they name."""

    deploy_id: int | None
    service: Service
    release: Release
    repository: str


async def unexamined(session: AsyncSession, limit: int) -> Sequence[Deploy]:
    """Deploys whose commits nobody read yet, oldest first."""
    query = select(Deploy).where(col(Deploy.examined_at).is_(None)).order_by(col(Deploy.id)).limit(limit)
    return (await session.exec(query)).all()


async def mark_examined(session: AsyncSession, deploy_id: int, waits_for: str | None) -> bool:
    """Whether it was this transaction that marked the deploy, so that its findings count once. `waits_for` is the
    release whose commit could not be found."""
    here = (col(Deploy.id) == deploy_id, col(Deploy.examined_at).is_(None))
    marked = update(Deploy).where(*here).values(examined_at=now(), waits_for=waits_for)
    return bool((await session.exec(marked)).rowcount)


async def waiting(session: AsyncSession, org_id: str) -> list[Waiting]:
    """The newest deploys of an organization that wait for something of a repository."""
    named = func.coalesce(Release.repository, Service.repository)
    query = (
        select(col(Deploy.id), Service, Release, named)
        .join(Release, col(Release.id) == col(Deploy.waits_for))
        .join(Service, col(Service.id) == col(Deploy.service_id))
        .where(Service.org_id == org_id, col(Deploy.examined_at).is_not(None), named.is_not(None))
        .order_by(col(Deploy.deployed_at).desc())
        .limit(_MOST_WAITING)
    )
    return [Waiting(*row) for row in (await session.exec(query)).all()]


async def examine_again(session: AsyncSession, deploy_ids: Sequence[int | None]) -> None:
    """Have deploys examined that waited."""
    if deploy_ids:
        here = (col(Deploy.id).in_(deploy_ids), col(Deploy.waits_for).is_not(None))
        await session.exec(update(Deploy).where(*here).values(examined_at=None, queued_at=now()))


async def examine_again_in_growing_pauses(session: AsyncSession, first: timedelta, until: timedelta) -> None:
    """Have deploys of the last `until` examined that wait, each after twice the time; the first time after `first`."""
    moment = now()
    pause = func.greatest(first, col(Deploy.queued_at) - col(Deploy.deployed_at))
    here = (
        col(Deploy.waits_for).is_not(None),
        col(Deploy.examined_at).is_not(None),
        col(Deploy.deployed_at) > moment - until,
        col(Deploy.queued_at) + pause < moment,
    )
    await session.exec(update(Deploy).where(*here).values(examined_at=None, queued_at=moment))


async def service_of(session: AsyncSession, deploy: Deploy) -> Service:
    """The service that was deployed."""
    return (await session.exec(select(Service).where(Service.id == deploy.service_id))).one()


async def first_deploy(session: AsyncSession, release_id: str) -> datetime:
    """When a release was deployed for the first time."""
    return (await session.exec(select(func.min(Deploy.deployed_at)).where(Deploy.release_id == release_id))).one()


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


async def give_up_before(session: AsyncSession, moment: datetime) -> None:
    """Mark deploys examined that could not be since `moment`; they wait for their repository."""
    old = (col(Deploy.examined_at).is_(None), col(Deploy.queued_at) < moment)
    await session.exec(update(Deploy).where(*old).values(examined_at=now(), waits_for=Deploy.release_id))
