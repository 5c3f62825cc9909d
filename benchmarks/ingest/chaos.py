"""`python -m benchmarks.ingest.chaos`: events come in while all they pass is killed with -9; then they are counted.

Every event that was answered 200 must be counted exactly once. One whose answer was lost may be counted or not, and is
sent again with the same id, as an SDK's retry would, until it is answered; of those that were answered some are sent
once more all the same. So all counters must equal the number of events.
"""

import argparse
import asyncio
import json
import os
import random
import sys
import tempfile
import time
from collections import Counter
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

import asyncpg

from benchmarks.chaos.processes import Services, Victim, free_port, product, told
from benchmarks.ingest.events import Sender, envelope
from benchmarks.ingest.service import make_service
from benchmarks.processes import PLENTY

_RESULTS = Path(__file__).parent / "RESULTS.md"
_CONNECTIONS = 16
_GROUPS = 50
_BETWEEN_KILLS = (100, 2_500)
"""Events accepted; so that a slow machine, on which a start takes long, gets somewhere too."""
_LONGEST_PAUSE_SECONDS = 30
_TWO_AT_ONCE = 0.3
_FORGETS = 0.5
"""How often Redis comes back empty."""
_SENT_TWICE = 0.02
_SETTLE_SECONDS = 180
_AGAIN_SECONDS = 0.02
_COUNTERS = {
    "events of releases": "SELECT coalesce(sum(error_count), 0)::bigint FROM releases",
    "events of errors": "SELECT coalesce(sum(events), 0)::bigint FROM errors",
    "events of places": "SELECT coalesce(sum(events), 0)::bigint FROM error_places",
    "events of hours": "SELECT coalesce(sum(events), 0)::bigint FROM error_hours",
    "events of days": "SELECT coalesce(sum(events), 0)::bigint FROM error_days",
    "event ids": "SELECT count(*) FROM event_ids",
}
_UNLIKE = """
SELECT count(*) FROM errors e FULL JOIN error_keys k ON e.id = k.error_id COLLATE "default"
WHERE (e.service_id, e.title, e.status, e.status_after, e.ignored_until, e.first_seen, e.last_seen, e.updated_at)
      IS DISTINCT FROM
      (k.service_id, k.title, k.status, k.status_after, k.ignored_until, k.first_seen, k.last_seen, k.updated_at)
"""
_HEAD = """\
# Killed at random

`python -m benchmarks.ingest.chaos --events {events} --seeds {seeds} --write`: an API server, a worker, a Redis and a
PostgreSQL, on the product's default settings (rate limits apart). After every 100 to 2,500 events, or 30 seconds, one
of them, drawn evenly, gets `kill -9` and is started again, and in three of ten cases another one within the same
second; Redis comes back with its file or empty, by the toss of a coin. All the while 16 connections send events, each
until it is answered 200, and 2% of them once more after that.

| seed | killed | answered 200 | no answer or another | counted | last 200 to all counted | took | as promised |
|---|---|---|---|---|---|---|---|
"""
_Sums = dict[str, int]


@dataclass
class Answers:
    """What the clients heard."""

    accepted: int = 0
    repeated: int = 0
    others: Counter[str] = field(default_factory=Counter)


@dataclass(frozen=True)
class Stage:
    """What a run plays on."""

    services: Services
    victims: list[Victim]
    url: str


async def send_all(sender: Sender, bodies: Iterator[bytes], answers: Answers, chance: random.Random) -> None:
    """Send each event until it is answered 200, and some of them again."""
    for body in bodies:
        await _until_accepted(sender, body, answers)
        answers.accepted += 1
        if chance.random() < _SENT_TWICE:
            await _until_accepted(sender, body, answers)
            answers.repeated += 1


async def _until_accepted(sender: Sender, body: bytes, answers: Answers) -> None:
    while True:
        try:
            status = await sender.send(body)
        except (OSError, asyncio.IncompleteReadError, IndexError) as problem:
            answers.others[type(problem).__name__] += 1
        else:
            if status == 200:
                return
            answers.others[str(status)] += 1
        await asyncio.sleep(_AGAIN_SECONDS)


async def kill_often(stage: Stage, answers: Answers, chance: random.Random) -> None:
    """Something dies again and again, until cancelled."""
    while True:
        await _until_more_came(answers, chance.randint(*_BETWEEN_KILLS))
        for _ in range(2 if chance.random() < _TWO_AT_ONCE else 1):
            stage.services.forget_next = chance.random() < _FORGETS
            chance.choice(stage.victims).kill()
            await asyncio.sleep(chance.random())


async def _until_more_came(answers: Answers, events: int) -> None:
    enough = answers.accepted + events
    for _ in range(_LONGEST_PAUSE_SECONDS * 20):
        if answers.accepted >= enough:
            return
        await asyncio.sleep(0.05)


