"""Outgoing webhooks: make, change, try, and see and replay what was delivered."""

from datetime import timedelta
from typing import Annotated

from fastapi import APIRouter, Query, Request, Response

from releaseray.api.auth import CurrentCaller
from releaseray.api.endpoint import CurrentRuntime, Endpoint, Uow, shown_once
from releaseray.api.paging import Paging, envelope
from releaseray.api.responses import responses, scoped
from releaseray.api.schemas.repos import Deleted
from releaseray.api.schemas.webhooks import (
    Delivery,
    DeliveryDetail,
    DeliveryFilter,
    DeliveryList,
    Replayed,
    ReplayRequest,
    SecretRotate,
    Webhook,
    WebhookCreate,
    WebhookCreated,
    WebhookList,
    WebhookPatch,
)
from releaseray.models import DeliveryStatus
from releaseray.repositories.webhooks import Deliveries, Webhooks
from releaseray.services import webhooks
from releaseray.services.keys import Scope

router = APIRouter(prefix="/webhooks", tags=["webhooks"], route_class=Endpoint)


@router.get("", name="list", dependencies=scoped(Scope.READ), responses=responses())
async def list_webhooks(
    request: Request, response: Response, caller: CurrentCaller, runtime: CurrentRuntime, page: Paging
) -> WebhookList:
    """Get all webhooks of your organization."""
    async with runtime.database.reading() as session:
        found = await Webhooks(session, caller.org_id).list(page)
    items = [Webhook.model_validate(item) for item in found.items]
    return WebhookList.model_validate(envelope(request, response, "webhooks", items, found.total, page))


@router.post("", name="create", status_code=201, dependencies=scoped(Scope.WRITE), responses=responses(409, 413))
async def create_webhook(
    request: Request, response: Response, caller: CurrentCaller, runtime: CurrentRuntime, uow: Uow, body: WebhookCreate
) -> WebhookCreated:
    """Make a webhook. Its secret, for verifying signatures as Standard Webhooks says, is shown this once."""
    shown_once(request)
    made, secret = await webhooks.create(runtime, uow, caller.org_id, body.url, body.events)
    response.headers["Location"] = f"/api/webhooks/{made.id}"
    return WebhookCreated.model_validate({**made.model_dump(), "secret": secret})


@router.get("/{webhook_id}", name="get", dependencies=scoped(Scope.READ), responses=responses(404))
async def get_webhook(caller: CurrentCaller, runtime: CurrentRuntime, webhook_id: str) -> Webhook:
    """Get a webhook; where it was switched off, it says why."""
    async with runtime.database.reading() as session:
        return Webhook.model_validate(await Webhooks(session, caller.org_id).get(webhook_id))


@router.patch("/{webhook_id}", name="update", dependencies=scoped(Scope.WRITE), responses=responses(404, 409, 413))
async def update_webhook(
    caller: CurrentCaller, runtime: CurrentRuntime, uow: Uow, webhook_id: str, body: WebhookPatch
) -> Webhook:
    """Change a webhook, or switch it off and on."""
    changed = await webhooks.change(
        runtime, uow, caller.org_id, webhook_id, url=body.url, wanted=body.events, enabled=body.enabled
    )
    return Webhook.model_validate(changed)


@router.delete("/{webhook_id}", name="delete", dependencies=scoped(Scope.WRITE), responses=responses(404))
async def delete_webhook(caller: CurrentCaller, uow: Uow, webhook_id: str) -> Deleted:
    """Remove a webhook with its deliveries."""
    await Webhooks(uow.session, caller.org_id).get(webhook_id, locked=True)
    await Webhooks(uow.session, caller.org_id).delete(webhook_id)
    return Deleted(id=webhook_id)


@router.post("/{webhook_id}/rotate", name="rotate", dependencies=scoped(Scope.WRITE), responses=responses(404, 413))
async def rotate_webhook(
    request: Request,
    caller: CurrentCaller,
    runtime: CurrentRuntime,
    uow: Uow,
    webhook_id: str,
    body: SecretRotate | None = None,
) -> WebhookCreated:
    """Make a new secret; until the grace period is over, a day without a body, every delivery is signed with both."""
    shown_once(request)
    grace = timedelta(seconds=(body or SecretRotate()).grace_period_seconds)
    changed, secret = await webhooks.rotate(runtime, uow, caller.org_id, webhook_id, grace)
    return WebhookCreated.model_validate({**changed.model_dump(), "secret": secret})


@router.post("/{webhook_id}/ping", name="ping", dependencies=scoped(Scope.WRITE), responses=responses(404, 409))
async def ping_webhook(caller: CurrentCaller, uow: Uow, webhook_id: str) -> Delivery:
    """Send a `ping` event; its delivery tells how it went."""
    return Delivery.model_validate(await webhooks.ping(uow, caller.org_id, webhook_id))


@router.post(
    "/{webhook_id}/replay", name="replaySince", dependencies=scoped(Scope.WRITE), responses=responses(404, 409, 413)
)
async def replay_since(caller: CurrentCaller, uow: Uow, webhook_id: str, body: ReplayRequest) -> Replayed:
    """Send all events since a time again, each under the id that it had."""
    status = DeliveryStatus(body.status) if body.status else None
    return Replayed(replayed=await webhooks.replay_since(uow, caller.org_id, webhook_id, body.since, status))


@router.get("/{webhook_id}/deliveries", name="deliveries", dependencies=scoped(Scope.READ), responses=responses(404))
async def list_deliveries(
    request: Request,
    response: Response,
    caller: CurrentCaller,
    runtime: CurrentRuntime,
    page: Paging,
    webhook_id: str,
    status: Annotated[DeliveryFilter | None, Query(description="Filter by status")] = None,
) -> DeliveryList:
    """Get what a webhook was told in the last thirty days."""
    async with runtime.database.reading() as session:
        webhook = await Webhooks(session, caller.org_id).get(webhook_id)
        found = await Deliveries(session, webhook).list(page, status)
    items = [Delivery.model_validate(item) for item in found.items]
    return DeliveryList.model_validate(envelope(request, response, "deliveries", items, found.total, page))


@router.get(
    "/{webhook_id}/deliveries/{delivery_id}",
    name="delivery",
    dependencies=scoped(Scope.READ),
    responses=responses(404),
)
async def get_delivery(
    caller: CurrentCaller, runtime: CurrentRuntime, webhook_id: str, delivery_id: str
) -> DeliveryDetail:
    """Get a delivery with what was sent and answered."""
    async with runtime.database.reading() as session:
        webhook = await Webhooks(session, caller.org_id).get(webhook_id)
        return DeliveryDetail.model_validate(await Deliveries(session, webhook).get(delivery_id))


@router.post(
    "/{webhook_id}/deliveries/{delivery_id}/replay",
    name="replay",
    dependencies=scoped(Scope.WRITE),
    responses=responses(404, 409),
)
async def replay_delivery(caller: CurrentCaller, uow: Uow, webhook_id: str, delivery_id: str) -> Delivery:
    """Send one event again, under the id that it had."""
    return Delivery.model_validate(await webhooks.replay(uow, caller.org_id, webhook_id, delivery_id))
