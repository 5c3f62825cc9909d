"""Queries on services."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy.dialects.postgresql import insert
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from releaseray.errors import NotFound
from releaseray.models import Service
from releaseray.repositories.paging import Listed, Page, listed


class Services:
    """The services of one organization."""

    def __init__(self, session: AsyncSession, org_id: str) -> None:
        self._session = session
        self._org_id = org_id

    async def get(self, service_id: str, *, locked: bool = False) -> Service:
        """One service; raises `NotFound`. Locked, nothing else counts its events, deploys it or acts on its errors
        until the transaction ends."""
        query = select(Service).where(Service.id == service_id, Service.org_id == self._org_id)
        found = (await self._session.exec(query.with_for_update(key_share=True) if locked else query)).first()
        if found is None:
            raise NotFound.of("Service", service_id)
        return found

    async def by_name(self, name: str) -> Service | None:
        """The service of that name, if any."""
        query = select(Service).where(Service.name == name, Service.org_id == self._org_id)
        return (await self._session.exec(query)).first()

    async def insert(self, service: Service) -> Service | None:
        """Add a service; None when its name is taken."""
        values = service.model_dump(exclude={"project_id"})
        statement = insert(Service).values(**values).on_conflict_do_nothing().returning(Service)
        return (await self._session.exec(statement)).scalar()

    async def list(self, page: Page) -> Listed[Service]:
        """All services."""
        names: Mapping[str, Any] = {
            "createdAt": Service.created_at,
            "updatedAt": Service.updated_at,
            "name": Service.name,
        }
        return await listed(self._session, Service, (col(Service.org_id) == self._org_id,), page, names)
