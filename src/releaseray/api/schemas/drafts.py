"""Drafts as the API shows them."""

from typing import Annotated, Any, Literal

from pydantic import AliasChoices, Field
from typing_extensions import TypeAliasType

from releaseray.api.schemas.base import (
    HasMore,
    Input,
    LongText,
    NextOffset,
    OneOf,
    Output,
    Timestamp,
    Total,
    absent,
    example,
)
from releaseray.api.schemas.errors import Problem
from releaseray.notes.personas import PERSONAS

Persona = Annotated[str, OneOf("Persona", PERSONAS)]
DraftFilter = Annotated[str, OneOf("DraftFilter", ("completed", "processing", "failed", "all"))]

_DRAFT: dict[str, Any] = {
    "id": "draft_abc123",
    "releaseRangeId": "range_xyz789",
    "persona": "engineer",
    "bodyMd": "## Features\n- Added OAuth2 support...",
    "flags": {
        "highlights": ["OAuth2 PKCE"],
        "upgradeInstructions": "Run `npm install @auth/core@latest`",
        "contributors": ["johndoe"],
    },
    "createdAt": "2025-11-03T14:32:00Z",
    "updatedAt": "2025-11-03T14:35:00Z",
}


class DraftGenerate(Input):
    """Ask for a draft."""

    model_config = example({"persona": "engineer"})

    persona: Persona


class DraftPatch(Input):
    """Edit a draft by hand."""

    model_config = example({"bodyMd": "## Features\n- Added OAuth2 PKCE support (updated)"})

    body_md: LongText


class Flags(Output):
    """`highlights` best first; `upgradeInstructions` only where the range needs any; `contributors` without bots."""

    highlights: list[str]
    upgrade_instructions: Annotated[str | None, Field(exclude_if=absent)] = None
    contributors: list[str]


class Draft(Output):
    """A finished draft."""

    model_config = example(_DRAFT)

    id: str
    release_range_id: str = Field(
        validation_alias=AliasChoices("range_id", "releaseRangeId"), serialization_alias="releaseRangeId"
    )
    persona: Persona
    body_md: str
    flags: Flags
    created_at: Timestamp
    updated_at: Timestamp


class DraftProcessing(Output):
    """A draft that is being made; `estimatedTime` is in whole seconds."""

    model_config = example({"id": "draft_abc123", "status": "processing", "estimatedTime": 30})

    id: str
    status: Literal["processing"] = "processing"
    estimated_time: int = Field(ge=1)


class DraftFailed(Output):
    """A draft that could not be made, and why."""

    model_config = example(
        {
            "id": "draft_abc123",
            "status": "failed",
            "error": {
                "error": "Generation failed",
                "message": "The history of acme/myapp could not be read: the remote does not answer.",
            },
        }
    )

    id: str
    status: Literal["failed"] = "failed"
    error: Problem


DraftState = TypeAliasType("DraftState", Draft | DraftProcessing | DraftFailed)


class DraftList(Output):
    """A page of drafts."""

    model_config = example(
        {
            "drafts": [
                {
                    **_DRAFT,
                    "flags": {
                        "highlights": ["OAuth2 PKCE", "Performance improvement"],
                        "contributors": ["johndoe", "janedoe"],
                    },
                }
            ],
            "total": 1,
            "hasMore": False,
        }
    )

    drafts: list[DraftState]
    total: Total
    has_more: HasMore
    next_offset: NextOffset = None


class DraftEdited(Output):
    """What an edit changed."""

    model_config = example(
        {
            "id": "draft_abc123",
            "bodyMd": "## Features\n- Added OAuth2 PKCE support (updated)",
            "updatedAt": "2025-11-03T15:00:00Z",
        }
    )

    id: str
    body_md: str
    updated_at: Timestamp
