"""Publications, and the notes that the hosted page shows."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import Column, Index, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field, SQLModel

from releaseray.models.base import BYTE_ORDER, Json, new_id, timestamp


class PublicationStatus(StrEnum):
    """Where a publication stands."""

    PROCESSING = "processing"
    COMPLETED = "completed"
    FAILED = "failed"


class Publication(SQLModel, table=True):
    """A draft sent to a channel; the same draft to the same channel again is the same row.

    While `processing`, the row is the job: `due_at` is when it may be tried, or until when the worker of `attempt` may
    be silent. `asked` counts the requests to publish, `tries` the calls begun since the last of them. `unsure` says
    that a call began whose outcome is not known. `external` is what the channel answered last.
    """

    __tablename__ = "publications"
    __table_args__ = (
        UniqueConstraint("draft_id", "channel"),
        Index("ix_publications_due", "org_id", "due_at", postgresql_where=text("due_at IS NOT NULL")),
    )

    id: str = Field(default_factory=lambda: new_id("pub"), primary_key=True)
    org_id: str = Field(foreign_key="organizations.id", ondelete="CASCADE", index=True)
    draft_id: str = Field(foreign_key="drafts.id", ondelete="CASCADE")
    channel: str
    as_draft: bool = False
    status: str = PublicationStatus.PROCESSING
    url: str | None = None
    error: str | None = None
    external: Json = Field(default_factory=dict, sa_column=Column(JSONB, nullable=False))
    asked: int = 0
    tries: int = 0
    unsure: bool = False
    attempt: int = 0
    due_at: datetime | None = timestamp(nullable=True)
    published_at: datetime | None = timestamp(nullable=True)
    created_at: datetime = timestamp()
    updated_at: datetime = timestamp(touched=True)


class HostedNote(SQLModel, table=True):
    """What the public page of a repository shows for one version; `html` is `body_md`, rendered and cleaned."""

    __tablename__ = "hosted_notes"
    __table_args__ = (Index("ix_hosted_notes_page", "repo_id", "version_key"),)

    repo_id: str = Field(foreign_key="repositories.id", ondelete="CASCADE", primary_key=True)
    version: str = Field(primary_key=True)
    version_key: str = Field(sa_type=BYTE_ORDER)
    draft_id: str = Field(foreign_key="drafts.id", ondelete="CASCADE", index=True)
    compare_url: str | None
    body_md: str
    html: str
    published_at: datetime = timestamp()
    updated_at: datetime = timestamp(touched=True)
