"""Outgoing webhooks: making, changing and trying them, and replaying what they missed."""

from collections.abc import Sequence
from datetime import datetime, timedelta

import httpx

from releaseray.db import UnitOfWork
from releaseray.errors import Conflict
from releaseray.models import Delivery, DeliveryStatus, Webhook, now
from releaseray.outbound import OutboundRefused, check_url
from releaseray.repositories.notices import notify_work
from releaseray.repositories.organizations import UsageOf
from releaseray.repositories.webhooks import Deliveries, Webhooks
from releaseray.services import events
from releaseray.services.runtime import Runtime
from releaseray.webhooks import signing

MOST = 20


async def check_address(runtime: Runtime, field: str, url: str) -> None:
    """Refuse an address that this server must not call. A host that is not known now may be known later.

    Raises `Conflict`, naming the field: what is refused depends on the operator's settings.
    """
    try:
        await check_url(url, runtime.settings.outbound_allow)
    except OutboundRefused as problem:
        raise Conflict(f"{field}: {problem}", {field: str(problem)}) from problem
    except httpx.ConnectError:
        pass


async def create(
    runtime: Runtime, uow: UnitOfWork, org_id: str, url: str, wanted: Sequence[str]
) -> tuple[Webhook, str]:
    """A new webhook and its secret, which is shown this once.

    Raises `Conflict` for an address that is not called, and when there are enough.
    """
    await check_address(runtime, "url", url)
    await UsageOf(uow.session, org_id).lock()
    if await Webhooks(uow.session, org_id).count() >= MOST:
        raise Conflict(f"An organization has at most {MOST} webhooks. Delete one that is not needed.")
    secret = signing.new_secret()
    webhook = Webhook(org_id=org_id, url=url, events=_in_order(wanted), sealed_secret=runtime.secrets.seal(secret))
    uow.session.add(webhook)
    await uow.session.flush()
    return webhook, secret


async def change(
    runtime: Runtime,
    uow: UnitOfWork,
    org_id: str,
    webhook_id: str,
    *,
    url: str | None = None,
    wanted: Sequence[str] | None = None,
    enabled: bool | None = None,
) -> Webhook:
    """Change what is given; switched on again, a webhook starts with a clean slate.

    Raises `NotFound`, and `Conflict` for an address that is not called.
    """
    if url is not None:
        await check_address(runtime, "url", url)
    webhook = await Webhooks(uow.session, org_id).get(webhook_id, locked=True)
    if url is not None:
        webhook.url = url
    if wanted is not None:
        webhook.events = _in_order(wanted)
    if enabled is not None and enabled != webhook.enabled:
        webhook.enabled, webhook.failing_since, webhook.notice = enabled, None, None
    webhook.updated_at = now()
    uow.session.add(webhook)
    return webhook


def _in_order(wanted: Sequence[str]) -> list[str]:
    return [event.value for event in events.Event if event in wanted]


async def rotate(
    runtime: Runtime, uow: UnitOfWork, org_id: str, webhook_id: str, grace: timedelta
) -> tuple[Webhook, str]:
    """A new secret; the present one signs beside it until `grace` has passed. Raises `NotFound`."""
    webhook = await Webhooks(uow.session, org_id).get(webhook_id, locked=True)
    secret = signing.new_secret()
    webhook.sealed_former_secret = webhook.sealed_secret if grace else None
    webhook.former_until = now() + grace if grace else None
    webhook.sealed_secret = runtime.secrets.seal(secret)
    webhook.updated_at = now()
    uow.session.add(webhook)
    return webhook, secret


async def ping(uow: UnitOfWork, org_id: str, webhook_id: str) -> Delivery:
    """A delivery that only tries the webhook. Raises `NotFound`, `Conflict` when it is switched off."""
    return await events.ping(uow.session, await _switched_on(uow, org_id, webhook_id))


async def replay(uow: UnitOfWork, org_id: str, webhook_id: str, delivery_id: str) -> Delivery:
    """Send one delivery again, under the same id. Raises `NotFound`, `Conflict` when it is switched off."""
    webhook = await Webhooks(uow.session, org_id).get(webhook_id)
    delivery = await Deliveries(uow.session, webhook).get(delivery_id)
    await _switched_on(uow, org_id, webhook_id)
    await Deliveries(uow.session, webhook).replay(id=delivery_id)
    await notify_work(uow.session, "deliveries")
    await uow.session.refresh(delivery)
    return delivery


async def replay_since(
    uow: UnitOfWork, org_id: str, webhook_id: str, since: datetime, status: DeliveryStatus | None
) -> int:
    """Send the deliveries of events since a time again, in one status if given; how many there are.

    Raises `NotFound`, `Conflict` when the webhook is switched off.
    """
    webhook = await _switched_on(uow, org_id, webhook_id)
    found = await Deliveries(uow.session, webhook).replay(since=since, status=status)
    await notify_work(uow.session, "deliveries")
    return found


async def _switched_on(uow: UnitOfWork, org_id: str, webhook_id: str) -> Webhook:
    webhook = await Webhooks(uow.session, org_id).get(webhook_id)
    if not webhook.enabled:
        raise Conflict(
            f'Webhook {webhook_id} is switched off. Send PATCH /api/webhooks/{webhook_id} with {{"enabled": true}}.'
        )
    return webhook
