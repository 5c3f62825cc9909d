"""Single events on their way in, and what stays of them: ids, hours, sessions."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import BigInteger, Column, DateTime, Double, Identity, Index, LargeBinary, SmallInteger, false
from sqlmodel import Field, SQLModel

from releaseray.models.base import timestamp
from releaseray.models.tracking import counter


class InboxKind(StrEnum):
    """What a row of the inbox is; the names of the Sentry protocol's items."""

    EVENT = "event"
    SESSION = "session"
    SESSIONS = "sessions"


class InboxRow(SQLModel, table=True):
    """Something accepted and not yet counted: JSON as it was sent. Times are unix seconds, `sent_at` by the client's
    clock. `event_id` is the one its sender was told. What cannot be counted is `set_aside` for whoever mends it."""

    __tablename__ = "event_inbox"

    id: int | None = Field(
        default=None, sa_column=Column(BigInteger, Identity(start=1), primary_key=True, nullable=False)
    )
    project_id: int = Field(sa_type=BigInteger)
    kind: str
    event_id: UUID | None = None
    received: float = Field(sa_type=Double)
    sent_at: float | None = Field(default=None, sa_type=Double)
    payload: bytes = Field(sa_type=LargeBinary)
    set_aside: bool = Field(default=False, sa_column_kwargs={"server_default": false()})


class EventId(SQLModel, table=True):
    """An event that was counted, so that it is not counted again."""

    __tablename__ = "event_ids"
    __table_args__ = (Index("ix_event_ids_received", "received_at", postgresql_using="brin"),)

    project_id: int = Field(sa_column=Column(BigInteger, primary_key=True, autoincrement=False))
    event_id: UUID = Field(primary_key=True)
    received_at: datetime = timestamp()


class ErrorHour(SQLModel, table=True):
    """Error events by the full hour in which they happened; `version` is empty for events without a release."""

    __tablename__ = "error_hours"

    service_id: str = Field(foreign_key="services.id", ondelete="CASCADE", primary_key=True)
    hour: datetime = Field(sa_type=DateTime(timezone=True), primary_key=True)
    environment: str = Field(primary_key=True)
    version: str = Field(primary_key=True)
    events: int = counter()


class ErrorDay(SQLModel, table=True):
    """The same by the full day, UTC: sums of `ErrorHour`, kept with it."""

    __tablename__ = "error_days"

    service_id: str = Field(foreign_key="services.id", ondelete="CASCADE", primary_key=True)
    day: datetime = Field(sa_type=DateTime(timezone=True), primary_key=True)
    environment: str = Field(primary_key=True)
    version: str = Field(primary_key=True)
    events: int = counter()


class SessionHour(SQLModel, table=True):
    """Sessions by the full hour in which they began; see `tracking.sessions.SessionCounts`."""

    __tablename__ = "session_hours"

    service_id: str = Field(foreign_key="services.id", ondelete="CASCADE", primary_key=True)
    hour: datetime = Field(sa_type=DateTime(timezone=True), primary_key=True)
    environment: str = Field(primary_key=True)
    version: str = Field(primary_key=True)
    total: int = counter()
    errored: int = counter()
    abnormal: int = counter()
    crashed: int = counter()


class Session(SQLModel, table=True):
    """One session that is reported by itself: its health so far, and where it was counted."""

    __tablename__ = "sessions"
    __table_args__ = (Index("ix_sessions_received", "received_at", postgresql_using="brin"),)

    project_id: int = Field(sa_column=Column(BigInteger, primary_key=True, autoincrement=False))
    sid: str = Field(primary_key=True)
    version: str
    environment: str
    hour: datetime = timestamp()
    health: int = Field(sa_type=SmallInteger)
    received_at: datetime = timestamp()
