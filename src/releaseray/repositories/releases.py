"""Queries on releases and deploys."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import func
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from releaseray.errors import NotFound
from releaseray.models import Deploy, Release
from releaseray.repositories.paging import Listed, Page, listed


class Releases:
    """The releases of one organization."""

    def __init__(self, session: AsyncSession, org_id: str) -> None:
        self._session = session
        self._org_id = org_id

    async def get(self, release_id: str) -> Release:
        """One release; raises `NotFound`."""
        query = select(Release).where(Release.id == release_id, Release.org_id == self._org_id)
        found = (await self._session.exec(query)).first()
        if found is None:
            raise NotFound.of("Release", release_id)
        return found

    async def find(self, service_id: str, environment: str, version: str) -> Release | None:
        """The release of a version in an environment, if it is known."""
        query = select(Release).where(
            Release.service_id == service_id,
            Release.org_id == self._org_id,
            Release.environment == environment,
            Release.version == version,
        )
        return (await self._session.exec(query)).first()

    async def running(self, service_id: str, environment: str) -> str | None:
        """The id of the release whose deploy is the newest of a service and environment."""
        query = (
            select(Deploy.release_id)
            .where(Deploy.service_id == service_id, Deploy.environment == environment)
            .order_by(col(Deploy.id).desc())
            .limit(1)
        )
        return (await self._session.exec(query)).first()

    async def of_service(self, service_id: str) -> Sequence[Release]:
        """Every release of a service, in all environments."""
        query = select(Release).where(Release.service_id == service_id, Release.org_id == self._org_id)
        return (await self._session.exec(query)).all()

    async def list(self, page: Page, *, service_id: str | None, environment: str | None) -> Listed[Release]:
        """Releases, of a service and in an environment if given; sorted by name means by version."""
        where = [col(Release.org_id) == self._org_id]
        if service_id is not None:
            where.append(col(Release.service_id) == service_id)
        if environment is not None:
            where.append(col(Release.environment) == environment)
        names: Mapping[str, Any] = {
            "createdAt": Release.created_at,
            "updatedAt": Release.deployed_at,
            "name": Release.version_key,
        }
        return await listed(self._session, Release, where, page, names)

    async def deploys(self, release_id: str, limit: int) -> Sequence[Deploy]:
        """The deploys of a release, newest first."""
        query = select(Deploy).where(Deploy.release_id == release_id).order_by(col(Deploy.id).desc()).limit(limit)
        return (await self._session.exec(query)).all()

    async def replaced(self, release_ids: Sequence[str]) -> dict[str, datetime]:
        """When each of these releases was first replaced by another; those that never were are left out."""
        query = (
            select(Deploy.replaced_id, func.min(Deploy.deployed_at))
            .join(Release, col(Release.id) == Deploy.release_id)
            .where(Release.org_id == self._org_id, col(Deploy.replaced_id).in_(release_ids))
            .group_by(col(Deploy.replaced_id))
        )
        return {release_id: moment for release_id, moment in (await self._session.exec(query)).all() if release_id}
