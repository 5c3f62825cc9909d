"""Connected repositories and the ranges of their tags."""

from datetime import datetime
from typing import Any

from sqlalchemy import ARRAY, BigInteger, Column, Index, String, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field, SQLModel

from releaseray.models.base import BYTE_ORDER, Json, new_id, timestamp
from releaseray.notes.personas import PERSONAS


def _texts() -> Any:
    return Column(ARRAY(String), nullable=False)


class Repository(SQLModel, table=True):
    """A connected repository. `location` is what git reads it from, without credentials; with them it is kept
    encrypted in `sealed_location`. `slug` is its public page's name.

    `api_url` is the base of GitHub's API where it was connected by its name on GitHub, None for any other. It is read
    there with `sealed_token`, else as the App's installation `installation_id`, else as anybody; `cloneless` where
    GitHub's API has to tell the history because git cannot fetch it. `unavailable` says, for people, why it cannot be
    read any more.

    What a new tag does: `tag_pattern` names the tags that count (None: all), `prereleases` whether those of
    prereleases do; `automatic` ones make drafts for `personas` and publish them to `channels`, each the draft of its
    own readers unless `channel_personas` says otherwise. `hidden` repositories have no public page.
    """

    __tablename__ = "repositories"
    __table_args__ = (
        UniqueConstraint("org_id", "location"),
        Index("ix_repositories_org_created", "org_id", "created_at"),
        Index("ix_repositories_github_repo_id", "github_repo_id"),
        Index("ix_repositories_any_case_name", text("lower(full_name)")),
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
    api_url: str | None = None
    sealed_token: str | None = None
    installation_id: int | None = Field(default=None, sa_type=BigInteger)
    cloneless: bool = False
    unavailable: str | None = None
    sealed_webhook_secret: str | None = None
    tag_pattern: str | None = None
    prereleases: bool = False
    personas: list[str] = Field(default_factory=lambda: list(PERSONAS), sa_column=_texts())
    channels: list[str] = Field(default_factory=list, sa_column=_texts())
    channel_personas: Json = Field(default_factory=dict, sa_column=Column(JSONB, nullable=False))
    automatic: bool = False
    hidden: bool = False
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
