"""What must be in order before this process can serve."""

from sqlalchemy import text

from releaseray.migrations import newest
from releaseray.redis_pipe import RedisPipe
from releaseray.services.runtime import Runtime


async def database(runtime: Runtime) -> str:
    """`ok`, or raises what the driver raises."""
    await runtime.database.raw.fetchval("SELECT 1")
    return "ok"


async def redis(pipe: RedisPipe) -> str:
    """`ok`, or raises `ConnectionError` or `TimeoutError`."""
    await pipe.execute("PING")
    return "ok"


async def migrations(runtime: Runtime) -> str:
    """`ok`, or what to do."""
    async with runtime.database.reading() as session:
        known = await session.scalar(text("SELECT to_regclass('alembic_version')"))
        applied = await session.scalar(text("SELECT version_num FROM alembic_version")) if known else None
    return "ok" if applied == newest() else "run `releaseray migrate`"
