"""Queries on what is kept of GitHub: its answers, and the App's installations."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, delete, func, update
from sqlalchemy.dialects.postgresql import insert
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from releaseray.models import GitHubAnswer, GitHubInstallation, Organization, Repository, now

_MARKED_ANEW_AFTER = timedelta(days=1)


class Answers:
    """What GitHub answered one organization."""

    def __init__(self, session: AsyncSession, org_id: str) -> None:
        self._session = session
        self._org_id = org_id

    async def find(self, key: str) -> bytes | None:
        """What is kept under a key, marked as used, at most once a day."""
        query = select(GitHubAnswer.value, GitHubAnswer.used_at).where(*self._here(key))
        found = (await self._session.exec(query)).first()
        if found is None:
            return None
        if found[1] < now() - _MARKED_ANEW_AFTER:
            await self._session.exec(update(GitHubAnswer).where(*self._here(key)).values(used_at=now()))
        return found[0]

    async def put(self, key: str, value: bytes) -> None:
        """Keep it, in place of what was kept."""
        fresh = GitHubAnswer(org_id=self._org_id, key=key, value=value)
        statement = insert(GitHubAnswer).values(**fresh.model_dump())
        changed = {"value": value, "used_at": fresh.used_at}
        await self._session.exec(statement.on_conflict_do_update(index_elements=["org_id", "key"], set_=changed))

    def _here(self, key: str) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
        return col(GitHubAnswer.org_id) == self._org_id, col(GitHubAnswer.key) == key


async def forget_answers_before(session: AsyncSession, moment: datetime) -> None:
    """Drop the answers that were last used before `moment`."""
    await session.exec(delete(GitHubAnswer).where(col(GitHubAnswer.used_at) < moment))


async def installation(
    session: AsyncSession, installation_id: int, *, locked: bool = False
) -> GitHubInstallation | None:
    """An installation of the App, locked against other changes if asked; None when it was never seen or is gone."""
    query = select(GitHubInstallation).where(GitHubInstallation.id == installation_id)
    return (await session.exec(query.with_for_update() if locked else query)).first()


async def installations(session: AsyncSession) -> Sequence[tuple[GitHubInstallation, Organization, int]]:
    """Every installation, whose it is, and how many repositories are read through it, by the account's name."""
    through = (
        select(func.count(col(Repository.id)))
        .where(Repository.installation_id == GitHubInstallation.id, col(Repository.sealed_token).is_(None))
        .scalar_subquery()
    )
    query = select(GitHubInstallation, Organization, through).join(Organization)
    return (
        await session.exec(query.order_by(func.lower(GitHubInstallation.account), col(GitHubInstallation.id)))
    ).all()


async def keep_installation(session: AsyncSession, seen: GitHubInstallation) -> GitHubInstallation:
    """Write down what was seen. One that is known stays with the organization it belongs to."""
    statement = insert(GitHubInstallation).values(**seen.model_dump())
    changed = {"account": seen.account, "suspended": seen.suspended, "updated_at": seen.updated_at}
    statement = statement.on_conflict_do_update(index_elements=["id"], set_=changed)
    kept: GitHubInstallation = (await session.exec(statement.returning(GitHubInstallation))).scalars().one()
    return kept


async def forget_installation(session: AsyncSession, installation_id: int) -> None:
    """The App was uninstalled there."""
    await session.exec(delete(GitHubInstallation).where(col(GitHubInstallation.id) == installation_id))
