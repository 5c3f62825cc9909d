"""Waiting for a database that is away."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeVar

import structlog

from releaseray.db import is_outage

_PAUSE_SECONDS = 0.5

T = TypeVar("T")
log = structlog.stdlib.get_logger(__name__)


async def despite_outages(call: Callable[[], Awaitable[T]]) -> T:
    """What `call` answers once the database does."""
    while True:
        try:
            return await call()
        except Exception as problem:
            if not is_outage(problem):
                raise
            log.warning("the database is out of reach, trying again", problem=str(problem))
        await asyncio.sleep(_PAUSE_SECONDS)
