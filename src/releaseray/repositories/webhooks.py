"""Queries on webhooks and their deliveries."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import any_, delete, func, literal, update
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from releaseray.errors import NotFound
from releaseray.models import Delivery, DeliveryStatus, Webhook, now
from releaseray.repositories.paging import Listed, Page, listed


class Webhooks:
    """The webhooks of one organization."""

    def __init__(self, session: AsyncSession, org_id: str) -> None:
        self._session = session
        self._org_id = org_id

    async def get(self, webhook_id: str, *, locked: bool = False) -> Webhook:
        """One webhook, locked against other changes if asked; raises `NotFound`."""
        query = select(Webhook).where(Webhook.id == webhook_id, Webhook.org_id == self._org_id)
        found = (await self._session.exec(query.with_for_update() if locked else query)).first()
        if found is None:
            raise NotFound.of("Webhook", webhook_id)
        return found

    async def list(self, page: Page) -> Listed[Webhook]:
        """Webhooks; sorted by name means by address."""
        names: Mapping[str, Any] = {
            "createdAt": Webhook.created_at,
            "updatedAt": Webhook.updated_at,
            "name": Webhook.url,
        }
        return await listed(self._session, Webhook, (col(Webhook.org_id) == self._org_id,), page, names)

    async def count(self) -> int:
        """How many there are."""
        query = select(func.count()).select_from(Webhook).where(col(Webhook.org_id) == self._org_id)
        return (await self._session.exec(query)).one()

    async def told_of(self, event: str) -> Sequence[Webhook]:
        """Those that are switched on and want to hear of an event."""
        wanted = (col(Webhook.enabled), literal(event) == any_(col(Webhook.events)))
        return (await self._session.exec(select(Webhook).where(Webhook.org_id == self._org_id, *wanted))).all()

    async def delete(self, webhook_id: str) -> None:
        """Remove a webhook with its deliveries."""
        await self._session.exec(
            delete(Webhook).where(col(Webhook.id) == webhook_id, col(Webhook.org_id) == self._org_id)
        )


class Deliveries:
    """The deliveries of one webhook, which the caller has looked up already."""

    def __init__(self, session: AsyncSession, webhook: Webhook) -> None:
        self._session = session
        self._here = col(Delivery.webhook_id) == webhook.id

    async def get(self, delivery_id: str) -> Delivery:
        """One delivery; raises `NotFound`."""
        found = (await self._session.exec(select(Delivery).where(Delivery.id == delivery_id, self._here))).first()
        if found is None:
            raise NotFound.of("Delivery", delivery_id)
        return found

    async def list(self, page: Page, status: str | None) -> Listed[Delivery]:
        """Deliveries, in one status if given; sorted by name means by event."""
        names: Mapping[str, Any] = {
            "createdAt": Delivery.created_at,
            "updatedAt": Delivery.updated_at,
            "name": Delivery.event,
        }
        where = [self._here] + ([col(Delivery.status) == status] if status else [])
        return await listed(self._session, Delivery, where, page, names)

    async def replay(self, *, id: str | None = None, since: datetime | None = None, status: str | None = None) -> int:
        """Make deliveries due again from the start: one, or those of events since a time, in one status if given. What
        is on its way already is left alone; how many there were."""
        over = [self._here, col(Delivery.due_at).is_(None)]
        if id is not None:
            over.append(col(Delivery.id) == id)
        if since is not None:
            over.append(col(Delivery.created_at) >= since)
        if status is not None:
            over.append(col(Delivery.status) == status)
        again = update(Delivery).where(*over).values(status=DeliveryStatus.PENDING, failures=0, due_at=func.now())
        return (await self._session.exec(again)).rowcount


async def forget_deliveries_before(session: AsyncSession, moment: datetime) -> None:
    """Drop the deliveries of long ago that are over."""
    old = (col(Delivery.created_at) < moment, col(Delivery.due_at).is_(None))
    await session.exec(delete(Delivery).where(*old))


async def forget_former_secrets(session: AsyncSession) -> None:
    """Drop replaced secrets whose grace is over."""
    over = col(Webhook.former_until) < now()
    await session.exec(update(Webhook).where(over).values(sealed_former_secret=None, former_until=None))
