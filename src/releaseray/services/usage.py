"""Counting API calls and the last use of keys: in memory at once, in the database a second later."""

import asyncio
from collections import Counter
from contextlib import suppress

import asyncpg
import structlog

from releaseray.db import Database
from releaseray.repositories.organizations import write_usage
from releaseray.services.drafts import this_month

_FLUSH_SECONDS = 1.0
_FAILURES = (asyncpg.PostgresError, asyncpg.InterfaceError, asyncpg.InternalClientError)

log = structlog.stdlib.get_logger(__name__)


class UsageRecorder:
    """One a process. A process that is killed loses at most the last second of its counts."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._calls: Counter[str] = Counter()
        self._used: dict[str, None] = {}
        self._flushing: asyncio.Task[None] | None = None
        self._lock = asyncio.Lock()

    def count(self, org_id: str, key_id: str) -> None:
        """One call of an organization with a key."""
        self._calls[org_id] += 1
        self._used[key_id] = None

    def start(self) -> None:
        """Write down every second from now on."""
        self._flushing = asyncio.create_task(self._keep_flushing())

    async def close(self) -> None:
        """Write down what is left."""
        if self._flushing is not None:
            self._flushing.cancel()
            with suppress(asyncio.CancelledError):
                await self._flushing
        await self.flush()

    async def flush(self) -> None:
        """Write down what was counted since the last time; what cannot be written is kept for the next."""
        async with self._lock:
            calls, self._calls = self._calls, Counter()
            used, self._used = self._used, {}
            if not calls:
                return
            try:
                await write_usage(self._database.raw, this_month(), calls, used)
            except (*_FAILURES, OSError) as problem:
                log.warning("usage not written yet", problem=str(problem))
                self._calls.update(calls)
                self._used.update(used)

    async def _keep_flushing(self) -> None:
        while True:
            await asyncio.sleep(_FLUSH_SECONDS)
            await self.flush()
