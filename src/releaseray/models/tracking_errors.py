"""Errors: what many events have in common, where it was seen, and what became of it."""

from datetime import datetime

from sqlalchemy import JSON, BigInteger, Column, Identity, Index, SmallInteger, String
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlmodel import Field, SQLModel

from releaseray.models.base import BYTE_ORDER, Json, new_id, timestamp
from releaseray.models.tracking import counter
from releaseray.tracking.error_state import Status


class TrackedError(SQLModel, table=True):
    """An error of a service. `state` is `tracking.error_state.ErrorState` as JSON; `status`, `status_after` (what it is
    once an ignoring lapses, at `ignored_until`), `events` and the times repeat what queries need of it."""

    __tablename__ = "errors"
    __table_args__ = (
        Index("ix_errors_org_created", "org_id", "created_at"),
        Index("ix_errors_service_created", "service_id", "created_at"),
    )

    id: str = Field(default_factory=lambda: new_id("err"), primary_key=True)
    org_id: str = Field(foreign_key="organizations.id", ondelete="CASCADE")
    service_id: str = Field(foreign_key="services.id", ondelete="CASCADE")
    title: str
    culprit: str
    level: str
    platform: str
    grouping_version: int
    explanation: list[str] = Field(sa_column=Column(JSON, nullable=False))
    state: Json = Field(sa_column=Column(JSONB, nullable=False))
    status: str = Status.NEW
    status_after: str = Status.NEW
    ignored_until: datetime | None = timestamp(nullable=True)
    events: int = counter()
    first_seen: datetime = timestamp()
    last_seen: datetime = timestamp()
    created_at: datetime = timestamp()
    updated_at: datetime = timestamp()


class ErrorHash(SQLModel, table=True):
    """Which error the events of one grouping hash belong to."""

    __tablename__ = "error_hashes"

    service_id: str = Field(foreign_key="services.id", ondelete="CASCADE", primary_key=True)
    hash: str = Field(primary_key=True)
    error_id: str = Field(foreign_key="errors.id", ondelete="CASCADE", index=True)


class ErrorPlace(SQLModel, table=True):
    """What is known of an error in one release and environment; `version` is empty for events without a release.

    `new_errors` and `regressed_errors` are this error's part in the counters of the same names, 0 or 1. `sample` is the
    first event that came from there, normalised.
    """

    __tablename__ = "error_places"
    __table_args__ = (Index("ix_error_places_release", "service_id", "version", "environment", "error_id"),)

    error_id: str = Field(foreign_key="errors.id", ondelete="CASCADE", primary_key=True)
    environment: str = Field(primary_key=True)
    version: str = Field(primary_key=True)
    service_id: str
    events: int = counter()
    new_errors: int = Field(default=0, sa_type=SmallInteger)
    regressed_errors: int = Field(default=0, sa_type=SmallInteger)
    first_seen: datetime = timestamp()
    last_seen: datetime = timestamp()
    sample: Json | None = Field(default=None, sa_column=Column(JSON, nullable=True))


class ErrorEnvironment(SQLModel, table=True):
    """That an error was seen in an environment; far fewer rows than places."""

    __tablename__ = "error_environments"

    service_id: str = Field(foreign_key="services.id", ondelete="CASCADE", primary_key=True)
    environment: str = Field(primary_key=True)
    error_id: str = Field(primary_key=True)


class ErrorKeys(SQLModel, table=True):
    """What lists narrow and sort an error by: repeated from its row, to be read in a small part of the time.

    `environments` are those in which it was seen, `MOST_ENVIRONMENTS` at most; of an error with more of them it is
    null, and `ErrorEnvironment` has them all. What has a fixed length stands first, as it is reached at once there.
    """

    __tablename__ = "error_keys"
    __table_args__ = (
        Index("ix_error_keys_created", "service_id", "created_at", "error_id"),
        Index("ix_error_keys_title", "service_id", "title", "error_id"),
    )

    created_at: datetime = timestamp()
    updated_at: datetime = timestamp()
    first_seen: datetime = timestamp()
    last_seen: datetime = timestamp()
    service_id: str = Field(foreign_key="services.id", ondelete="CASCADE")
    error_id: str = Field(primary_key=True, sa_type=BYTE_ORDER)
    status: str
    status_after: str
    title: str = Field(sa_type=BYTE_ORDER)
    environments: list[str] | None = Field(sa_column=Column(ARRAY(String)))
    ignored_until: datetime | None = timestamp(nullable=True)


MOST_ENVIRONMENTS = 20
"""Beyond which the environments of an error do not stand beside its keys: clients may make up as many as they like."""


class ErrorChange(SQLModel, table=True):
    """An entry of an error's history, what somebody or an event did to its status: when, by whom (nobody: by an event)
    and why."""

    __tablename__ = "error_changes"
    __table_args__ = (Index("ix_error_changes_error", "error_id", "id"),)

    id: int | None = Field(
        default=None, sa_column=Column(BigInteger, Identity(start=1), primary_key=True, nullable=False)
    )
    error_id: str = Field(foreign_key="errors.id", ondelete="CASCADE")
    at: datetime = timestamp()
    before: str
    after: str
    by: str | None = None
    reason: str
