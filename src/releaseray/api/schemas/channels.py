"""Channels as the API shows them."""

from typing import Any

from releaseray.api.schemas.base import HasMore, NextOffset, Output, Timestamp, Total, example
from releaseray.api.schemas.publish import ChannelName

_CHANNEL: dict[str, Any] = {
    "channel": "slack",
    "settings": {"channelId": "C024BE91L"},
    "createdAt": "2025-11-03T14:32:00Z",
    "updatedAt": "2025-11-03T14:32:00Z",
}


class Channel(Output):
    """A channel that is set up; its secrets are never shown."""

    model_config = example(_CHANNEL)

    channel: ChannelName
    settings: dict[str, Any]
    created_at: Timestamp
    updated_at: Timestamp


class ChannelList(Output):
    """A page of the channels that are set up. The hosted page needs no set-up."""

    model_config = example({"channels": [_CHANNEL], "total": 1, "hasMore": False})

    channels: list[Channel]
    total: Total
    has_more: HasMore
    next_offset: NextOffset = None


class ChannelTest(Output):
    """Whether the channel answers as it is set up, and what it says."""

    model_config = example({"channel": "slack", "ok": True, "message": "The token is valid: releaseray in Acme."})

    channel: ChannelName
    ok: bool
    message: str


class ChannelRemoved(Output):
    """The channel whose settings were removed."""

    model_config = example({"channel": "slack", "deleted": True})

    channel: ChannelName
    deleted: bool = True
