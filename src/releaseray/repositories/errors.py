"""Queries on single errors: their pages, and where and how they changed."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import update
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from releaseray.errors import NotFound
from releaseray.models import ErrorChange, ErrorKeys, ErrorPlace, TrackedError
from releaseray.tracking.error_state import Place


class Errors:
    """The errors of one organization."""

    def __init__(self, session: AsyncSession, org_id: str) -> None:
        self._session = session
        self._org_id = org_id

    async def get(self, error_id: str) -> TrackedError:
        """One error as it is now; raises `NotFound`."""
        query = select(TrackedError).where(TrackedError.id == error_id, TrackedError.org_id == self._org_id)
        found = (await self._session.exec(query, execution_options={"populate_existing": True})).first()
        if found is None:
            raise NotFound.of("Error", error_id)
        return found

    async def save(self, error: TrackedError) -> None:
        """Write down what became of an error, for lists to find it by as well."""
        self._session.add(error)
        names = ("status", "status_after", "ignored_until", "updated_at")
        keys = update(ErrorKeys).where(col(ErrorKeys.error_id) == error.id)
        await self._session.exec(keys.values({name: getattr(error, name) for name in names}))

    async def places(self, error_id: str, limit: int) -> Sequence[ErrorPlace]:
        """Where an error was seen, latest first."""
        query = select(ErrorPlace).where(ErrorPlace.error_id == error_id)
        ordered = query.order_by(col(ErrorPlace.last_seen).desc(), col(ErrorPlace.environment), ErrorPlace.version)
        return (await self._session.exec(ordered.limit(limit))).all()

    async def environments(self, error_id: str) -> Sequence[str]:
        """The environments in which an error was seen."""
        query = select(ErrorPlace.environment).where(ErrorPlace.error_id == error_id).distinct()
        return (await self._session.exec(query)).all()

    async def sample(self, error_id: str, place: Place) -> dict[str, Any] | None:
        """The event that is kept of an error in a release and environment."""
        found = await self._session.get(ErrorPlace, (error_id, place.environment, place.release))
        return found.sample if found else None

    async def changes(self, error_id: str, limit: int) -> Sequence[ErrorChange]:
        """What became of an error, newest first."""
        query = select(ErrorChange).where(ErrorChange.error_id == error_id).order_by(col(ErrorChange.id).desc())
        return (await self._session.exec(query.limit(limit))).all()

    async def was_changed_by(self, error_id: str, by: str) -> bool:
        """Whether somebody ever did something to an error."""
        here = select(ErrorChange.id).where(ErrorChange.error_id == error_id, ErrorChange.by == by).limit(1)
        return (await self._session.exec(here)).first() is not None

    async def was_seen_since(self, error_id: str, version: str, moment: datetime) -> bool:
        """Whether an event of a release came since a moment, in whichever environment."""
        here = (col(ErrorPlace.error_id) == error_id, col(ErrorPlace.version) == version)
        seen = select(ErrorPlace.error_id).where(*here, col(ErrorPlace.last_seen) >= moment).limit(1)
        return (await self._session.exec(seen)).first() is not None

    async def credited(
        self, service_id: str, environment: str, version: str, limit: int
    ) -> tuple[Sequence[TrackedError], Sequence[TrackedError]]:
        """The errors that are new in a release and those that regressed in it, most events first."""
        new = await self._credited(service_id, environment, version, col(ErrorPlace.new_errors), limit)
        regressed = await self._credited(service_id, environment, version, col(ErrorPlace.regressed_errors), limit)
        return new, regressed

    async def _credited(
        self, service_id: str, environment: str, version: str, credit: Any, limit: int
    ) -> Sequence[TrackedError]:
        query = (
            select(TrackedError)
            .join(ErrorPlace, col(ErrorPlace.error_id) == col(TrackedError.id))
            .where(
                TrackedError.org_id == self._org_id,
                ErrorPlace.service_id == service_id,
                ErrorPlace.environment == environment,
                ErrorPlace.version == version,
                credit > 0,
            )
            .order_by(col(ErrorPlace.events).desc(), col(TrackedError.id))
            .limit(limit)
        )
        return (await self._session.exec(query)).all()
