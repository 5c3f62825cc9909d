"""How long a job lies in the queue of an idle worker, and what idling costs."""

import asyncio
import time
from collections.abc import Iterator
from statistics import median

import psutil
import redis

from benchmarks.processes import Stage, cpu_seconds
from benchmarks.table import Row, spread
from releaseray.jobs import QUEUE, Jobs
from releaseray.services.drafts import GENERATE

_JOBS = 100
_PAUSE_SECONDS = 0.05
_IDLE_SECONDS = 10
_SETTLE_SECONDS = 2
_ARGUMENTS = "GET arq:job:"
_PATIENCE_SECONDS = 30


def pick_up(stage: Stage) -> Row:
    """Push jobs for drafts that do not exist and take the times, to the microsecond, from Redis's own monitor: from
    the push to the first thing that a started job asks for, which is its arguments."""
    names = [f"bench:{number}" for number in range(_JOBS)]
    with redis.Redis.from_url(stage.redis_url) as client, client.monitor() as monitor:
        asyncio.run(_push(stage, names))
        _wait_until_done(client, names)
        client.echo("bench:end")
        seen = list(_until_end(monitor))
    pushed = {command.split()[-1]: at for at, command in seen if command.startswith(f"ZADD {QUEUE} ")}
    started = {command.removeprefix(_ARGUMENTS): at for at, command in seen if command.startswith(_ARGUMENTS)}
    milliseconds = [(started[name] - pushed[name]) * 1000 for name in names]
    return Row(
        f"push → start of the job, idle worker, {_JOBS} jobs",
        spread(milliseconds, " ms"),
        "median < 10 ms",
        median(milliseconds) < 10,
    )


async def _push(stage: Stage, names: list[str]) -> None:
    jobs = Jobs(stage.redis_url)
    for name in names:
        await jobs.push(GENERATE, "draft_none", "", job_id=name)
        await asyncio.sleep(_PAUSE_SECONDS)
    await jobs.close()


def _wait_until_done(client: redis.Redis, names: list[str]) -> None:
    """A job's arguments are there until it has ended."""
    ends = time.monotonic() + _PATIENCE_SECONDS
    while client.exists(*(f"arq:job:{name}" for name in names)):
        assert time.monotonic() < ends, "the worker did not come to all jobs"
        time.sleep(_PAUSE_SECONDS)


def _until_end(monitor: redis.client.Monitor) -> Iterator[tuple[float, str]]:
    for command in monitor.listen():  # type: ignore[no-untyped-call]  # redis-py leaves it out
        if command["command"] == "ECHO bench:end":
            return
        yield command["time"], command["command"]


def idle(stage: Stage, worker: psutil.Process) -> Row:
    """What a worker with nothing to do takes of a core and asks of Redis."""
    time.sleep(_SETTLE_SECONDS)
    with redis.Redis.from_url(stage.redis_url) as client:
        commands, used = client.info("stats")["total_commands_processed"], cpu_seconds(worker)
        time.sleep(_IDLE_SECONDS)
        share = (cpu_seconds(worker) - used) / _IDLE_SECONDS
        asked = (client.info("stats")["total_commands_processed"] - commands) / _IDLE_SECONDS
    measured = f"{share:.1%} of a core, {asked:.0f} Redis commands/s"
    return Row(f"idle worker, {_IDLE_SECONDS} s", measured, "< 2% of a core", share < 0.02)
