"""Keeping the digest at work: woken by every acceptance, undisturbed by outages and by what cannot be counted."""

import asyncio
from contextlib import suppress
from typing import Any

import asyncpg
import structlog

from releaseray.db import is_outage
from releaseray.repositories import inbox
from releaseray.services.digest import BATCH, Digest

_LOOK_ANYWAY_SECONDS = 1.0
_RETRY_SECONDS = 0.5

log = structlog.stdlib.get_logger(__name__)


async def keep_digesting(dsn: str) -> None:
    """Count what comes in until cancelled, on a connection of its own."""
    digest = Digest()
    while True:
        try:
            await _digest_while_connected(dsn, digest)
        except Exception as problem:
            if not is_outage(problem):
                raise
            log.warning("the database is out of reach, events wait", problem=str(problem))
        await asyncio.sleep(_RETRY_SECONDS)


async def _digest_while_connected(dsn: str, digest: Digest) -> None:
    connection = await asyncpg.connect(dsn)
    arrived = asyncio.Event()
    try:
        await connection.add_listener(inbox.ARRIVED, lambda *_: arrived.set())
        while True:
            arrived.clear()
            while await count_batch(connection, digest):
                pass
            with suppress(TimeoutError):
                await asyncio.wait_for(arrived.wait(), _LOOK_ANYWAY_SECONDS)
    finally:
        connection.terminate()


async def count_batch(connection: Any, digest: Digest) -> bool:
    """Count one batch; whether there was any. What fails as a batch is counted row by row, and a row that fails by
    itself is set aside, so that one event cannot hold up all others."""
    try:
        return bool(await digest.batch(connection))
    except Exception as problem:
        if is_outage(problem):
            raise
        log.exception("a batch failed, going on row by row")
    for _ in range(BATCH):
        if not await _count_one(connection, digest):
            return False
    return True


async def _count_one(connection: Any, digest: Digest) -> bool:
    try:
        return bool(await digest.batch(connection, most=1))
    except Exception as problem:
        if is_outage(problem):
            raise
        async with connection.transaction():
            waiting = await inbox.claim(connection, 1, 0)
            for row in waiting:
                await inbox.set_aside(connection, row.id)
                log.exception("an event cannot be counted and was set aside", inbox_id=row.id)
        return bool(waiting)