async def counted(database_url: str, events: int) -> _Sums:
    """All counters, once they have come to rest: as high as expected and nothing waiting, or after three minutes."""
    ends, sums = time.monotonic() + _SETTLE_SECONDS, _Sums()
    while time.monotonic() < ends:
        with suppress(OSError, asyncpg.PostgresError, asyncpg.InterfaceError):
            connection = await asyncpg.connect(database_url)
            sums = {name: await connection.fetchval(query) for name, query in _COUNTERS.items()}
            sums["waiting"] = await connection.fetchval("SELECT count(*) FROM event_inbox")
            sums["keys unlike their errors"] = await connection.fetchval(_UNLIKE)
            await connection.close()
            if sums == _expected(events):
                break
        await asyncio.sleep(0.2)
    return sums


def _expected(events: int) -> _Sums:
    return {**dict.fromkeys(_COUNTERS, events), "waiting": 0, "keys unlike their errors": 0}


@asynccontextmanager
async def _staged(folder: Path) -> AsyncIterator[Stage]:
    services = Services(folder)
    port = free_port()
    environment = _environment(folder, services, port)
    log = folder / "product.log"
    own = [product("API", ["serve"], environment, log), product("worker", ["worker"], environment, log)]
    victims = [services.postgres, services.redis, *own]
    try:
        for victim in victims[:2]:
            await victim.keep()
        await told(["migrate"], environment)
        for victim in own:
            await victim.keep()
        yield Stage(services, victims, f"http://127.0.0.1:{port}")
    finally:
        for victim in reversed(victims):
            await victim.end()


def _environment(folder: Path, services: Services, port: int) -> Mapping[str, str]:
    return {
        **{name: value for name, value in os.environ.items() if not name.startswith("RELEASERAY_")},
        "RELEASERAY_DATA_DIR": str(folder),
        "RELEASERAY_DATABASE_URL": services.database_url,
        "RELEASERAY_REDIS_URL": services.redis_url,
        "RELEASERAY_PORT": str(port),
        "RELEASERAY_LOG_LEVEL": "error",
        "RELEASERAY_LOG_FORMAT": "json",
        "RELEASERAY_EVENTS_PER_MINUTE": PLENTY,
    }


async def run(events: int, seed: int) -> tuple[str, bool]:
    """One run: a row of the table, and whether everything is as promised."""
    chance, answers = random.Random(seed), Answers()
    with tempfile.TemporaryDirectory(prefix="chaos-") as name:
        async with _staged(Path(name)) as stage:
            project_id, key = await make_service(stage.services.database_url)
            bodies = (envelope(number, _GROUPS) for number in range(events))
            began = time.monotonic()
            killing = asyncio.create_task(kill_often(stage, answers, chance))
            senders = [Sender(stage.url, project_id, key) for _ in range(_CONNECTIONS)]
            await asyncio.gather(*(send_all(sender, bodies, answers, chance) for sender in senders))
            killing.cancel()
            ended = time.monotonic()
            sums = await counted(stage.services.database_url, events)
            settled = time.monotonic() - ended
        print(f"errors logged: {dict(_errors(Path(name) / 'product.log'))}", file=sys.stderr)
    wrong = {name: sums.get(name) for name, right in _expected(events).items() if sums.get(name) != right}
    cells = [
        str(seed),
        ", ".join(f"{victim.kind} {victim.killed}" for victim in stage.victims),
        f"{answers.accepted:,}, and {answers.repeated:,} again",
        ", ".join(f"{what} {times:,}" for what, times in answers.others.most_common()),
        f"{sums.get('events of releases', 0):,}",
        f"{settled:.1f} s",
        f"{ended - began:.0f} s",
        f"NO: {wrong}" if wrong else "yes",
    ]
    return f"| {' | '.join(cells)} |\n", not wrong


def _errors(log: Path) -> Counter[str]:
    """What the product logged as errors, by the last line of each."""
    found: Counter[str] = Counter()
    for line in log.read_text(errors="replace").splitlines():
        with suppress(ValueError):
            event = json.loads(line)
            if event["level"] == "error":
                found[f"{event['event']} {event.get('exception', '').strip().rpartition(chr(10))[2]}"] += 1
    return found


def main() -> None:
    """Run, report, and end with 1 when a promise was broken."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.ingest.chaos", description=__doc__)
    parser.add_argument("--events", type=int, default=5_000)
    parser.add_argument("--seeds", type=int, nargs="+", default=[1])
    parser.add_argument("--write", action="store_true", help="write RESULTS.md")
    given = parser.parse_args()
    text = _HEAD.format(events=given.events, seeds=" ".join(map(str, given.seeds)))
    print(text, end="", flush=True)
    kept = True
    for seed in given.seeds:
        row, good = asyncio.run(run(given.events, seed))
        text, kept = text + row, kept and good
        print(row, end="", flush=True)
    if given.write:
        _RESULTS.write_text(text)
    sys.exit(not kept)


if __name__ == "__main__":
    main()
