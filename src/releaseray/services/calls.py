"""Everything that a worker process does by calling others, or because they called: one dispatcher a kind of work."""

import asyncio

from releaseray.repositories.notices import WORK
from releaseray.services.deliverer import Deliverer
from releaseray.services.dispatch import Dispatcher
from releaseray.services.incoming_work import IncomingWork
from releaseray.services.publisher import Publisher
from releaseray.services.runtime import Runtime
from releaseray.services.waiting import Finished


async def dispatch(runtime: Runtime) -> None:
    """Publish, deliver, and act on what came in, until cancelled."""
    notices = Finished(runtime.database.dsn, WORK)
    dispatchers = (
        Dispatcher(runtime, notices, Publisher(runtime)).run(),
        Dispatcher(runtime, notices, Deliverer(runtime)).run(),
        Dispatcher(runtime, notices, IncomingWork(runtime)).run(),
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
