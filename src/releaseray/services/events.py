"""Events for outgoing webhooks, written in the transaction of what they report."""

import json
from collections.abc import Mapping
from datetime import UTC
from enum import StrEnum

from sqlmodel.ext.asyncio.session import AsyncSession

from releaseray.models import Delivery, Draft, Publication, ReleaseRange, Webhook, now
from releaseray.repositories.notices import notify_work
from releaseray.repositories.webhooks import Webhooks


class Event(StrEnum):
    """What a webhook can be told of."""

    DRAFT_GENERATED = "draft.generated"
    DRAFT_PUBLISHED = "draft.published"
    RANGE_CREATED = "range.created"


PING = "ping"


async def draft_generated(session: AsyncSession, draft: Draft) -> None:
    """A generation completed."""
    await _write(session, draft.org_id, Event.DRAFT_GENERATED, _about(draft))


async def draft_published(session: AsyncSession, draft: Draft, publication: Publication) -> None:
    """A draft is out on a channel, for the first time or anew."""
    where = {"publicationId": publication.id, "channel": publication.channel, "url": publication.url}
    await _write(session, draft.org_id, Event.DRAFT_PUBLISHED, {**_about(draft), **where})


async def range_created(session: AsyncSession, made: ReleaseRange) -> None:
    """A release range was made."""
    data = {"releaseRangeId": made.id, "repoId": made.repo_id, "fromTag": made.from_tag, "toTag": made.to_tag}
    await _write(session, made.org_id, Event.RANGE_CREATED, data)


async def ping(session: AsyncSession, webhook: Webhook) -> Delivery:
    """A delivery that only tries whether the webhook answers."""
    return await _deliver(session, webhook, PING, _body(PING, {"webhookId": webhook.id}))


def _about(draft: Draft) -> dict[str, str | None]:
    return {"draftId": draft.id, "persona": draft.persona, "releaseRangeId": draft.range_id}


async def _write(session: AsyncSession, org_id: str, event: Event, data: Mapping[str, str | None]) -> None:
    for webhook in await Webhooks(session, org_id).told_of(event):
        await _deliver(session, webhook, event, _body(event, data))


def _body(event: str, data: Mapping[str, str | None]) -> str:
    moment = now().astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    return json.dumps({"event": event, "timestamp": moment, "data": data}, ensure_ascii=False)


async def _deliver(session: AsyncSession, webhook: Webhook, event: str, body: str) -> Delivery:
    delivery = Delivery(org_id=webhook.org_id, webhook_id=webhook.id, event=event, body=body, due_at=now())
    session.add(delivery)
    await session.flush()
    await notify_work(session, "deliveries")
    return delivery
