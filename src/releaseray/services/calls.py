"""Everything that a worker process does by calling others: one dispatcher a kind of work."""

import asyncio

from releaseray.repositories.notices import WORK
from releaseray.services.deliverer import Deliverer
from releaseray.services.dispatch import Dispatcher
from releaseray.services.publisher import Publisher
from releaseray.services.runtime import Runtime
from releaseray.services.waiting import Finished


async def dispatch(runtime: Runtime) -> None:
    """Publish and deliver until cancelled."""
    notices = Finished(runtime.database.dsn, WORK)
    dispatchers = (
        Dispatcher(runtime, notices, Publisher(runtime)).run(),
        Dispatcher(runtime, notices, Deliverer(runtime)).run(),
    )
    tasks = [asyncio.create_task(dispatcher) for dispatcher in dispatchers]
    try:
        await asyncio.wait(tasks, return_when=asyncio.FIRST_EXCEPTION)
        for task in tasks:
            if task.done():
                task.result()
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await notices.close()
