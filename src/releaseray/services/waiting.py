"""Telling requests that wait when a draft or publication is finished, over PostgreSQL's own notifications."""

import asyncio
from collections import defaultdict
from typing import Any

import asyncpg
import structlog

from releaseray.repositories.notices import FINISHED

_RECONNECT_SECONDS = 1.0

log = structlog.stdlib.get_logger(__name__)


class Finished:
    """One listening connection a process. Notices can be missed while it is away, so waiters also look again."""

    def __init__(self, dsn: str, notices: str = FINISHED) -> None:
        self._dsn = dsn
        self._notices = notices
        self._waiting: defaultdict[str, set[asyncio.Event]] = defaultdict(set)
        self._listening: asyncio.Task[None] | None = None

    async def wait(self, id: str, seconds: float) -> bool:
        """Wait until `id` is reported finished, at most so long; whether it was."""
        if self._listening is None:
            self._listening = asyncio.create_task(self._listen())
        event = asyncio.Event()
        self._waiting[id].add(event)
        try:
            async with asyncio.timeout(seconds):
                await event.wait()
        except TimeoutError:
            return False
        finally:
            self._waiting[id].discard(event)
            if not self._waiting[id]:
                del self._waiting[id]
        return True

    async def close(self) -> None:
        """Stop listening."""
        if self._listening is not None:
            self._listening.cancel()
            await asyncio.gather(self._listening, return_exceptions=True)
            self._listening = None

    async def _listen(self) -> None:
        while True:
            try:
                await self._listen_until_gone()
            except (OSError, asyncpg.PostgresError, asyncpg.InterfaceError) as problem:
                log.warning("cannot listen for notices", problem=str(problem))
                await asyncio.sleep(_RECONNECT_SECONDS)

    async def _listen_until_gone(self) -> None:
        connection = await asyncpg.connect(self._dsn)
        gone = asyncio.Event()
        connection.add_termination_listener(lambda _: gone.set())
        try:
            await connection.add_listener(self._notices, self._notice)
            await gone.wait()
        finally:
            connection.terminate()

    def _notice(self, connection: Any, pid: int, channel: str, id: object) -> None:
        for event in self._waiting.get(str(id), ()):
            event.set()
