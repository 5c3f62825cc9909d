"""What tests of workers do to the world: ask for drafts, hold them in mid-generation, kill what makes them."""

import asyncio
import contextlib
import os
import signal
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import cast

import asyncpg
import redis

from releaseray import worker
from releaseray.embedded.redis import find_server
from releaseray.models import Draft
from releaseray.services.runtime import Runtime
from releaseray.settings import Settings
from tests.conftest import Org
from tests.processes import wait_until

SECONDS = 60
_LOOK_SECONDS = 0.01
_TOLD = (
    "data_dir",
    "database_url",
    "redis_url",
    "job_lease_seconds",
    "sweep_seconds",
    "shutdown_seconds",
    "worker_jobs",
)
PERSONAS = ("engineer", "internal", "customer")
RANGES = (("v1.0.0", "v1.1.0"), ("v1.1.0", "v1.2.0"), ("v1.0.0", "v1.2.0"))


class RedisServer:
    """A Redis that can be killed and started again, with nothing in it."""

    def __init__(self, folder: Path) -> None:
        self._socket = folder / "redis.sock"
        self.url = f"unix://{self._socket}?db=0"
        self.client = redis.Redis(unix_socket_path=str(self._socket))
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start it, unless it runs, and wait until it answers."""
        if self._process is not None and self._process.poll() is None:
            return
        options = ["--port", "0", "--unixsocket", str(self._socket), "--save", "", "--appendonly", "no"]
        self._process = subprocess.Popen([str(find_server()), *options], stdout=subprocess.DEVNULL)
        wait_until(self._answers)

    def _answers(self) -> bool:
        with contextlib.suppress(redis.ConnectionError):
            return bool(self.client.ping())
        return False

    def send(self, number: signal.Signals) -> None:
        assert self._process is not None
        self._process.send_signal(number)

    def kill(self) -> None:
        self.send(signal.SIGKILL)
        assert self._process is not None
        self._process.wait()

    @property
    def queued(self) -> list[str]:
        """The names of the jobs in the queue, those of crons apart."""
        names = cast(list[bytes], self.client.zrange("releaseray:queue", 0, -1))
        return [name.decode() for name in names if name.startswith(b"draft_")]

    @property
    def longest_lock(self) -> float:
        """For how many seconds jobs of drafts stay locked for whoever picked them up."""
        names = cast(list[bytes], self.client.keys("arq:in-progress:draft_*"))
        return max((cast(int, self.client.pttl(name)) for name in names), default=0) / 1000


@dataclass(frozen=True)
class Desk:
    """An organization with three ranges, and where its drafts can be looked at."""

    org: Org
    ranges: tuple[str, ...]
    runtime: Runtime

    def ask(self, number: int = 0, persona: str = "engineer") -> str:
        """Ask the API for a draft of one of the ranges; its id."""
        answer = self.org.client.post(f"/api/drafts/{self.ranges[number]}/generate", json={"persona": persona})
        assert answer.status_code == 201, answer.text
        return str(answer.json()["id"])

    async def row(self, draft_id: str) -> asyncpg.Record:
        row = await self.runtime.database.raw.fetchrow("SELECT * FROM drafts WHERE id = $1", draft_id)
        assert row is not None
        return row

    async def change(self, draft_id: str, **columns: str) -> None:
        """Set columns of a draft to SQL expressions."""
        changes = ", ".join(f"{name} = {value}" for name, value in columns.items())
        await self.runtime.database.raw.execute(f"UPDATE drafts SET {changes} WHERE id = $1", draft_id)

    async def make_old(self, draft_id: str) -> None:
        """As if it had been asked for a minute ago."""
        await self.change(draft_id, created_at="now() - interval '1 minute'")

    async def until(self, draft_id: str, **columns: object) -> asyncpg.Record:
        """The row once it says so."""
        async with asyncio.timeout(SECONDS):
            while True:
                row = await self.row(draft_id)
                if all(row[name] == value for name, value in columns.items()):
                    return row
                await asyncio.sleep(_LOOK_SECONDS)

    def generated(self) -> int:
        """`draftsGenerated`, as the API tells it."""
        return int(self.org.client.get("/api/stats").json()["draftsGenerated"])


READING = "release_ranges IN ACCESS EXCLUSIVE MODE"
WRITING = "drafts IN SHARE MODE"


@contextlib.asynccontextmanager
async def held(runtime: Runtime, what: str = READING) -> AsyncIterator[asyncpg.Connection]:
    """Who wants to read a range (or write a draft) waits until the block ends or the connection says COMMIT: a
    generation that has its claim stands still for as long."""
    connection = await asyncpg.connect(runtime.database.dsn)
    try:
        await connection.execute(f"BEGIN; LOCK TABLE {what}")
        yield connection
    finally:
        await connection.close()


async def cut_off(runtime: Runtime, query: str) -> None:
    """Drop the connection of the one whose query begins so and waits for a lock, as soon as there is one."""
    find = """
        SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity
        WHERE datname = current_database() AND wait_event_type = 'Lock' AND query LIKE $1
    """
    async with asyncio.timeout(SECONDS):
        while True:
            if await runtime.database.raw.fetchval(find, f"{query}%"):
                return
            await asyncio.sleep(_LOOK_SECONDS)


@contextlib.contextmanager
def worker_process(settings: Settings) -> Iterator["subprocess.Popen[bytes]"]:
    """`releaseray worker`, killed at the end if it has not ended."""
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("RELEASERAY_")}
    told = {f"RELEASERAY_{name.upper()}": str(getattr(settings, name)) for name in _TOLD}
    environment = {**inherited, **told, "RELEASERAY_REPO_PATHS": "/", "RELEASERAY_LOG_LEVEL": "warning"}
    process = subprocess.Popen([sys.executable, "-m", "releaseray", "worker"], env=environment)
    try:
        yield process
    finally:
        process.kill()
        process.wait()


@contextlib.asynccontextmanager
async def at_work(settings: Settings) -> AsyncIterator[asyncio.Event]:
    """A worker in this process, told to stop by the event or by the block's end."""
    stop = asyncio.Event()
    working = asyncio.create_task(worker.run(settings, stop))
    try:
        yield stop
    finally:
        stop.set()
        await asyncio.wait_for(working, SECONDS)


def patient(settings: Settings, **changes: int) -> Settings:
    """Settings that differ in a few numbers."""
    return settings.model_copy(update=changes)


def steady(settings: Settings) -> Settings:
    """Settings of a worker that keeps what it has claimed, also on a machine that stands still for seconds."""
    return patient(settings, job_lease_seconds=SECONDS)


def lease(seconds: float) -> timedelta:
    return timedelta(seconds=seconds)


def claimed(draft: Draft | None) -> Draft:
    assert draft is not None
    return draft
