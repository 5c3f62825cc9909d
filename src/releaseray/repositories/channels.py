"""Queries on how channels are set up."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import delete
from sqlalchemy.dialects.postgresql import insert
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from releaseray.models import ChannelSetup
from releaseray.repositories.paging import Listed, Page, listed


class ChannelSetups:
    """The channels that one organization has set up."""

    def __init__(self, session: AsyncSession, org_id: str) -> None:
        self._session = session
        self._org_id = org_id

    async def find(self, channel: str) -> ChannelSetup | None:
        """How a channel is set up, None when it is not."""
        here = (ChannelSetup.org_id == self._org_id, ChannelSetup.channel == channel)
        return (await self._session.exec(select(ChannelSetup).where(*here))).first()

    async def list(self, page: Page) -> Listed[ChannelSetup]:
        """Channels that are set up."""
        names: Mapping[str, Any] = {
            "createdAt": ChannelSetup.created_at,
            "updatedAt": ChannelSetup.updated_at,
            "name": ChannelSetup.channel,
        }
        where = (col(ChannelSetup.org_id) == self._org_id,)
        return await listed(self._session, ChannelSetup, where, page, names)

    async def put(self, channel: str, sealed_config: str) -> ChannelSetup:
        """Set a channel up, in place of how it was."""
        fresh = ChannelSetup(org_id=self._org_id, channel=channel, sealed_config=sealed_config)
        changed = {"sealed_config": sealed_config, "updated_at": fresh.updated_at}
        statement = insert(ChannelSetup).values(**fresh.model_dump())
        statement = statement.on_conflict_do_update(index_elements=["org_id", "channel"], set_=changed)
        kept: ChannelSetup = (await self._session.exec(statement.returning(ChannelSetup))).scalars().one()
        return kept

    async def delete(self, channel: str) -> bool:
        """Forget how a channel is set up; False when it was not."""
        here = (col(ChannelSetup.org_id) == self._org_id, col(ChannelSetup.channel) == channel)
        return bool((await self._session.exec(delete(ChannelSetup).where(*here))).rowcount)
