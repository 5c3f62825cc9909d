"""Kill -9 the API, the worker and PostgreSQL's backends while events come in; then count.

Usage: python -m benchmarks.ingest.chaos [EVENTS]

Every event that was answered 200 must be counted exactly once. One whose answer was lost may be counted or not, and is
sent again with the same id, as an SDK's retry would, until it is answered: so the counters must equal EVENTS.
"""

import asyncio
import contextlib
import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Iterator

import asyncpg

from benchmarks.ingest.events import Sender, envelope
from benchmarks.ingest.service import make_service
from benchmarks.processes import PLENTY, Stage, stage

_CONNECTIONS = 8
_GROUPS = 50
_PORT = 18_431


class Victim:
    """A process of the product that is started again whenever it is gone."""

    def __init__(self, made: Stage, *words: str) -> None:
        settings = {"RELEASERAY_PORT": str(_PORT), "RELEASERAY_EVENTS_PER_MINUTE": PLENTY}
        self._environment = {**made.environment, **settings}
        self._command = [sys.executable, "-m", "releaseray", *words]
        self.process = self._start()
        self.kills = 0

    def _start(self) -> "subprocess.Popen[bytes]":
        return subprocess.Popen(self._command, env=self._environment, stdout=subprocess.DEVNULL)

    def kill(self) -> None:
        """SIGKILL, and a successor at once."""
        self.end()
        self.kills += 1
        self.process = self._start()

    def revive(self) -> None:
        """Start it again if it ended by itself, as it does when the database is just recovering."""
        if self.process.poll() is not None:
            self.process = self._start()

    def end(self) -> None:
        """SIGKILL for good."""
        self.process.kill()
        self.process.wait()


async def send_all(sender: Sender, bodies: Iterator[bytes]) -> None:
    """Send each event until it is answered 200."""
    for body in bodies:
        while True:
            with contextlib.suppress(OSError, asyncio.IncompleteReadError, IndexError):
                if await sender.send(body) == 200:
                    break
            await asyncio.sleep(0.02)


async def kill_often(victims: list[Victim], database_url: str) -> None:
    """Something dies every few seconds, until cancelled."""
    while True:
        await asyncio.sleep(random.uniform(2, 6))
        if random.random() < 0.3:
            with contextlib.suppress(OSError, asyncpg.PostgresError, asyncpg.InterfaceError):
                await kill_backend(database_url)
        else:
            random.choice(victims).kill()


async def supervise(victims: list[Victim]) -> None:
    """What an init system does, until cancelled."""
    while True:
        await asyncio.sleep(0.3)
        for victim in victims:
            victim.revive()


async def kill_backend(database_url: str) -> None:
    """SIGKILL of a backend: PostgreSQL ends all others, and recovers from its log as after a power cut."""
    connection = await asyncpg.connect(database_url)
    query = "SELECT pid FROM pg_stat_activity WHERE backend_type = 'client backend' AND pid <> pg_backend_pid()"
    pids = [row["pid"] for row in await connection.fetch(query)]
    if pids:
        os.kill(random.choice(pids), signal.SIGKILL)
    connection.terminate()


async def counted(database_url: str, events: int) -> tuple[int, int, int]:
    """(events of releases, events of errors, hours' events), once they are all there or two minutes are over."""
    ends = time.monotonic() + 120
    while True:
        with contextlib.suppress(OSError, asyncpg.PostgresError, asyncpg.InterfaceError):
            connection = await asyncpg.connect(database_url)
            sums = [
                await connection.fetchval(f"SELECT coalesce(sum({column}), 0)::bigint FROM {table}")
                for table, column in (("releases", "error_count"), ("errors", "events"), ("error_hours", "events"))
            ]
            waiting = await connection.fetchval("SELECT count(*) FROM event_inbox")
            await connection.close()
            if (min(sums) >= events and not waiting) or time.monotonic() > ends:
                return sums[0], sums[1], sums[2]
        await asyncio.sleep(0.2)


async def run(made: Stage, events: int) -> None:
    """Send, kill, count, compare."""
    project_id, key = await make_service(made.database_url)
    victims = [Victim(made, "serve"), Victim(made, "worker")]
    try:
        bodies = (envelope(number, _GROUPS) for number in range(events))
        killing = asyncio.create_task(kill_often(victims, made.database_url))
        supervising = asyncio.create_task(supervise(victims))
        senders = [Sender(f"http://127.0.0.1:{_PORT}", project_id, key) for _ in range(_CONNECTIONS)]
        await asyncio.gather(*(send_all(sender, bodies) for sender in senders))
        killing.cancel()
        sums = await counted(made.database_url, events)
        supervising.cancel()
    finally:
        for victim in victims:
            victim.end()
    print(f"answered 200: {events}; counted: {sums}; kills: {[victim.kills for victim in victims]}")
    if set(sums) != {events}:
        raise SystemExit("events were lost or counted twice")


def main() -> None:
    """Exits with an error when a count is wrong."""
    with stage() as made:
        asyncio.run(run(made, int(sys.argv[1]) if len(sys.argv) > 1 else 5000))


if __name__ == "__main__":
    main()
