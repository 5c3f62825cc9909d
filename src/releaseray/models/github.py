"""What is kept of GitHub: answers that need not be asked for again, and where the App is installed."""

from datetime import datetime

from sqlalchemy import BigInteger, Column, Index
from sqlmodel import Field, SQLModel

from releaseray.models.base import timestamp


class GitHubAnswer(SQLModel, table=True):
    """Something GitHub said to one organization. Losing it costs calls, nothing else; `used_at` decides when."""

    __tablename__ = "github_cache"
    __table_args__ = (Index("ix_github_cache_used_at", "used_at"),)

    org_id: str = Field(foreign_key="organizations.id", ondelete="CASCADE", primary_key=True)
    key: str = Field(primary_key=True)
    value: bytes
    used_at: datetime = timestamp()


class GitHubInstallation(SQLModel, table=True):
    """An installation of the GitHub App, by GitHub's own id. It belongs to one organization: no other reads through
    it. `account` is the login of the user or organization on GitHub that installed it."""

    __tablename__ = "github_installations"

    id: int = Field(sa_column=Column(BigInteger, primary_key=True, autoincrement=False))
    org_id: str = Field(foreign_key="organizations.id", ondelete="CASCADE")
    account: str
    suspended: bool = False
    created_at: datetime = timestamp()
    updated_at: datetime = timestamp(touched=True)
