"""GitHub's webhooks as the API answers and lists them."""

from typing import Annotated, Any

from pydantic import Field

from releaseray.api.schemas.base import HasMore, NextOffset, OneOf, Output, Timestamp, Total, absent, example
from releaseray.models import IncomingStatus
from releaseray.services.incoming import Answer

_EVENT: dict[str, Any] = {
    "id": "inc_abc123",
    "event": "create",
    "delivery": "72d3162e-cc78-11e3-81ab-4c9367dc0958",
    "status": "done",
    "note": "v1.2.0: drafts for engineer, internal and customer.",
    "createdAt": "2025-11-03T14:32:00Z",
    "updatedAt": "2025-11-03T14:32:02Z",
}


class Received(Output):
    """What became of a delivery: `accepted` ones are acted on soon, `duplicate` ones were before."""

    model_config = example({"status": "accepted"})

    status: Annotated[str, OneOf("ReceivedStatus", Answer)]


class RepoEvent(Output):
    """A webhook that was received for a repository. `event` and `delivery` are GitHub's names of it; `note` says what
    came of it, or why it waits."""

    model_config = example(_EVENT)

    id: str
    event: str
    delivery: str
    status: Annotated[str, OneOf("RepoEventStatus", IncomingStatus)]
    note: Annotated[str | None, Field(exclude_if=absent)] = None
    created_at: Timestamp
    updated_at: Timestamp


class RepoEventList(Output):
    """A page of received webhooks."""

    model_config = example({"events": [_EVENT], "total": 1, "hasMore": False})

    events: list[RepoEvent]
    total: Total
    has_more: HasMore
    next_offset: NextOffset = None
