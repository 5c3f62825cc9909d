"""Handing work to the workers: arq jobs in Redis, and the wake-up list that idle workers block on."""

import asyncio
import json
import time
from collections.abc import Awaitable
from typing import Any, cast

import structlog
from arq.connections import ArqRedis, RedisSettings, create_pool
from arq.constants import job_key_prefix
from redis.exceptions import RedisError

QUEUE = "releaseray:queue"
WAKE = "releaseray:wake"
_TURN = "releaseray:turn:"
_WAKE_TOKENS = 100
_PUSH_SECONDS = 3.0

log = structlog.stdlib.get_logger(__name__)


def serialize(job: dict[str, Any]) -> bytes:
    """A job as JSON: arq's own default is pickle, which must not be read from a shared Redis."""
    return json.dumps(job, default=repr).encode()


def deserialize(data: bytes) -> dict[str, Any]:
    """The inverse of `serialize`."""
    return cast(dict[str, Any], json.loads(data))


async def connect(redis_url: str) -> ArqRedis:
    """arq's Redis pool for our queue; fails at once, not after arq's own five retries."""
    settings = RedisSettings.from_dsn(redis_url)
    settings.conn_retries = 0
    settings.conn_timeout = 5
    return await create_pool(settings, job_serializer=serialize, job_deserializer=deserialize, default_queue_name=QUEUE)


class Jobs:
    """The sending side of the queue. A push may get lost: the row in the database is the job, and the sweeper
    pushes again what nobody works on."""

    def __init__(self, redis_url: str) -> None:
        self._url = redis_url
        self._pool: ArqRedis | None = None
        self._connecting = asyncio.Lock()

    async def push(self, function: str, *args: str | int, job_id: str) -> None:
        """Queue `function(*args)`, unless `job_id` is queued, and wake an idle worker; only logs when Redis is away."""
        try:
            async with asyncio.timeout(_PUSH_SECONDS):
                pool = await self._connected()
                if await pool.enqueue_job(function, *args, _job_id=job_id) is None:
                    await _queue_forgotten(pool, function, *args, job_id=job_id)
                await wake(pool)
        except (RedisError, OSError) as problem:
            log.warning("job not queued, the sweeper will", function=function, job_id=job_id, problem=str(problem))

    async def take_turn(self, name: str, seconds: int) -> bool:
        """Whether this turn was still to be had: by the clock there is one every so many seconds, for one process of
        all. Raises `RedisError` or `OSError` when Redis is away."""
        turn = f"{_TURN}{name}:{int(time.time()) // seconds}"
        async with asyncio.timeout(_PUSH_SECONDS):
            pool = await self._connected()
            return bool(await pool.set(turn, 1, nx=True, ex=2 * seconds))

    async def _connected(self) -> ArqRedis:
        async with self._connecting:
            if self._pool is None:
                self._pool = await connect(self._url)
            return self._pool

    async def close(self) -> None:
        """Give the connections back."""
        if self._pool is not None:
            await self._pool.aclose()
            self._pool = None


async def _queue_forgotten(pool: ArqRedis, function: str, *args: str | int, job_id: str) -> None:
    """arq takes a job whose arguments it still has for queued, also when Redis lost the queue but not them."""
    if await pool.zscore(QUEUE, job_id) is None:
        await pool.delete(job_key_prefix + job_id)
        await pool.enqueue_job(function, *args, _job_id=job_id)


async def wake(pool: ArqRedis) -> None:
    """Let one idle worker look into the queue now; tokens nobody takes do not pile up."""
    async with pool.pipeline(transaction=False) as pipe:
        pipe.lpush(WAKE, 1)
        pipe.ltrim(WAKE, 0, _WAKE_TOKENS - 1)
        await cast(Awaitable[Any], pipe.execute())
