"""Connected repositories and the ranges of their tags."""

from datetime import datetime

from sqlalchemy import BigInteger, Index, UniqueConstraint
from sqlmodel import Field, SQLModel

from releaseray.models.base import BYTE_ORDER, new_id, timestamp


class Repository(SQLModel, table=True):
    """A connected repository. `location` is what git reads it from, without credentials; with them it is kept
    encrypted in `sealed_location`. `slug` is its public page's name."""

    __tablename__ = "repositories"
    __table_args__ = (
        UniqueConstraint("org_id", "location"),
        Index("ix_repositories_org_created", "org_id", "created_at"),
    )

    id: str = Field(default_factory=lambda: new_id("repo"), primary_key=True)
    org_id: str = Field(foreign_key="organizations.id", ondelete="CASCADE")
    github_repo_id: int | None = Field(default=None, sa_type=BigInteger)
    full_name: str
    default_branch: str
    location: str
    sealed_location: str | None = None
    web_url: str | None = None
    slug: str = Field(unique=True)
    created_at: datetime = timestamp()
    updated_at: datetime = timestamp(touched=True)


class ReleaseRange(SQLModel, table=True):
    """From one tag to another, as the tags stood when it was made.

    `from_sha` is None for a range from the very first commit; `from_tag` then shows that commit's short sha.
    `version_key` orders ranges by the version of `to_tag`, compared byte by byte.
    """

    __tablename__ = "release_ranges"
    __table_args__ = (
        UniqueConstraint("repo_id", "from_tag", "to_tag"),
        Index("ix_release_ranges_repo_created", "repo_id", "created_at"),
    )

    id: str = Field(default_factory=lambda: new_id("range"), primary_key=True)
    org_id: str = Field(foreign_key="organizations.id", ondelete="CASCADE", index=True)
    repo_id: str = Field(foreign_key="repositories.id", ondelete="CASCADE")
    from_tag: str
    to_tag: str
    from_sha: str | None
    to_sha: str
    compare_url: str | None
    pr_count: int
    issue_count: int
    version_key: str = Field(sa_type=BYTE_ORDER)
    created_at: datetime = timestamp()
    updated_at: datetime = timestamp(touched=True)
