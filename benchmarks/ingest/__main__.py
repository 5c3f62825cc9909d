"""Events accepted a second by one API process and one worker, and how soon they are counted.

Usage: python -m benchmarks.ingest [SECONDS [CONNECTIONS [GROUPS]]]
"""

import asyncio
import sys
import time
from bisect import bisect_left
from collections.abc import Iterator
from itertools import count

import asyncpg

from benchmarks.ingest.events import Sender, envelope
from benchmarks.ingest.service import make_service
from benchmarks.processes import PLENTY, cpu_seconds, stage

_PREPARED = 20_000


class Progress:
    """When which event was accepted and when the counters showed it."""

    def __init__(self) -> None:
        self.accepted: list[float] = []
        self.seen: list[tuple[float, int]] = []

    def lags(self) -> list[float]:
        """For each event, in the order of acceptance, seconds until the counters were that high."""
        counts = [number for _, number in self.seen]
        places = (bisect_left(counts, index + 1) for index in range(len(self.accepted)))
        return [
            self.seen[place][0] - at for place, at in zip(places, self.accepted, strict=True) if place < len(counts)
        ]


async def load(sender: Sender, bodies: Iterator[bytes], ends: float, progress: Progress) -> None:
    """Send one event after the other until the time is over."""
    while time.monotonic() < ends:
        if await sender.send(next(bodies)) == 200:
            progress.accepted.append(time.monotonic())


async def watch(database_url: str, progress: Progress, done: asyncio.Event) -> None:
    """Look at the counter of the release until it shows every accepted event."""
    connection = await asyncpg.connect(database_url)
    while not done.is_set() or progress.seen[-1][1] < len(progress.accepted):
        counted = await connection.fetchval("SELECT coalesce(sum(error_count), 0)::bigint FROM releases")
        progress.seen.append((time.monotonic(), counted))
        await asyncio.sleep(0.05)
    await connection.close()


async def measure(url: str, database_url: str, seconds: float, connections: int, groups: int) -> Progress:
    """Load for so many seconds, then wait until everything is counted."""
    project_id, key = await make_service(database_url)
    progress, done = Progress(), asyncio.Event()
    bodies = iter([envelope(number, groups) for number in range(_PREPARED)])
    endless = (next(bodies, None) or envelope(number, groups) for number in count())
    watching = asyncio.create_task(watch(database_url, progress, done))
    ends = time.monotonic() + seconds
    senders = [Sender(url, project_id, key) for _ in range(connections)]
    await asyncio.gather(*(load(sender, endless, ends, progress) for sender in senders))
    done.set()
    await asyncio.wait_for(watching, 120)
    return progress


def main() -> None:
    """Prints one line a figure."""
    seconds, connections, groups = (int(word) for word in [*sys.argv[1:], *("10", "16", "100")[len(sys.argv) - 1 :]])
    with stage() as made, made.serve(RELEASERAY_EVENTS_PER_MINUTE=PLENTY) as served, made.worker() as worker:
        progress = asyncio.run(measure(served.url, made.database_url, seconds, connections, groups))
        lags = sorted(progress.lags())
        print(f"accepted: {len(progress.accepted)}, {len(progress.accepted) / seconds:.0f} a second")
        print(f"counted:  {progress.seen[-1][1]}")
        print(f"lag:      median {lags[len(lags) // 2]:.2f} s, p99 {lags[len(lags) * 99 // 100]:.2f} s")
        print(f"CPU:      API {cpu_seconds(served.process):.1f} s, worker {cpu_seconds(worker):.1f} s")


if __name__ == "__main__":
    main()
