"""Processes that are killed on purpose and started again: PostgreSQL, Redis, API servers, workers."""

import asyncio
import shutil
import socket
import sys
from collections.abc import Awaitable, Callable, Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

import psutil

from releaseray.embedded import EmbeddedFailed
from releaseray.embedded.place import Place
from releaseray.embedded.postgres import Postgres
from releaseray.embedded.redis import Redis

_AGAIN_SECONDS = 0.2
_END_SECONDS = 20
Start = Callable[[], Awaitable[asyncio.subprocess.Process]]


@dataclass
class Victim:
    """A process that is started again whenever it ends; `kind` is what it is counted as."""

    kind: str
    start: Start
    killed: int = 0
    _process: asyncio.subprocess.Process | None = None
    _keeping: asyncio.Task[None] | None = None
    _family: list[psutil.Process] = field(default_factory=list)

    async def keep(self) -> None:
        """Start it, and keep it up from now on."""
        self._process = await self.start()
        self._keeping = asyncio.create_task(self._keep())

    async def _keep(self) -> None:
        while True:
            if self._process is not None:
                await self._process.wait()
            await asyncio.to_thread(psutil.wait_procs, self._family, _END_SECONDS)
            await asyncio.sleep(_AGAIN_SECONDS)
            with suppress(EmbeddedFailed):
                self._process = await self.start()

    def kill(self) -> bool:
        """SIGKILL, if it is up; whether it was."""
        if self._process is None or self._process.returncode is not None:
            return False
        with suppress(psutil.NoSuchProcess):
            self._family = psutil.Process(self._process.pid).children(recursive=True)
        self._process.kill()
        self.killed += 1
        return True

    async def end(self) -> None:
        """Stop keeping it up, and stop it in good order."""
        if self._keeping is not None:
            self._keeping.cancel()
            await asyncio.gather(self._keeping, return_exceptions=True)
        if self._process is None or self._process.returncode is not None:
            return
        self._process.terminate()
        try:
            await asyncio.wait_for(self._process.wait(), _END_SECONDS)
        except TimeoutError:
            self._process.kill()
            await self._process.wait()


class Services:
    """A PostgreSQL and a Redis in a folder, each of which can be killed by itself."""

    def __init__(self, folder: Path) -> None:
        place = Place.of(folder)
        self._lock = (folder / "lock").open("wb")
        self._redis_files = place.root / "redis"
        self._postgres = Postgres(place, self._lock.fileno())
        self._redis = Redis(place, self._lock.fileno())
        self.forget_next = False
        self.postgres = Victim("postgres", self._start_postgres)
        self.redis = Victim("redis", self._start_redis)

    @property
    def database_url(self) -> str:
        """Where PostgreSQL listens."""
        return self._postgres.url

    @property
    def redis_url(self) -> str:
        """Where Redis listens."""
        return self._redis.url

    async def _start_postgres(self) -> asyncio.subprocess.Process:
        await self._postgres.start()
        return _running(self._postgres.child.process)

    async def _start_redis(self) -> asyncio.subprocess.Process:
        if self.forget_next:
            shutil.rmtree(self._redis_files, ignore_errors=True)
            self.forget_next = False
        await self._redis.start()
        return _running(self._redis.child.process)


def _running(process: asyncio.subprocess.Process | None) -> asyncio.subprocess.Process:
    if process is None:
        raise EmbeddedFailed("a service did not start")
    return process


def product(kind: str, words: Iterable[str], environment: Mapping[str, str], log: Path) -> Victim:
    """A command of the product, its output appended to a log."""

    async def start() -> asyncio.subprocess.Process:
        with log.open("ab") as output:
            return await asyncio.create_subprocess_exec(
                *(sys.executable, "-m", "releaseray", *words), env=environment, stdout=output, stderr=output
            )

    return Victim(kind, start)


async def told(words: Iterable[str], environment: Mapping[str, str]) -> str:
    """What a command of the product prints. Raises RuntimeError when it fails."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "releaseray", *words), env=environment, stdout=asyncio.subprocess.PIPE
    )
    output, _ = await process.communicate()
    if process.returncode:
        raise RuntimeError(f"releaseray {' '.join(words)} ended with {process.returncode}")
    return output.decode().strip()


def free_port() -> int:
    """A port of the loopback interface that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
