"""Queries on what GitHub's webhooks tell, and on whom it concerns."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import delete, func, update
from sqlalchemy.dialects.postgresql import insert
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from releaseray.models import GitHubInstallation, IncomingEvent, IncomingStatus, Repository, now
from releaseray.repositories.paging import Listed, Page, listed

_RUN_AGAIN = (IncomingStatus.FAILED, IncomingStatus.SKIPPED)


def _named(github_repo_id: int | None, names: Sequence[str]) -> Any:
    """Repositories with GitHub's id, which renaming does not change, or else with one of the names."""
    by_name = func.lower(col(Repository.full_name)).in_([name.lower() for name in names])
    if github_repo_id is None:
        return by_name
    return (col(Repository.github_repo_id) == github_repo_id) | (col(Repository.github_repo_id).is_(None) & by_name)


async def listening(session: AsyncSession, github_repo_id: int | None, names: Sequence[str]) -> Sequence[Repository]:
    """Every organization's repository of that id or name that has a secret for webhooks."""
    mine = (_named(github_repo_id, names), col(Repository.sealed_webhook_secret).is_not(None))
    return (await session.exec(select(Repository).where(*mine).order_by(col(Repository.id)))).all()


async def readable_by(
    session: AsyncSession, org_id: str, github_repo_id: int | None, names: Sequence[str]
) -> Sequence[Repository]:
    """One organization's repositories of that id or name."""
    mine = (col(Repository.org_id) == org_id, _named(github_repo_id, names))
    return (await session.exec(select(Repository).where(*mine).order_by(col(Repository.id)))).all()


async def through(session: AsyncSession, org_id: str, installation_id: int) -> Sequence[Repository]:
    """One organization's repositories that are read as an installation of the App."""
    mine = (col(Repository.org_id) == org_id, col(Repository.installation_id) == installation_id)
    return (await session.exec(select(Repository).where(*mine).order_by(col(Repository.id)))).all()


async def orphaned(session: AsyncSession, org_id: str) -> Sequence[Repository]:
    """One organization's repositories whose installation of the App is gone, without a token of their own."""
    known = select(GitHubInstallation.id)
    mine = (col(Repository.org_id) == org_id, col(Repository.installation_id).is_not(None))
    gone = (col(Repository.installation_id).not_in(known), col(Repository.sealed_token).is_(None))
    return (await session.exec(select(Repository).where(*mine, *gone).order_by(col(Repository.id)))).all()


async def put(session: AsyncSession, event: IncomingEvent) -> bool:
    """Add an event; False when its target has heard of the delivery, or of the body, before."""
    statement = insert(IncomingEvent).values(**event.model_dump()).on_conflict_do_nothing()
    return (await session.exec(statement.returning(col(IncomingEvent.id)))).scalar() is not None


async def redelivered(session: AsyncSession, target: str, delivery: str) -> bool | None:
    """Whether the event of a delivery that came again is due once more, for it came to nothing before; None when that
    delivery is not known."""
    mine = (col(IncomingEvent.target) == target, col(IncomingEvent.delivery) == delivery)
    again = update(IncomingEvent).where(*mine, col(IncomingEvent.status).in_(_RUN_AGAIN))
    fresh = {"status": IncomingStatus.PENDING, "tries": 0, "due_at": func.now(), "updated_at": now()}
    if (await session.exec(again.values(**fresh))).rowcount:
        return True
    known = (await session.exec(select(IncomingEvent.id).where(*mine))).first()
    return None if known is None else False


async def told_of_pulls(session: AsyncSession, repo_id: str, since: datetime) -> Sequence[Mapping[str, Any]]:
    """What was told of a repository's pull requests since a time, as `event_json` writes it."""
    query = select(IncomingEvent.event).where(*_of_pulls(repo_id), col(IncomingEvent.created_at) >= since)
    return (await session.exec(query)).all()


async def last_told_of_pulls(session: AsyncSession, repo_id: str) -> datetime | None:
    """When it was last told of them."""
    query = select(IncomingEvent.created_at).where(*_of_pulls(repo_id)).order_by(col(IncomingEvent.created_at).desc())
    return (await session.exec(query.limit(1))).first()


def _of_pulls(repo_id: str) -> tuple[Any, Any]:
    return col(IncomingEvent.repo_id) == repo_id, col(IncomingEvent.kind) == "pull_request"


class IncomingEvents:
    """What one repository, which the caller has looked up already, was told."""

    def __init__(self, session: AsyncSession, repo_id: str) -> None:
        self._session = session
        self._repo_id = repo_id

    async def list(self, page: Page) -> Listed[IncomingEvent]:
        """Events; sorted by name means by kind."""
        names: Mapping[str, Any] = {
            "createdAt": IncomingEvent.created_at,
            "updatedAt": IncomingEvent.updated_at,
            "name": IncomingEvent.kind,
        }
        where = (col(IncomingEvent.repo_id) == self._repo_id,)
        return await listed(self._session, IncomingEvent, where, page, names)


async def hand_over(session: AsyncSession, installation_id: int, org_id: str) -> None:
    """Let what is still to be done for an installation be done for the organization that it belongs to now."""
    mine = (col(IncomingEvent.target) == installation_target(installation_id), col(IncomingEvent.due_at).is_not(None))
    await session.exec(update(IncomingEvent).where(*mine).values(org_id=org_id))


def installation_target(installation_id: int) -> str:
    """How events name an installation as the one that they concern."""
    return f"installation:{installation_id}"


async def forget_incoming_before(session: AsyncSession, moment: datetime, kinds: Sequence[str]) -> None:
    """Drop the events of long ago, of some kinds, that are over."""
    old = (col(IncomingEvent.created_at) < moment, col(IncomingEvent.due_at).is_(None))
    await session.exec(delete(IncomingEvent).where(*old, col(IncomingEvent.kind).in_(kinds)))
