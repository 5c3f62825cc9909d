"""Histories just read, shared by the personas that are drafted from the same range at about the same time."""

import asyncio
from collections import OrderedDict
from collections.abc import Awaitable, Callable

from releaseray.notes.prepared import Prepared

_KEPT = 1
_KEPT_SECONDS = 20.0


class PreparedHistories:
    """Keeps one history for a few seconds: enough for three personas, not enough to fill the worker's memory."""

    def __init__(self) -> None:
        self._loading: OrderedDict[str, asyncio.Task[Prepared]] = OrderedDict()

    async def get(self, range_id: str, load: Callable[[], Awaitable[Prepared]]) -> Prepared:
        """The prepared history of a range (as it was at a time); read once, however many ask meanwhile.

        One who stops waiting does not stop the reading for the others. What fails is not kept.
        """
        task = self._loading.get(range_id)
        if task is None:
            task = self._loading[range_id] = asyncio.create_task(_loaded(load))
            task.add_done_callback(lambda done: self._settle(range_id, done))
        return await asyncio.shield(task)

    def _settle(self, range_id: str, task: asyncio.Task[Prepared]) -> None:
        if task.cancelled() or task.exception() is not None:
            self._forget(range_id, task)
            return
        asyncio.get_running_loop().call_later(_KEPT_SECONDS, self._forget, range_id, task)
        finished = [name for name, other in self._loading.items() if other.done()]
        for name in finished[:-_KEPT]:
            del self._loading[name]

    def _forget(self, range_id: str, task: asyncio.Task[Prepared]) -> None:
        if self._loading.get(range_id) is task:
            del self._loading[range_id]


async def _loaded(load: Callable[[], Awaitable[Prepared]]) -> Prepared:
    return await load()
