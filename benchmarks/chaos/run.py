"""One run: everything is started, drafts are asked for, the killer goes round, and then it is counted."""

import asyncio
import json
import os
import random
import tempfile
import time
from collections import Counter
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from itertools import product as pairs
from pathlib import Path

import psutil

from benchmarks.chaos.client import PERSONAS, Client
from benchmarks.chaos.history import tagged
from benchmarks.chaos.processes import Services, Victim, free_port, product, told
from benchmarks.chaos.verdict import Verdict, settled

_SERVERS, _WORKERS = 2, 2
_PAUSE_SECONDS = (0.5, 2.0)
_ASKING_SHARE = 0.8
"""Of the time: the last drafts are asked for well before the last kill."""
_SETTLE_SECONDS = 180
_FORGETS = 0.5
"""How often Redis comes back empty."""
_PLENTY = "1000000000"


@dataclass(frozen=True)
class Plan:
    """What a run does; the same seed kills the same kinds at the same moments."""

    seed: int
    drafts: int
    seconds: float
    postgres: bool
    """Whether PostgreSQL is killed as well."""


@dataclass(frozen=True)
class Outcome:
    """What came of a plan."""

    plan: Plan
    kills: Mapping[str, int]
    answers: Mapping[str, int]
    verdict: Verdict
    complaints: list[str]
    errors: Counter[str]
    """Events at level `error` in the logs of servers and workers."""


@dataclass
class Stage:
    """What a run plays on."""

    services: Services
    servers: list[Victim]
    workers: list[Victim]
    client: Client
    folder: Path

    @property
    def product(self) -> list[Victim]:
        """The product's own processes."""
        return [*self.servers, *self.workers]


async def run(plan: Plan) -> Outcome:
    """Carry out a plan."""
    with tempfile.TemporaryDirectory(prefix="chaos-") as name:
        folder = Path(name)
        repository, tags = await asyncio.to_thread(tagged, folder / "repository.git", -(-plan.drafts // len(PERSONAS)))
        async with _stage(folder, plan) as stage:
            ranges = await stage.client.prepare(str(repository), tags)
            await _everything_at_once(stage, plan, ranges)
            verdict = await settled(stage.services.database_url, _SETTLE_SECONDS)
            complaints = list(verdict.complaints(plan.drafts, stage.client.accepted, stage.client.lost))
            if not complaints:
                complaints += await _asked_again(stage.client, plan, ranges)
            kills = _kills([*stage.product, stage.services.redis, stage.services.postgres])
        if left := psutil.Process().children(recursive=True):
            complaints.append(f"processes were left behind: {[process.name() for process in left]}")
        return Outcome(plan, kills, stage.client.answers, verdict, complaints, _errors(folder))


@asynccontextmanager
async def _stage(folder: Path, plan: Plan) -> AsyncIterator[Stage]:
    services = Services(folder)
    chance = random.Random(plan.seed + 1)
    started: list[Victim] = []

    async def up(victim: Victim) -> Victim:
        started.append(victim)
        await victim.keep()
        return victim

    try:
        await up(services.postgres)
        await up(services.redis)
        environment = _environment(folder, services)
        await told(["migrate"], environment)
        key = await told(["keys", "create", "--name", "chaos"], environment)
        ports = [free_port() for _ in range(_SERVERS)]
        log = folder / "product.log"
        servers = [await up(product("API", ["serve"], {**environment, "RELEASERAY_PORT": str(p)}, log)) for p in ports]
        workers = [await up(product("worker", ["worker"], environment, log)) for _ in range(_WORKERS)]
        client = Client([f"http://127.0.0.1:{port}" for port in ports], key, chance)
        try:
            yield Stage(services, servers, workers, client, folder)
        finally:
            await client.close()
    finally:
        for victim in reversed(started):
            await victim.end()


def _environment(folder: Path, services: Services) -> dict[str, str]:
    """The product's defaults, but for where everything is and for limits, which are not what is tried here."""
    return {
        **{name: value for name, value in os.environ.items() if not name.startswith("RELEASERAY_")},
        "RELEASERAY_DATA_DIR": str(folder),
        "RELEASERAY_DATABASE_URL": services.database_url,
        "RELEASERAY_REDIS_URL": services.redis_url,
        "RELEASERAY_REPO_PATHS": str(folder),
        "RELEASERAY_LOG_LEVEL": "error",
        "RELEASERAY_LOG_FORMAT": "json",
        "RELEASERAY_RATE_LIMIT_PER_MINUTE": _PLENTY,
        "RELEASERAY_RATE_LIMIT_PER_HOUR": _PLENTY,
        "RELEASERAY_RATE_LIMIT_ORG_PER_DAY": _PLENTY,
    }


def _wishes(plan: Plan, ranges: list[str]) -> list[tuple[str, str]]:
    return list(pairs(ranges, PERSONAS))[: plan.drafts]


async def _everything_at_once(stage: Stage, plan: Plan, ranges: list[str]) -> None:
    """Drafts are asked for at even intervals, while the killer goes round until the time is up."""
    killing = asyncio.create_task(_kill(stage, plan))
    asking = []
    for number, (range_id, persona) in enumerate(_wishes(plan, ranges)):
        asking.append(asyncio.create_task(stage.client.ask(number, range_id, persona)))
        await asyncio.sleep(plan.seconds * _ASKING_SHARE / plan.drafts)
    await killing
    _, unanswered = await asyncio.wait(asking, timeout=_SETTLE_SECONDS)
    for task in unanswered:
        task.cancel()
    await asyncio.gather(*asking, return_exceptions=True)


async def _kill(stage: Stage, plan: Plan) -> None:
    chance = random.Random(plan.seed)
    kinds = [stage.servers, stage.workers, [stage.services.redis], [stage.services.postgres]]
    ends = time.monotonic() + plan.seconds
    while True:
        await asyncio.sleep(chance.uniform(*_PAUSE_SECONDS))
        if time.monotonic() > ends:
            return
        victim = chance.choice(chance.choice(kinds if plan.postgres else kinds[:-1]))
        stage.services.forget_next = chance.random() < _FORGETS
        victim.kill()


async def _asked_again(client: Client, plan: Plan, ranges: list[str]) -> list[str]:
    """Every request once more: the same keys must lead to the same drafts."""
    complaints = []
    for number, (range_id, persona) in enumerate(_wishes(plan, ranges)):
        name = f"draft-{number}"
        if await client.generate(name, range_id, persona) != client.accepted[name]:
            complaints.append(f"{name} was made twice")
    return complaints


def _kills(victims: list[Victim]) -> dict[str, int]:
    counted: Counter[str] = Counter()
    for victim in victims:
        counted[victim.kind] += victim.killed
    return dict(counted)


def _errors(folder: Path) -> Counter[str]:
    found: Counter[str] = Counter()
    for line in (folder / "product.log").read_text(errors="replace").splitlines():
        with suppress(ValueError):
            event = json.loads(line)
            if event["level"] == "error":
                found[f"{event['event']} {event.get('exception', '').strip().rpartition(chr(10))[2]}"] += 1
    return found
