"""What is watched: services, their releases by environment, and every deploy of one."""

import secrets
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, BigInteger, Column, Identity, Index, UniqueConstraint, text
from sqlmodel import Field, SQLModel

from releaseray.models.base import BYTE_ORDER, new_id, timestamp


def counter() -> int:
    """A column that counts from 0."""
    made: int = Field(default=0, sa_type=BigInteger)
    return made


class Service(SQLModel, table=True):
    """Something that is deployed and reports errors. `project_id` and `public_key` make up its DSN; `user_key` keys
    the hashes of affected users. `release_revision` grows with every release that is added."""

    __tablename__ = "services"
    __table_args__ = (
        UniqueConstraint("org_id", "name"),
        Index("ix_services_org_created", "org_id", "created_at"),
    )

    id: str = Field(default_factory=lambda: new_id("svc"), primary_key=True)
    org_id: str = Field(foreign_key="organizations.id", ondelete="CASCADE")
    project_id: int | None = Field(
        default=None, sa_column=Column(BigInteger, Identity(start=1), nullable=False, unique=True)
    )
    public_key: str = Field(default_factory=lambda: secrets.token_hex(16), unique=True)
    user_key: bytes = Field(default_factory=lambda: secrets.token_bytes(16))
    name: str
    repository: str | None = None
    release_revision: int = counter()
    created_at: datetime = timestamp()
    updated_at: datetime = timestamp(touched=True)


class Release(SQLModel, table=True):
    """A version in one environment of a service, with its counters.

    `first_deployed_at` is its first deploy, or its first event when that came before anybody announced it, which
    `announced` tells; `deployed_at` is its latest deploy. `version_key` orders versions, compared byte by byte.
    """

    __tablename__ = "releases"
    __table_args__ = (
        UniqueConstraint("service_id", "environment", "version"),
        Index("ix_releases_org_created", "org_id", "created_at"),
        Index("ix_releases_service_created", "service_id", "created_at"),
    )

    id: str = Field(default_factory=lambda: new_id("rel"), primary_key=True)
    org_id: str = Field(foreign_key="organizations.id", ondelete="CASCADE")
    service_id: str = Field(foreign_key="services.id", ondelete="CASCADE")
    version: str
    version_key: str = Field(sa_type=BYTE_ORDER)
    environment: str
    announced: bool = True
    deployed_at: datetime = timestamp()
    first_deployed_at: datetime = timestamp()
    commit_sha: str | None = None
    repository: str | None = None
    deployed_by: str | None = None
    error_count: int = counter()
    new_errors: int = counter()
    regressed_errors: int = counter()
    created_at: datetime = timestamp()
    updated_at: datetime = timestamp(touched=True)


class DeployKind(StrEnum):
    """Whether a version came for the first time or was gone back to."""

    DEPLOY = "deploy"
    ROLLBACK = "rollback"


class Deploy(SQLModel, table=True):
    """One deploy of a release; the newest of a service and environment is what runs there. `replaced_id` is the
    release that ran before. `examined_at` is when its commits were read, see `services.deploys`, and `queued_at` since
    when they are to be; `waits_for` is the release whose commit its repository did not know then."""

    __tablename__ = "deploys"
    __table_args__ = (
        Index("ix_deploys_running", "service_id", "environment", "id"),
        Index("ix_deploys_release", "release_id", "id"),
        Index("ix_deploys_unexamined", "id", postgresql_where=text("examined_at IS NULL")),
        Index("ix_deploys_waiting", "deployed_at", postgresql_where=text("waits_for IS NOT NULL")),
    )

    id: int | None = Field(
        default=None, sa_column=Column(BigInteger, Identity(start=1), primary_key=True, nullable=False)
    )
    release_id: str = Field(foreign_key="releases.id", ondelete="CASCADE")
    service_id: str = Field(foreign_key="services.id", ondelete="CASCADE")
    environment: str
    kind: str = DeployKind.DEPLOY
    replaced_id: str | None = None
    deployed_at: datetime = timestamp()
    deployed_by: str | None = None
    commit_sha: str | None = None
    examined_at: datetime | None = timestamp(nullable=True)
    queued_at: datetime = timestamp()
    waits_for: str | None = None


class ReleaseChanges(SQLModel, table=True):
    """What came with a release since the one before it, as `services.suspects` reads it: which files, lines and
    functions each change touched."""

    __tablename__ = "release_changes"

    release_id: str = Field(foreign_key="releases.id", ondelete="CASCADE", primary_key=True)
    from_sha: str
    to_sha: str
    changes: list[dict[str, Any]] = Field(sa_column=Column(JSON, nullable=False))
    read_at: datetime = timestamp()
