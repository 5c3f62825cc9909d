"""API keys as the API shows them."""

from typing import Annotated, Any

from pydantic import Field

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
from releaseray.api.schemas.repo_settings import PRINTABLE
from releaseray.services.keys import DEFAULT_SCOPES, Scope

KeyName = Annotated[str, Field(min_length=1, max_length=255, pattern=PRINTABLE)]
ScopeName = Annotated[str, OneOf("Scope", Scope)]

_KEY: dict[str, Any] = {
    "id": "key_abc123",
    "name": "CI/CD Pipeline",
    "scopes": ["read", "write", "publish", "releases"],
    "lastFour": "x7Qp",
    "createdAt": "2025-11-03T14:32:00Z",
}


class KeyCreate(Input):
    """Make a key; without `scopes` it has all but `admin`."""

    model_config = example({"name": "CI/CD Pipeline"})

    name: KeyName
    scopes: list[ScopeName] = Field(
        default_factory=lambda: [scope.value for scope in DEFAULT_SCOPES], min_length=1, max_length=len(Scope)
    )
    expires_at: Moment | None = None


class KeyRotate(Input):
    """How long the old key works on, in seconds; 0 ends it at once."""

    model_config = example({"gracePeriodSeconds": 86400})

    grace_period_seconds: GracePeriod = 24 * 3600


class Key(Output):
    """A key; its text cannot be read again."""

    model_config = example(_KEY)

    id: str
    name: str
    scopes: list[ScopeName]
    last_four: str
    created_at: Timestamp
    last_used_at: Annotated[Timestamp | None, Field(exclude_if=absent)] = None
    expires_at: Annotated[Timestamp | None, Field(exclude_if=absent)] = None


class KeyCreated(Output):
    """A new key with its text, this once."""

    model_config = example({"id": "key_abc123", "name": "CI/CD Pipeline", "key": "rr_live_… (shown once)", **_KEY})

    id: str
    name: str
    key: str
    scopes: list[ScopeName]
    last_four: str
    created_at: Timestamp
    expires_at: Annotated[Timestamp | None, Field(exclude_if=absent)] = None


class KeyList(Output):
    """A page of keys that still work."""

    model_config = example({"keys": [_KEY], "total": 1, "hasMore": False})

    keys: list[Key]
    total: Total
    has_more: HasMore
    next_offset: NextOffset = None
