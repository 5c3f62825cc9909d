"""A repository with its settings, as the API shows and takes them."""

from typing import Annotated, Any

from pydantic import Field

from releaseray.api.schemas.base import Input, Output, Timestamp, absent, example
from releaseray.api.schemas.drafts import Persona
from releaseray.api.schemas.publish import ChannelName
from releaseray.channels import CHANNELS, LeftOut
from releaseray.notes.personas import PERSONAS

PRINTABLE = r"^[^\x00-\x1f\x7f]+$"
WebhookSecret = Annotated[str, Field(min_length=16, max_length=255, pattern=PRINTABLE)]
TagPattern = Annotated[str, Field(min_length=1, max_length=255, pattern=PRINTABLE, examples=["v*"])]
Personas = Annotated[list[Persona], Field(min_length=1, max_length=len(PERSONAS))]
ChannelNames = Annotated[list[ChannelName], Field(max_length=len(CHANNELS))]
ChannelPersonas = Annotated[dict[ChannelName, Persona], Field(max_length=len(CHANNELS))]
_SETTINGS: dict[str, Any] = {
    "tagPattern": "v*",
    "prereleases": False,
    "personas": ["engineer", "internal", "customer"],
    "channels": ["github", "slack"],
    "channelPersonas": {"github": "engineer", "slack": "internal"},
    "automatic": True,
    "publicPage": True,
}


class RepoUpdate(Input):
    """What to change of a repository.

    `webhookSecret` is what GitHub signs its webhooks with; `null` removes it. `tagPattern` is a glob of the tags that
    count; `null`: every tag that names a version. `prereleases`: whether tags of prereleases count. `automatic`:
    whether a new tag is drafted for all `personas`, and those drafts are published to `channels` (which needs the scope
    `publish`). `channelPersonas` says whose draft a channel gets, where it is not the one that its readers usually
    want. `publicPage`: whether the hosted page is shown.
    """

    model_config = example({"webhookSecret": "at least 16 characters", **_SETTINGS})

    webhook_secret: WebhookSecret | None = None
    tag_pattern: TagPattern | None = None
    prereleases: Annotated[bool | None, LeftOut()] = None
    personas: Annotated[Personas | None, LeftOut()] = None
    channels: Annotated[ChannelNames | None, LeftOut()] = None
    channel_personas: Annotated[ChannelPersonas | None, LeftOut()] = None
    automatic: Annotated[bool | None, LeftOut()] = None
    public_page: Annotated[bool | None, LeftOut()] = None


class RepoDetail(Output):
    """A repository with its settings. `unavailable` says why it cannot be read any more; `webhookSecretSet` whether
    webhooks of GitHub are taken for it; without `tagPattern` every tag that names a version counts."""

    model_config = example(
        {
            "id": "repo_123",
            "orgId": "org_456",
            "githubRepoId": 789012,
            "fullName": "acme/myapp",
            "defaultBranch": "main",
            "webhookSecretSet": True,
            **_SETTINGS,
            "createdAt": "2025-10-01T08:00:00Z",
            "updatedAt": "2025-10-01T08:00:00Z",
        }
    )

    id: str
    org_id: str
    github_repo_id: int | None
    full_name: str
    default_branch: str
    unavailable: Annotated[str | None, Field(exclude_if=absent)] = None
    webhook_secret_set: bool
    tag_pattern: Annotated[str | None, Field(exclude_if=absent)] = None
    prereleases: bool
    personas: list[Persona]
    channels: list[ChannelName]
    channel_personas: dict[ChannelName, Persona]
    automatic: bool
    public_page: bool
    created_at: Timestamp
    updated_at: Timestamp
