"""Readings that requests wait for: one that takes longer goes on, and who asks again finds it under way or done."""

import asyncio
from collections.abc import Awaitable, Callable, Hashable
from typing import Any

from releaseray.errors import Conflict

MOST = 8
"""Readings of one organization at a time, in a process."""
ASK_AGAIN = 10
"""Seconds."""
_KEPT_SECONDS = 120.0
_LONGEST_SECONDS = 900.0


class TakesLonger(Exception):
    """The reading goes on; the message is for who asked, who may ask again in a few seconds."""


class Readings:
    """One a process. What was read is kept for a minute or two, so that who asks again has it; what failed is not."""

    def __init__(self) -> None:
        self._readings: dict[tuple[str, Hashable], asyncio.Task[Any]] = {}

    async def get(self, org_id: str, what: Hashable, read: Callable[[], Awaitable[Any]], seconds: float) -> Any:
        """What `read` gives, read once however many ask, and by itself: it must need nothing of the request.

        Raises what it raises, `TakesLonger` when it is not done within `seconds`, and `Conflict` when an organization
        has too much read at once.
        """
        key = (org_id, what)
        task = self._readings.get(key)
        if task is None:
            if sum(1 for (other, _), one in self._readings.items() if other == org_id and not one.done()) >= MOST:
                raise Conflict(f"{MOST} ranges are being read already. Ask again later.", retry_after=ASK_AGAIN)
            task = self._readings[key] = asyncio.create_task(_in_the_end(read))
            task.add_done_callback(lambda done: self._settle(key, done))
        await asyncio.wait({task}, timeout=seconds)
        if not task.done():
            raise TakesLonger(f"Reading it takes longer than {seconds:g} seconds. It goes on; ask again.")
        return task.result()

    async def close(self) -> None:
        """Break off what is still being read."""
        tasks = [task for task in self._readings.values() if not task.done()]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    def _settle(self, key: tuple[str, Hashable], task: asyncio.Task[Any]) -> None:
        if task.cancelled() or task.exception() is not None:
            self._readings.pop(key, None)
        else:
            asyncio.get_running_loop().call_later(_KEPT_SECONDS, self._readings.pop, key, None)


async def _in_the_end(read: Callable[[], Awaitable[Any]]) -> Any:
    try:
        async with asyncio.timeout(_LONGEST_SECONDS):
            return await read()
    except TimeoutError:
        raise Conflict(f"Reading it took longer than {_LONGEST_SECONDS:g} seconds.") from None
