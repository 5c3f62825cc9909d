"""Accepting events durably: all that come in while a commit is under way share the next one."""

import asyncio
import time
from collections.abc import Sequence

import structlog

from releaseray.db import Database
from releaseray.errors import Unavailable
from releaseray.repositories import inbox
from releaseray.repositories.inbox import Arrival

_BATCH_ROWS = 1000
_BATCH_BYTES = 8 * 2**20
_WAITING_BYTES = 64 * 2**20
_LOOK_SECONDS = 0.1
_BEHIND_SECONDS = 0.8
"""How long the oldest event may wait for a digest before acceptance slows down, so that counters are current within
two seconds."""
_STANDING_SECONDS = 10.0
"""After so long nobody digests; slowing down would not help."""
_PAUSE_SECONDS = 0.2

log = structlog.stdlib.get_logger(__name__)


class Inbox:
    """One a process. Memory is bounded: above 64 MB that wait to be written, it takes nothing more."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._waiting: list[tuple[Sequence[Arrival], asyncio.Future[None]]] = []
        self._bytes = 0
        self._writing: asyncio.Task[None] | None = None
        self._looked_at = 0.0

    async def accept(self, arrivals: Sequence[Arrival]) -> None:
        """Return once all of them are committed.

        Raises `Unavailable` when too much waits already, and what asyncpg raises when the database is away; then
        nothing is promised.
        """
        if not arrivals:
            return
        if self._bytes > _WAITING_BYTES:
            raise Unavailable("More events come in than can be written. Send them again in a moment.")
        future: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.append((arrivals, future))
        self._bytes += _size(arrivals)
        if self._writing is None or self._writing.done():
            self._writing = asyncio.create_task(self._write())
        await future

    async def close(self) -> None:
        """Write what is left."""
        if self._writing is not None:
            await self._writing

    async def _write(self) -> None:
        while self._waiting:
            await self._let_digests_follow()
            batch = self._next_batch()
            arrivals = [arrival for some, _ in batch for arrival in some]
            problem = await self._put(arrivals)
            self._bytes -= _size(arrivals)
            for _, future in batch:
                if future.done():
                    continue
                if problem is None:
                    future.set_result(None)
                else:
                    future.set_exception(problem)

    async def _let_digests_follow(self) -> None:
        """Back pressure: when more is accepted than is counted, those who send wait a little."""
        if time.monotonic() - self._looked_at < _LOOK_SECONDS:
            return
        self._looked_at = time.monotonic()
        try:
            oldest = await inbox.oldest(self._database.raw)
        except Exception as problem:
            log.info("nobody knows how far digests are", problem=str(problem))
            return
        if oldest is not None and _BEHIND_SECONDS < time.time() - oldest < _STANDING_SECONDS:
            await asyncio.sleep(_PAUSE_SECONDS)

    async def _put(self, arrivals: Sequence[Arrival]) -> Exception | None:
        try:
            async with self._database.raw.acquire() as connection:
                await inbox.put(connection, arrivals)
        except Exception as problem:
            return problem
        return None

    def _next_batch(self) -> list[tuple[Sequence[Arrival], asyncio.Future[None]]]:
        count = rows = size = 0
        for arrivals, _ in self._waiting:
            rows, size = rows + len(arrivals), size + _size(arrivals)
            if count and (rows > _BATCH_ROWS or size > _BATCH_BYTES):
                break
            count += 1
        batch, self._waiting = self._waiting[:count], self._waiting[count:]
        return batch


def _size(arrivals: Sequence[Arrival]) -> int:
    return sum(len(arrival.payload) for arrival in arrivals)
