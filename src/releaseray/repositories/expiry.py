"""Forgetting single events and sessions when their time is over; counters are rows of their own and stay."""

from datetime import datetime
from typing import Any

_BATCH = 20_000
_STATEMENTS = tuple(
    f"DELETE FROM {table} WHERE ctid = ANY(ARRAY(SELECT ctid FROM {table} WHERE received_at < $1 LIMIT $2))"  # noqa: S608 - our own two names
    for table in ("event_ids", "sessions")
)


async def forget_events_before(pool: Any, moment: datetime) -> int:
    """Drop the ids of events and sessions that came in before `moment`; how many there were.

    Each batch is a transaction of its own: none is long, whatever has piled up, and what is done stays done.
    """
    return sum([await _in_batches(pool, statement, moment) for statement in _STATEMENTS])


async def _in_batches(pool: Any, statement: str, moment: datetime) -> int:
    gone = batch = _BATCH
    total = 0
    while gone == batch:
        tag = await pool.execute(statement, moment, batch)
        gone = int(tag.rpartition(" ")[2])
        total += gone
    return total
