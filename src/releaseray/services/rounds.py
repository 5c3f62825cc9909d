"""What is looked after every few seconds, by one worker of all."""

import asyncio
import time
from collections.abc import Awaitable, Callable

import structlog
from redis.exceptions import RedisError

from releaseray.db import is_outage
from releaseray.services.runtime import Runtime

log = structlog.stdlib.get_logger(__name__)


async def go_round(runtime: Runtime, name: str, work: Callable[[Runtime], Awaitable[None]], limit: float) -> None:
    """Do `work` every `sweep_seconds` until cancelled, where no other process has this round; it is broken off after
    `limit` seconds. What fails is done again in the next round."""
    seconds = runtime.settings.sweep_seconds
    while True:
        try:
            if await runtime.jobs.take_turn(name, seconds):
                async with asyncio.timeout(limit):
                    await work(runtime)
        except Exception as problem:
            if is_outage(problem) or isinstance(problem, RedisError):
                log.warning("round not finished", round=name, problem=str(problem))
            else:
                log.exception("round failed", round=name)
        await asyncio.sleep(seconds - time.time() % seconds)
