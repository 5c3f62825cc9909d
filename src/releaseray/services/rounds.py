"""What is looked after every few seconds, by one worker of all."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from contextlib import suppress

import structlog
from redis.exceptions import RedisError

from releaseray.db import is_outage
from releaseray.services.runtime import Runtime

log = structlog.stdlib.get_logger(__name__)


async def go_round(
    runtime: Runtime,
    name: str,
    work: Callable[[Runtime], Awaitable[None]],
    limit: float,
    called: asyncio.Event | None = None,
) -> None:
    """Do `work` every `sweep_seconds` until cancelled, where no other process has this round, and at once whenever this
    one is `called`; it is broken off after `limit` seconds. What fails is done again in the next round."""
    seconds = runtime.settings.sweep_seconds
    called = called or asyncio.Event()
    while True:
        mine = called.is_set()
        called.clear()
        try:
            if mine or await runtime.jobs.take_turn(name, seconds):
                async with asyncio.timeout(limit):
                    await work(runtime)
        except Exception as problem:
            if is_outage(problem) or isinstance(problem, RedisError):
                log.warning("round not finished", round=name, problem=str(problem))
            else:
                log.exception("round failed", round=name)
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds - time.time() % seconds):
                await called.wait()
