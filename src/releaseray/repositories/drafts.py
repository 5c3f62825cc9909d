"""Queries on drafts: what clients read, and the claims and results of workers."""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

from sqlalchemy import func, update
from sqlalchemy.dialects.postgresql import insert
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from releaseray.errors import NotFound
from releaseray.models import Draft, DraftStatus, now
from releaseray.repositories.notices import notify_finished
from releaseray.repositories.paging import Listed, Page, listed

_IN_PROCESS = col(Draft.status) == DraftStatus.PROCESSING


class Drafts:
    """The drafts of one organization."""

    def __init__(self, session: AsyncSession, org_id: str) -> None:
        self._session = session
        self._org_id = org_id

    async def get(self, draft_id: str, *, locked: bool = False) -> Draft:
        """One draft, locked against other changes if asked; raises `NotFound`."""
        query = select(Draft).where(Draft.id == draft_id, Draft.org_id == self._org_id)
        draft = (await self._session.exec(query.with_for_update() if locked else query)).first()
        if draft is None:
            raise NotFound.of("Draft", draft_id)
        return draft

    async def list(
        self, range_id: str, page: Page, *, persona: str | None, status: DraftStatus | None
    ) -> Listed[Draft]:
        """The drafts of a range, of one persona and in one status if given."""
        where = [col(Draft.org_id) == self._org_id, col(Draft.range_id) == range_id]
        if persona is not None:
            where.append(col(Draft.persona) == persona)
        if status is not None:
            where.append(col(Draft.status) == status)
        names: Mapping[str, Any] = {
            "createdAt": Draft.created_at,
            "updatedAt": Draft.updated_at,
            "name": Draft.persona,
        }
        return await listed(self._session, Draft, where, page, names)

    async def start(self, draft: Draft) -> Draft | None:
        """Add a draft in process; None when one of the same range and persona is in process already."""
        statement = insert(Draft).values(**draft.model_dump()).on_conflict_do_nothing()
        made = (await self._session.exec(statement.returning(col(Draft.id)))).scalar()
        return draft if made else None

    async def in_process(self, range_id: str, persona: str) -> Draft | None:
        """The draft that is being made of a range for a persona."""
        query = select(Draft).where(
            Draft.org_id == self._org_id, Draft.range_id == range_id, Draft.persona == persona, _IN_PROCESS
        )
        return (await self._session.exec(query)).first()

    async def automatic(self, range_id: str, persona: str) -> Draft | None:
        """The draft of a range for a persona that a new tag asked for and that has not failed."""
        mine = (Draft.org_id == self._org_id, Draft.range_id == range_id, Draft.persona == persona)
        query = select(Draft).where(*mine, col(Draft.automatic), col(Draft.status) != DraftStatus.FAILED)
        return (await self._session.exec(query)).first()

    async def adopt(self, range_id: str, persona: str, channels: Sequence[str]) -> Draft | None:
        """Make the draft that somebody is waiting for already the automatic one; None when none is in process."""
        mine = (col(Draft.org_id) == self._org_id, col(Draft.range_id) == range_id, col(Draft.persona) == persona)
        adopted = update(Draft).where(*mine, _IN_PROCESS).values(automatic=True, publish_to=list(channels))
        return (await self._session.exec(adopted.returning(Draft))).scalar()

    async def count_in_process(self) -> int:
        """How many drafts are being made."""
        query = select(func.count()).select_from(Draft).where(col(Draft.org_id) == self._org_id, _IN_PROCESS)
        return (await self._session.exec(query)).one()


async def claim(session: AsyncSession, draft_id: str, lease: timedelta) -> Draft | None:
    """Start the next attempt at a draft nobody works on; None when there is nothing to do.

    The count of attempts fences off the worker of an earlier one: it can write no more.
    """
    free = func.coalesce(Draft.lease_until, func.to_timestamp(0)) < func.now()
    statement = (
        update(Draft)
        .where(col(Draft.id) == draft_id, _IN_PROCESS, free)
        .values(attempt=Draft.attempt + 1, lease_until=func.now() + lease, started_at=func.now())
        .returning(Draft)
    )
    return (await session.exec(statement)).scalar()


async def renew(session: AsyncSession, draft_id: str, attempt: int, lease: timedelta) -> bool:
    """Keep a claim alive; False when it was lost."""
    statement = (
        update(Draft)
        .where(col(Draft.id) == draft_id, _IN_PROCESS, col(Draft.attempt) == attempt)
        .values(lease_until=func.now() + lease, updated_at=Draft.updated_at)
    )
    return bool((await session.exec(statement)).rowcount)


async def finish(session: AsyncSession, draft_id: str, attempt: int, **values: Any) -> Sequence[str] | None:
    """Write the result of an attempt and tell whoever waits; the channels that it goes to by itself, or None, with
    nothing written, when the claim is lost."""
    statement = (
        update(Draft)
        .where(col(Draft.id) == draft_id, _IN_PROCESS, col(Draft.attempt) == attempt)
        .values(**values, lease_until=None, finished_at=func.now(), updated_at=now())
        .returning(col(Draft.publish_to))
    )
    channels: Sequence[str] | None = (await session.exec(statement)).scalar()
    if channels is not None:
        await notify_finished(session, draft_id)
    return channels


async def release(session: AsyncSession, draft_id: str, attempt: int) -> None:
    """Give a claim back, so that another worker can start at once."""
    statement = update(Draft).where(col(Draft.id) == draft_id, _IN_PROCESS, col(Draft.attempt) == attempt)
    await session.exec(statement.values(lease_until=None))


async def unattended(session: AsyncSession, grace: timedelta, limit: int) -> Sequence[Draft]:
    """Drafts in process that nobody works on, oldest first; new ones not before the `grace` their first push gets."""
    free = func.coalesce(Draft.lease_until, Draft.created_at + grace) < func.now()
    query = select(Draft).where(_IN_PROCESS, free).order_by(col(Draft.created_at)).limit(limit)
    return (await session.exec(query)).all()


async def recent_seconds(session: AsyncSession) -> Sequence[float]:
    """From request to result, in seconds, of the last 20 drafts that were finished."""
    seconds = func.extract("epoch", col(Draft.finished_at) - col(Draft.created_at))
    query = (
        select(seconds)
        .where(col(Draft.status) == DraftStatus.COMPLETED)
        .order_by(col(Draft.finished_at).desc())
        .limit(20)
    )
    return [float(value) for value in (await session.exec(query)).all()]
