"""Organizations, their keys, and what they used a month."""

from datetime import datetime

from sqlalchemy import ARRAY, BigInteger, Column, String
from sqlmodel import Field, SQLModel

from releaseray.models.base import new_id, timestamp


class Organization(SQLModel, table=True):
    """A tenant: everything else belongs to exactly one."""

    __tablename__ = "organizations"

    id: str = Field(default_factory=lambda: new_id("org"), primary_key=True)
    name: str
    tier: str
    created_at: datetime = timestamp()


class ApiKey(SQLModel, table=True):
    """A key, known by the SHA-256 of its text only. `successor_id` is the key that it was rotated to."""

    __tablename__ = "api_keys"

    id: str = Field(default_factory=lambda: new_id("key"), primary_key=True)
    org_id: str = Field(foreign_key="organizations.id", ondelete="CASCADE", index=True)
    name: str
    digest: bytes = Field(unique=True)
    last_four: str
    scopes: list[str] = Field(sa_column=Column(ARRAY(String), nullable=False))
    created_at: datetime = timestamp()
    last_used_at: datetime | None = timestamp(nullable=True)
    expires_at: datetime | None = timestamp(nullable=True)
    revoked_at: datetime | None = timestamp(nullable=True)
    successor_id: str | None = None


class Usage(SQLModel, table=True):
    """What an organization used in one UTC month (`2025-11`)."""

    __tablename__ = "usage"

    org_id: str = Field(foreign_key="organizations.id", ondelete="CASCADE", primary_key=True)
    month: str = Field(primary_key=True, max_length=7)
    api_calls: int = Field(default=0, sa_type=BigInteger)
    drafts_generated: int = 0
    published_releases: int = 0


class IdempotencyRecord(SQLModel, table=True):
    """The answer given to a `POST` with an `Idempotency-Key`; written in the transaction of what it answers.

    Until `running_until` the answer is provisional, for the request is still waiting for a better one.
    """

    __tablename__ = "idempotency_records"

    org_id: str = Field(foreign_key="organizations.id", ondelete="CASCADE", primary_key=True)
    key: str = Field(primary_key=True, max_length=255)
    request_digest: bytes
    status: int
    body: bytes
    running_until: datetime | None = timestamp(nullable=True)
    created_at: datetime = timestamp()
