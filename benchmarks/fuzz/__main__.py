"""Send hostile bodies for so many minutes to an API process with a worker, and say what came of it.

Usage: python -m benchmarks.fuzz [MINUTES] [SEED]

Every answer must be one of the protocol's, with a JSON body; nothing may end or grow without bound; every event that
was answered 200 must be counted exactly once, and none set aside.
"""

import asyncio
import sys
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from random import Random
from uuid import UUID

import asyncpg

from benchmarks.fuzz.bodies import draw
from benchmarks.fuzz.client import send
from benchmarks.ingest.service import make_service
from benchmarks.processes import PLENTY, Peak, resident_megabytes, stage

_CLIENTS = 3
_DIGEST_SECONDS = 60


class Fuzzer:
    """What one client sends until the time is over, and what it was answered."""

    def __init__(self, url: str, service: tuple[int, str], seed: int) -> None:
        self.faults: list[str] = []
        self.taken: set[str] = set()
        self.answers: Counter[str] = Counter()
        self.slowest = (0.0, "")
        self._url, self._service, self._seed = url, service, seed
        self._random = Random(seed)

    def run(self, ends: float) -> None:
        """Send one after the other; what is wrong is kept with the number that draws it again."""
        number = 0
        while time.monotonic() < ends:
            number += 1
            self._one(f"{self._seed}:{number}")

    def _one(self, name: str) -> None:
        sending = draw(Random(name), f"{self._random.getrandbits(128):032x}")
        began = time.monotonic()
        try:
            answer = send(self._url, *self._service, sending)
        except OSError as problem:
            self.faults.append(f"{name}, {sending.kind}: {problem!r}")
            return
        self.slowest = max(self.slowest, (time.monotonic() - began, f"{name}, {sending.kind}"))
        if answer is None:
            self.answers[f"{sending.kind}: cut off"] += 1
            return
        self.answers[f"{sending.kind}: {answer.status}"] += 1
        if answer.fault:
            self.faults.append(f"{name}, {sending.kind}: {answer.fault}")
        elif sending.kind == "good" and answer.status != 200:
            self.faults.append(f"{name}: a good event was refused: {answer.body[:300]!r}")
        elif answer.event_id:
            self.taken.add(answer.event_id)


async def _left(database_url: str) -> tuple[int, int, set[str]]:
    """Rows that wait, rows that were set aside, ids that were counted."""
    connection = await asyncpg.connect(database_url)
    waiting = await connection.fetchval("SELECT count(*) FROM event_inbox WHERE NOT set_aside")
    aside = await connection.fetchval("SELECT count(*) FROM event_inbox WHERE set_aside")
    ids = {UUID(str(row["event_id"])).hex for row in await connection.fetch("SELECT event_id FROM event_ids")}
    await connection.close()
    return waiting, aside, ids


def main() -> int:
    """Print the outcome; 1 when anything was wrong."""
    minutes, seed = float(sys.argv[1]) if sys.argv[1:] else 1.0, int(sys.argv[2]) if sys.argv[2:] else 1
    settings = {"RELEASERAY_EVENTS_PER_MINUTE": PLENTY}
    with stage() as made, made.serve(**settings) as api, made.worker() as worker:
        service = asyncio.run(make_service(made.database_url))
        fuzzers = [Fuzzer(api.url, service, seed * 1000 + number) for number in range(_CLIENTS)]
        at_rest = resident_megabytes(api.process), resident_megabytes(worker)
        with Peak(api.process) as api_peak, Peak(worker) as worker_peak, ThreadPoolExecutor(_CLIENTS) as threads:
            ends = time.monotonic() + 60 * minutes
            for running in [threads.submit(fuzzer.run, ends) for fuzzer in fuzzers]:
                running.result()
        drained = time.monotonic() + _DIGEST_SECONDS
        while (left := asyncio.run(_left(made.database_url)))[0] and time.monotonic() < drained:
            time.sleep(0.5)
        alive = api.process.is_running(), worker.is_running()
    waiting, aside, counted = left
    taken = set().union(*(fuzzer.taken for fuzzer in fuzzers))
    faults = [fault for fuzzer in fuzzers for fault in fuzzer.faults]
    answers = sum((fuzzer.answers for fuzzer in fuzzers), Counter[str]())
    print(f"{answers.total():,} requests in {minutes:g} minutes; slowest: {max(f.slowest for f in fuzzers)}")
    for name, count in sorted(answers.items()):
        print(f"  {name:24} {count:>8,}")
    print(f"API: {at_rest[0]:.0f} MB at rest, at most {api_peak.megabytes:.0f}; alive: {alive[0]}")
    print(f"worker: {at_rest[1]:.0f} MB at rest, at most {worker_peak.megabytes:.0f}; alive: {alive[1]}")
    print(f"{len(taken):,} events taken, {len(taken & counted):,} of them counted; {waiting} wait, {aside} set aside")
    print("\n".join(faults[:40]) or "nothing wrong", f"({len(faults)} faults)")
    return int(bool(faults or aside or waiting or taken - counted or not all(alive)))


if __name__ == "__main__":
    sys.exit(main())
