"""What GitHub's webhooks told us: one small event a delivery and repository (or installation)."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import Column, Index, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field, SQLModel

from releaseray.models.base import Json, new_id, timestamp


class IncomingStatus(StrEnum):
    """Where an event stands; `skipped` ones were understood, but the repository's settings ask for nothing."""

    PENDING = "pending"
    DONE = "done"
    SKIPPED = "skipped"
    FAILED = "failed"


class IncomingEvent(SQLModel, table=True):
    """An event to act on; the row is the job.

    `target` is whom it concerns: a repository's id, or `installation:` and GitHub's id. `delivery` is GitHub's id of
    the event, `digest` the SHA-256 of the body that told it: either marks a repetition. `due_at` is when it may be
    tried, or until when the worker of `attempt` may be silent; NULL when it is over. `tries` count since it came or was
    redelivered; `note` says what came of it, or why it waits.
    """

    __tablename__ = "incoming_events"
    __table_args__ = (
        UniqueConstraint("target", "delivery"),
        UniqueConstraint("target", "digest"),
        Index("ix_incoming_events_due", "org_id", "due_at", postgresql_where=text("due_at IS NOT NULL")),
        Index("ix_incoming_events_repo_created", "repo_id", "created_at"),
        Index("ix_incoming_events_created", "created_at"),
    )

    id: str = Field(default_factory=lambda: new_id("inc"), primary_key=True)
    org_id: str = Field(foreign_key="organizations.id", ondelete="CASCADE")
    repo_id: str | None = Field(default=None, foreign_key="repositories.id", ondelete="CASCADE")
    target: str
    delivery: str
    digest: bytes
    kind: str
    event: Json = Field(sa_column=Column(JSONB, nullable=False))
    status: str = IncomingStatus.PENDING
    note: str | None = None
    tries: int = 0
    attempt: int = 0
    due_at: datetime | None = timestamp(nullable=True)
    created_at: datetime = timestamp()
    updated_at: datetime = timestamp(touched=True)
