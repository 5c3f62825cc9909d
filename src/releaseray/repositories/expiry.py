"""Forgetting single events and sessions when their time is over; counters are rows of their own and stay."""

from datetime import datetime

from sqlalchemy import delete
from sqlmodel import col
from sqlmodel.ext.asyncio.session import AsyncSession

from releaseray.models import EventId, Session


async def forget_events_before(session: AsyncSession, moment: datetime) -> None:
    """Drop the ids of events and sessions that came in before `moment`."""
    await session.exec(delete(EventId).where(col(EventId.received_at) < moment))
    await session.exec(delete(Session).where(col(Session.received_at) < moment))
