"""Drafts: the generation job and what came of it, in one row."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import ARRAY, JSON, Column, Index, String, text
from sqlmodel import Field, SQLModel

from releaseray.models.base import Json, new_id, timestamp


class DraftStatus(StrEnum):
    """Where a generation stands."""

    PROCESSING = "processing"
    COMPLETED = "completed"
    FAILED = "failed"


class Draft(SQLModel, table=True):
    """A draft. While `processing`, the row is the job: `attempt` counts its starts, `lease_until` is until when
    the worker of that attempt may be silent before another may start it again. `flags` are JSON, not JSONB, which
    would not keep the documented order of keys. `automatic` ones were asked for by a new tag; `publish_to` are the
    channels that a draft goes to by itself once it is finished."""

    __tablename__ = "drafts"
    __table_args__ = (
        Index("ix_drafts_range_created", "range_id", "created_at"),
        Index(
            "uq_drafts_one_processing",
            "range_id",
            "persona",
            unique=True,
            postgresql_where=text("status = 'processing'"),
        ),
        Index(
            "uq_drafts_one_automatic",
            "range_id",
            "persona",
            unique=True,
            postgresql_where=text("automatic AND status <> 'failed'"),
        ),
        Index("ix_drafts_unfinished", "created_at", postgresql_where=text("status = 'processing'")),
        Index("ix_drafts_finished", "finished_at"),
    )

    id: str = Field(default_factory=lambda: new_id("draft"), primary_key=True)
    org_id: str = Field(foreign_key="organizations.id", ondelete="CASCADE", index=True)
    range_id: str = Field(foreign_key="release_ranges.id", ondelete="CASCADE")
    persona: str
    status: str = DraftStatus.PROCESSING
    body_md: str = ""
    flags: Json = Field(default_factory=dict, sa_column=Column(JSON, nullable=False))
    error: str | None = None
    automatic: bool = False
    publish_to: list[str] = Field(default_factory=list, sa_column=Column(ARRAY(String), nullable=False))
    attempt: int = 0
    lease_until: datetime | None = timestamp(nullable=True)
    started_at: datetime | None = timestamp(nullable=True)
    finished_at: datetime | None = timestamp(nullable=True)
    request_id: str = ""
    created_at: datetime = timestamp()
    updated_at: datetime = timestamp(touched=True)
