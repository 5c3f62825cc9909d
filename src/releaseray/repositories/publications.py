"""Queries on publications and on the notes of public pages."""

from typing import Any

from sqlalchemy import and_, case, func
from sqlalchemy.dialects.postgresql import insert
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from releaseray.errors import NotFound
from releaseray.models import HostedNote, Publication, Repository
from releaseray.repositories.paging import Listed


class Publications:
    """The publications of one organization."""

    def __init__(self, session: AsyncSession, org_id: str) -> None:
        self._session = session
        self._org_id = org_id

    async def get(self, publication_id: str) -> Publication:
        """One publication; raises `NotFound`."""
        query = select(Publication).where(Publication.id == publication_id, Publication.org_id == self._org_id)
        found = (await self._session.exec(query)).first()
        if found is None:
            raise NotFound.of("Publication", publication_id)
        return found

    async def claim(self, draft_id: str, channel: str) -> tuple[Publication, bool]:
        """The one row of a draft and a channel, locked, and whether it was made just now."""
        fresh = Publication(org_id=self._org_id, draft_id=draft_id, channel=channel)
        statement = insert(Publication).values(**fresh.model_dump()).on_conflict_do_nothing()
        made = (await self._session.exec(statement.returning(col(Publication.id)))).scalar() is not None
        query = select(Publication).where(Publication.draft_id == draft_id, Publication.channel == channel)
        return (await self._session.exec(query.with_for_update())).one(), made


async def put_hosted(session: AsyncSession, note: HostedNote) -> None:
    """Show `note` for its version, in place of what was shown; the day it first appeared stays, and where it reads as
    before, the time of its last change too: feed readers would show it anew."""
    values: dict[str, Any] = note.model_dump()
    changed: dict[str, Any] = {name: values[name] for name in ("draft_id", "compare_url", "body_md", "html")}
    as_before = col(HostedNote.html) == note.html, col(HostedNote.compare_url).is_not_distinct_from(note.compare_url)
    changed["updated_at"] = case((and_(*as_before), col(HostedNote.updated_at)), else_=note.updated_at)
    statement = insert(HostedNote).values(**values)
    await session.exec(statement.on_conflict_do_update(index_elements=["repo_id", "version"], set_=changed))


class PublicPages:
    """What anybody may read: the published notes of a repository, found by its slug."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def repository(self, slug: str) -> Repository | None:
        """The repository with that public name, unless it is hidden."""
        query = select(Repository).where(Repository.slug == slug, col(Repository.hidden).is_(False))
        return (await self._session.exec(query)).first()

    async def notes(self, repo_id: str, limit: int, offset: int) -> Listed[HostedNote]:
        """Notes, newest version first."""
        here = col(HostedNote.repo_id) == repo_id
        query = select(HostedNote).where(here).order_by(col(HostedNote.version_key).desc(), col(HostedNote.version))
        rows = await self._session.exec(query.limit(limit).offset(offset))
        total = await self._session.exec(select(func.count()).select_from(HostedNote).where(here))
        return Listed(rows.all(), total.one())

    async def note(self, repo_id: str, version: str) -> HostedNote | None:
        """The note of one version."""
        return await self._session.get(HostedNote, (repo_id, version))

    async def neighbours(self, note: HostedNote) -> tuple[str | None, str | None]:
        """The versions right above and right below a note in the order of `notes`."""
        key, version = col(HostedNote.version_key), col(HostedNote.version)
        here = select(HostedNote.version).where(HostedNote.repo_id == note.repo_id)
        above = (key > note.version_key) | ((key == note.version_key) & (version < note.version))
        below = (key < note.version_key) | ((key == note.version_key) & (version > note.version))
        newer = await self._session.exec(here.where(above).order_by(key, version.desc()).limit(1))
        older = await self._session.exec(here.where(below).order_by(key.desc(), version).limit(1))
        return newer.first(), older.first()
