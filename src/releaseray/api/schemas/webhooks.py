"""Outgoing webhooks and their deliveries as the API shows them."""

from typing import Annotated, Any

from pydantic import AliasChoices, Field

from releaseray.api.schemas.base import (
    GracePeriod,
    HasMore,
    Input,
    Moment,
    NextOffset,
    OneOf,
    Output,
    Timestamp,
    Total,
    absent,
    example,
)
from releaseray.models import DeliveryStatus
from releaseray.services.events import Event

EventName = Annotated[str, OneOf("EventName", Event)]
DeliveryFilter = Annotated[str, OneOf("DeliveryFilter", DeliveryStatus)]
WEB_ADDRESS = r"^https?://[!-~]+$"
WebhookUrl = Annotated[
    str, Field(min_length=8, max_length=2048, pattern=WEB_ADDRESS, examples=["https://ci.acme.com/hooks"])
]
Events = Annotated[list[EventName], Field(min_length=1, max_length=len(Event))]

_WEBHOOK: dict[str, Any] = {
    "id": "whk_abc123",
    "url": "https://ci.acme.com/hooks",
    "events": ["draft.generated"],
    "enabled": True,
    "createdAt": "2025-11-03T14:32:00Z",
    "updatedAt": "2025-11-03T14:32:00Z",
}
_SECRET = "whsec_… (shown once)"  # noqa: S105 - an example, and none at that
_DELIVERY: dict[str, Any] = {
    "id": "evt_abc123",
    "event": "draft.generated",
    "status": "delivered",
    "createdAt": "2025-11-03T16:00:00Z",
    "updatedAt": "2025-11-03T16:00:01Z",
}
_BODY = (
    '{"event": "draft.generated", "timestamp": "2025-11-03T16:00:00Z", "data": {"draftId": "draft_abc123", '
    '"persona": "engineer", "releaseRangeId": "range_xyz789"}}'
)
_ATTEMPT: dict[str, Any] = {
    "at": "2025-11-03T16:00:00Z",
    "durationMs": 84,
    "url": "https://ci.acme.com/hooks",
    "headers": {
        "Content-Type": "application/json",
        "webhook-id": "evt_abc123",
        "webhook-timestamp": "1762185600",
        "webhook-signature": "v1,K5oZfzN95Z9UVu1EsfQmfVNQhnkZ2pj9o9NDN/H/pI4=",
    },
    "status": 200,
    "answer": "ok",
}


class WebhookCreate(Input):
    """An address and the events that it is told of."""

    model_config = example({"url": "https://ci.acme.com/hooks", "events": ["draft.generated"]})

    url: WebhookUrl
    events: Events


class WebhookPatch(Input):
    """What to change of a webhook."""

    model_config = example({"enabled": True})

    url: WebhookUrl | None = None
    events: Events | None = None
    enabled: bool | None = None


class SecretRotate(Input):
    """How long the former secret signs beside the new one, in seconds; 0 ends it at once."""

    model_config = example({"gracePeriodSeconds": 86400})

    grace_period_seconds: GracePeriod = 24 * 3600


class ReplayRequest(Input):
    """Which deliveries are sent again: those of events since a time, in one status if given."""

    model_config = example({"since": "2025-11-03T00:00:00Z", "status": "failed"})

    since: Moment
    status: Annotated[str, OneOf("ReplayFilter", ("delivered", "failed"))] | None = None


class Webhook(Output):
    """A webhook. `notice` says why it was switched off; `failingSince` is there while it fails."""

    model_config = example(_WEBHOOK)

    id: str
    url: str
    events: list[EventName]
    enabled: bool
    notice: Annotated[str | None, Field(exclude_if=absent)] = None
    failing_since: Annotated[Timestamp | None, Field(exclude_if=absent)] = None
    created_at: Timestamp
    updated_at: Timestamp


class WebhookCreated(Output):
    """A webhook with its secret, this once."""

    model_config = example({**_WEBHOOK, "secret": _SECRET})

    id: str
    url: str
    events: list[EventName]
    enabled: bool
    secret: str
    created_at: Timestamp
    updated_at: Timestamp


class WebhookList(Output):
    """A page of webhooks."""

    model_config = example({"webhooks": [_WEBHOOK], "total": 1, "hasMore": False})

    webhooks: list[Webhook]
    total: Total
    has_more: HasMore
    next_offset: NextOffset = None


class Delivery(Output):
    """An event for a webhook; `id` is its `webhook-id` at every attempt, the next of which is at `nextAttemptAt`."""

    model_config = example(_DELIVERY)

    id: str
    event: str
    status: DeliveryFilter
    next_attempt_at: Annotated[
        Timestamp | None, Field(exclude_if=absent, validation_alias=AliasChoices("due_at", "nextAttemptAt"))
    ] = None
    created_at: Timestamp
    updated_at: Timestamp


class Attempt(Output):
    """One attempt: what was sent where, and what came back. `answer` is the beginning of the body; without an answer,
    `error` says why."""

    model_config = example(_ATTEMPT)

    at: str
    duration_ms: int
    url: Annotated[str | None, Field(exclude_if=absent)] = None
    headers: Annotated[dict[str, str] | None, Field(exclude_if=absent)] = None
    status: Annotated[int | None, Field(exclude_if=absent)] = None
    answer: Annotated[str | None, Field(exclude_if=absent)] = None
    error: Annotated[str | None, Field(exclude_if=absent)] = None


class DeliveryDetail(Output):
    """A delivery with its body and its latest attempts, oldest first."""

    model_config = example({**_DELIVERY, "body": _BODY, "attempts": [_ATTEMPT]})

    id: str
    event: str
    status: DeliveryFilter
    next_attempt_at: Annotated[
        Timestamp | None, Field(exclude_if=absent, validation_alias=AliasChoices("due_at", "nextAttemptAt"))
    ] = None
    created_at: Timestamp
    updated_at: Timestamp
    body: str
    attempts: list[Attempt] = Field(validation_alias=AliasChoices("log", "attempts"))


class DeliveryList(Output):
    """A page of deliveries."""

    model_config = example({"deliveries": [_DELIVERY], "total": 1, "hasMore": False})

    deliveries: list[Delivery]
    total: Total
    has_more: HasMore
    next_offset: NextOffset = None


class Replayed(Output):
    """How many deliveries are sent again."""

    model_config = example({"replayed": 12})

    replayed: int
