"""The process that keeps the embedded services: up while any member is connected, stopped after the last left.

It is started with the keeper's lock as standard input, which it holds, never reads, and lets go by ending.
"""

import asyncio
import contextlib
import json
import logging
import os
import signal
import sys
from collections.abc import Coroutine
from pathlib import Path

from releaseray.embedded.orphans import services_lock
from releaseray.embedded.place import FAREWELL, EmbeddedFailed, Place
from releaseray.embedded.postgres import Postgres
from releaseray.embedded.redis import Redis

ALONE_SECONDS = 5
"""How long a new keeper waits for the process that started it to connect."""
QUICK_DEATH_SECONDS = 10
PATIENCE = 3
"""Quick deaths of a service in a row before the keeper gives up."""

Service = Postgres | Redis
log = logging.getLogger("keeper")


class Members:
    """The connected processes; each is greeted when the services are up, and leaves by hanging up or dying."""

    def __init__(self, door: Path) -> None:
        self.greeting: asyncio.Future[bytes] = asyncio.get_running_loop().create_future()
        self._door = door
        self._writers: set[asyncio.StreamWriter] = set()
        self._came, self._gone = asyncio.Event(), asyncio.Event()

    async def open(self) -> None:
        """Take members from now on."""
        self._door.unlink(missing_ok=True)
        self._server = await asyncio.start_unix_server(self._welcome, self._door)
        self._door.chmod(0o600)

    def close(self) -> None:
        """Take no more; who comes now starts a keeper of its own as soon as we have ended."""
        self._gone.set()
        self._server.close()
        self._door.unlink(missing_ok=True)

    async def first(self) -> None:
        """Wait for somebody to come. Raises TimeoutError."""
        await asyncio.wait_for(self._came.wait(), ALONE_SECONDS)

    async def none_left(self) -> None:
        """Wait until the last one has gone, which closes the door."""
        await self._gone.wait()

    async def _welcome(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Serve one member from its coming to its going; the last one's line stays open until we have ended."""
        if self._gone.is_set():
            writer.close()
            return
        self._writers.add(writer)
        self._came.set()
        writer.write(await asyncio.shield(self.greeting))
        with contextlib.suppress(OSError):
            await reader.read()
        if len(self._writers) > 1:
            self._writers.remove(writer)
            writer.write(FAREWELL)
            writer.close()
        else:
            self.close()


async def keep(place: Place) -> None:
    """Run the services of the place for as long as it has members."""
    members = Members(place.control)
    await members.open()
    services: list[Service] = []
    try:
        await members.first()
        lock = await services_lock(place)
        services = [Postgres(place, lock), Redis(place, lock)]
        await asyncio.gather(*(service.start() for service in services))
        postgres, redis = services
        members.greeting.set_result(_line({"database_url": postgres.url, "redis_url": redis.url}))
        await _first_of(members.none_left(), _asked_to_end(), *(_revive(service) for service in services))
    except TimeoutError:
        log.info("nobody came")
    except EmbeddedFailed as failure:
        log.error(failure.message)
        if not members.greeting.done():
            members.greeting.set_result(_line({"error": failure.message}))
    finally:
        members.close()
        await asyncio.gather(*(service.child.stop() for service in services))


def _line(content: dict[str, str]) -> bytes:
    return json.dumps(content).encode() + b"\n"


async def _revive(service: Service) -> None:
    """Start the service again whenever it dies. Raises EmbeddedFailed when that does not help."""
    loop, quick_deaths = asyncio.get_running_loop(), 0
    while process := service.child.process:
        since = loop.time()
        await process.wait()
        quick_deaths = quick_deaths + 1 if loop.time() - since < QUICK_DEATH_SECONDS else 1
        if quick_deaths > PATIENCE:
            raise EmbeddedFailed(f"{service.child.name} keeps dying; see {service.child.log}")
        log.warning("%s ended with %s; starting it again", service.child.name, process.returncode)
        await service.start()


async def _asked_to_end() -> None:
    asked = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, asked.set)
    await asked.wait()


async def _first_of(*waits: Coroutine[None, None, None]) -> None:
    """Wait for one of them; what it raises is raised."""
    tasks = [asyncio.ensure_future(wait) for wait in waits]
    done, pending = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    for task in pending:
        task.cancel()
    await asyncio.gather(*pending, return_exceptions=True)
    for task in done:
        task.result()


if __name__ == "__main__":
    logging.basicConfig(stream=sys.stdout, level=logging.INFO, format="%(asctime)s %(message)s")
    asyncio.run(keep(Place(Path(sys.argv[1]), Path(sys.argv[2]))))
    os._exit(0)  # the last member's line must not close before the process ends
