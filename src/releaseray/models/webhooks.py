"""Outgoing webhooks and their deliveries."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ARRAY, Column, Index, String, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field, SQLModel

from releaseray.models.base import new_id, timestamp


class DeliveryStatus(StrEnum):
    """Where a delivery stands."""

    PENDING = "pending"
    DELIVERED = "delivered"
    FAILED = "failed"


class Webhook(SQLModel, table=True):
    """An address that is told of events. `sealed_former_secret` signs too until `former_until`; `notice` says why a
    webhook was switched off; `failing_since` is when its first failure after its last success was."""

    __tablename__ = "webhooks"
    __table_args__ = (Index("ix_webhooks_org_created", "org_id", "created_at"),)

    id: str = Field(default_factory=lambda: new_id("whk"), primary_key=True)
    org_id: str = Field(foreign_key="organizations.id", ondelete="CASCADE")
    url: str
    events: list[str] = Field(sa_column=Column(ARRAY(String), nullable=False))
    enabled: bool = True
    notice: str | None = None
    failing_since: datetime | None = timestamp(nullable=True)
    sealed_secret: str
    sealed_former_secret: str | None = None
    former_until: datetime | None = timestamp(nullable=True)
    created_at: datetime = timestamp()
    updated_at: datetime = timestamp()


class Delivery(SQLModel, table=True):
    """One event for one webhook; the row is the job.

    `due_at` is when it may be tried, or until when the worker of `attempt` may be silent; NULL when it is over.
    `body` is what is signed and sent. `failures` count since it was written or last replayed. `log` are its latest
    attempts, oldest first.
    """

    __tablename__ = "deliveries"
    __table_args__ = (
        Index("ix_deliveries_due", "org_id", "due_at", postgresql_where=text("due_at IS NOT NULL")),
        Index("ix_deliveries_webhook_created", "webhook_id", "created_at"),
        Index("ix_deliveries_created", "created_at"),
    )

    id: str = Field(default_factory=lambda: new_id("evt"), primary_key=True)
    org_id: str = Field(foreign_key="organizations.id", ondelete="CASCADE")
    webhook_id: str = Field(foreign_key="webhooks.id", ondelete="CASCADE")
    event: str
    body: str
    status: str = DeliveryStatus.PENDING
    attempt: int = 0
    failures: int = 0
    due_at: datetime | None = timestamp(nullable=True)
    log: list[dict[str, Any]] = Field(default_factory=list, sa_column=Column(JSONB, nullable=False))
    created_at: datetime = timestamp()
    updated_at: datetime = timestamp(touched=True)
