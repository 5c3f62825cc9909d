"""Publications as the API shows them."""

from typing import Annotated, Literal

from pydantic import ConfigDict
from typing_extensions import TypeAliasType

from releaseray.api.schemas.base import Input, OneOf, Output, ShortText, Timestamp, example
from releaseray.api.schemas.errors import Problem
from releaseray.channels import CHANNELS

ChannelName = Annotated[str, OneOf("ChannelName", CHANNELS)]


class PublishRequest(Input):
    """Publish a finished draft to a channel; `draft` asks GitHub for a draft release."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [{"draftId": "draft_abc123", "channel": "github", "draft": False}],
            "not": {
                "properties": {
                    "channel": {"enum": [name for name in CHANNELS if name != "github"]},
                    "draft": {"const": True},
                },
                "required": ["channel", "draft"],
            },
        }
    )

    draft_id: ShortText
    channel: ChannelName
    draft: bool = False


class Publication(Output):
    """A publication that is out; `url` is null where the vendor gives no address."""

    model_config = example(
        {
            "id": "pub_def456",
            "status": "completed",
            "url": "https://github.com/owner/repo/releases/tag/v1.2.0",
            "publishedAt": "2025-11-03T16:30:00Z",
        }
    )

    id: str
    status: Literal["completed"] = "completed"
    url: str | None
    published_at: Timestamp


class PublicationProcessing(Output):
    """A publication that is under way."""

    model_config = example({"id": "pub_def456", "status": "processing"})

    id: str
    status: Literal["processing"] = "processing"


class PublicationFailed(Output):
    """A publication that the vendor did not take, and why."""

    model_config = example(
        {
            "id": "pub_def456",
            "status": "failed",
            "error": {"error": "Publishing failed", "message": "GitHub answered: Bad credentials."},
        }
    )

    id: str
    status: Literal["failed"] = "failed"
    error: Problem


PublicationState = TypeAliasType("PublicationState", Publication | PublicationProcessing | PublicationFailed)
