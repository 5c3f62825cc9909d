"""How an organization's channels are set up."""

from datetime import datetime

from sqlalchemy import UniqueConstraint
from sqlmodel import Field, SQLModel

from releaseray.models.base import new_id, timestamp


class ChannelSetup(SQLModel, table=True):
    """The settings of one channel, as JSON, encrypted as a whole."""

    __tablename__ = "channel_setups"
    __table_args__ = (UniqueConstraint("org_id", "channel"),)

    id: str = Field(default_factory=lambda: new_id("chan"), primary_key=True)
    org_id: str = Field(foreign_key="organizations.id", ondelete="CASCADE")
    channel: str
    sealed_config: str
    created_at: datetime = timestamp()
    updated_at: datetime = timestamp(touched=True)
