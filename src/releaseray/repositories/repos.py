"""Queries on connected repositories and ranges."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import delete, update
from sqlalchemy.dialects.postgresql import insert
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from releaseray.errors import NotFound
from releaseray.models import Draft, DraftStatus, ReleaseRange, Repository
from releaseray.repositories.paging import Listed, Page, listed


class Repos:
    """The connected repositories of one organization."""

    def __init__(self, session: AsyncSession, org_id: str) -> None:
        self._session = session
        self._org_id = org_id

    async def get(self, repo_id: str, *, locked: bool = False) -> Repository:
        """One repository, locked against other changes if asked; raises `NotFound`."""
        query = select(Repository).where(Repository.id == repo_id, Repository.org_id == self._org_id)
        repo = (await self._session.exec(query.with_for_update(key_share=True) if locked else query)).first()
        if repo is None:
            raise NotFound.of("Repository", repo_id)
        return repo

    async def by_location(self, location: str) -> Repository | None:
        """The repository connected from `location`, if any."""
        query = select(Repository).where(Repository.location == location, Repository.org_id == self._org_id)
        return (await self._session.exec(query)).first()

    async def by_github_id(self, api_url: str, github_repo_id: int | None) -> Repository | None:
        """The repository that one GitHub knows by this id, whatever it was called when it was connected."""
        query = select(Repository).where(
            Repository.org_id == self._org_id,
            Repository.api_url == api_url,
            Repository.github_repo_id == github_repo_id,
            col(Repository.github_repo_id).is_not(None),
        )
        return (await self._session.exec(query)).first()

    async def list(self, page: Page) -> Listed[Repository]:
        """Connected repositories."""
        names: Mapping[str, Any] = {
            "createdAt": Repository.created_at,
            "updatedAt": Repository.updated_at,
            "name": Repository.full_name,
        }
        return await listed(self._session, Repository, (col(Repository.org_id) == self._org_id,), page, names)

    async def insert(self, repo: Repository) -> bool:
        """Add a repository; False when its slug or its location is taken."""
        statement = (
            insert(Repository).values(**repo.model_dump()).on_conflict_do_nothing().returning(col(Repository.id))
        )
        return (await self._session.exec(statement)).scalar() is not None

    async def note_unavailable(self, repo_id: str, known: str | None, why: str | None) -> None:
        """Replace what is known of why it cannot be read, if that is still what is known. Its settings did not change.
        One that somebody is just changing stays: they know better, and may be waiting for us."""
        mine = (Repository.id == repo_id, Repository.org_id == self._org_id)
        same = col(Repository.unavailable).is_not_distinct_from(known)
        free = select(Repository.id).where(*mine, same).with_for_update(skip_locked=True, key_share=True)
        changed = {"unavailable": why, "updated_at": Repository.updated_at}
        await self._session.exec(update(Repository).where(col(Repository.id).in_(free)).values(**changed))

    async def delete(self, repo_id: str) -> None:
        """Remove a repository and all that was made of it."""
        await self._session.exec(
            delete(Repository).where(col(Repository.id) == repo_id, col(Repository.org_id) == self._org_id)
        )


class Ranges:
    """The release ranges of one organization."""

    def __init__(self, session: AsyncSession, org_id: str) -> None:
        self._session = session
        self._org_id = org_id

    async def get(self, range_id: str) -> ReleaseRange:
        """One range; raises `NotFound`."""
        query = select(ReleaseRange).where(ReleaseRange.id == range_id, ReleaseRange.org_id == self._org_id)
        found = (await self._session.exec(query)).first()
        if found is None:
            raise NotFound.of("Release range", range_id)
        return found

    async def with_repository(self, range_id: str) -> tuple[ReleaseRange, Repository]:
        """One range and the repository that it is of; raises `NotFound`."""
        mine = (ReleaseRange.id == range_id, ReleaseRange.org_id == self._org_id)
        query = select(ReleaseRange, Repository).join(Repository, col(Repository.id) == ReleaseRange.repo_id)
        found = (await self._session.exec(query.where(*mine))).first()
        if found is None:
            raise NotFound.of("Release range", range_id)
        return found

    async def find(self, repo_id: str, from_tag: str, to_tag: str) -> ReleaseRange | None:
        """The range between two tags, if it was made."""
        query = select(ReleaseRange).where(
            ReleaseRange.repo_id == repo_id,
            ReleaseRange.org_id == self._org_id,
            ReleaseRange.from_tag == from_tag,
            ReleaseRange.to_tag == to_tag,
        )
        return (await self._session.exec(query)).first()

    async def drafted_by_itself(self, repo_id: str, to_tag: str) -> ReleaseRange | None:
        """The range that a tag was drafted from when it came, if it was and not all of its drafts failed."""
        mine = (ReleaseRange.org_id == self._org_id, ReleaseRange.repo_id == repo_id, ReleaseRange.to_tag == to_tag)
        automatic = (col(Draft.automatic), col(Draft.status) != DraftStatus.FAILED)
        query = select(ReleaseRange).join(Draft, col(Draft.range_id) == ReleaseRange.id).where(*mine, *automatic)
        return (await self._session.exec(query.order_by(col(ReleaseRange.created_at)).limit(1))).first()

    async def insert(self, made: ReleaseRange) -> bool:
        """Add a range; False when the same one was added meanwhile."""
        statement = insert(ReleaseRange).values(**made.model_dump()).on_conflict_do_nothing()
        return (await self._session.exec(statement.returning(col(ReleaseRange.id)))).scalar() is not None

    async def list(self, repo_id: str, page: Page) -> Listed[ReleaseRange]:
        """The ranges of a repository; sorted by name means by version."""
        names: Mapping[str, Any] = {
            "createdAt": ReleaseRange.created_at,
            "updatedAt": ReleaseRange.updated_at,
            "name": ReleaseRange.version_key,
        }
        where = (col(ReleaseRange.org_id) == self._org_id, col(ReleaseRange.repo_id) == repo_id)
        return await listed(self._session, ReleaseRange, where, page, names)
