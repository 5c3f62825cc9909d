"""What every command stands on: settings, services that are up, a schema that is migrated."""

import asyncio
import errno
import os
import tempfile
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager

import asyncpg
from redis.asyncio import Redis
from redis.exceptions import RedisError
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError

from releaseray import migrations
from releaseray.embedded import running
from releaseray.embedded.place import explained
from releaseray.errors import InvalidRequest, Unavailable
from releaseray.secrets import open_box
from releaseray.services import readiness
from releaseray.services.runtime import Runtime
from releaseray.settings import Settings

_REACH_SECONDS = 5


@contextmanager
def services(settings: Settings) -> Iterator[Settings]:
    """Settings whose URLs lead to a database and a Redis that are up; embedded ones where none is set.

    Raises EmbeddedFailed or Unavailable in one line.
    """
    if not settings.embedded:
        check_reachable(settings)
        yield settings
    elif settings.database_url or settings.redis_url:
        raise InvalidRequest(
            "Set both RELEASERAY_DATABASE_URL and RELEASERAY_REDIS_URL, or neither for the embedded services."
        )
    else:
        with running(settings.data_dir) as urls:
            yield settings.with_services(urls.database_url, urls.redis_url)


@contextmanager
def migrated_services(settings: Settings) -> Iterator[Settings]:
    """As `services`, with the embedded database migrated. For one that was set, raises Unavailable instead.

    Raises InvalidRequest for malformed secret keys.
    """
    with services(settings) as reached:
        _check_secret_keys(reached)
        if settings.embedded:
            migrations.upgrade(str(reached.database_url))
        else:
            asyncio.run(_require_migrated(reached))
        yield reached


@asynccontextmanager
async def runtime_of(settings: Settings) -> AsyncIterator[Runtime]:
    """A started runtime, closed at the end."""
    runtime = Runtime.of(settings)
    await runtime.start()
    try:
        yield runtime
    finally:
        await runtime.close()


def check_room_for_mirrors(settings: Settings) -> None:
    """Raise EmbeddedFailed, in one line, where the data directory of a process that reads repositories cannot be
    written."""
    root = settings.data_dir.expanduser().absolute()
    with explained(root):
        root.mkdir(mode=0o700, parents=True, exist_ok=True)
        tempfile.TemporaryFile(dir=root).close()


def _check_secret_keys(settings: Settings) -> None:
    with explained(settings.data_dir.absolute()):
        try:
            open_box([key.get_secret_value() for key in settings.secret_keys], settings.data_dir.absolute())
        except ValueError as problem:
            raise InvalidRequest(f"RELEASERAY_SECRET_KEYS: {problem}") from None


def check_reachable(settings: Settings) -> None:
    """Raise Unavailable, with the address but not its password, when the database or Redis does not answer."""
    asyncio.run(_check_database(str(settings.database_url)))
    asyncio.run(_check_redis(str(settings.redis_url)))


async def _check_database(database_url: str) -> None:
    try:
        url = make_url(database_url)
    except ArgumentError:
        raise Unavailable("RELEASERAY_DATABASE_URL is no URL: write postgresql://user:password@host/name") from None
    try:
        connection = await asyncpg.connect(
            url.set(drivername="postgresql").render_as_string(hide_password=False), timeout=_REACH_SECONDS
        )
        await connection.close()
    except (OSError, asyncpg.PostgresError, asyncpg.InterfaceError, ValueError) as problem:
        shown = url.render_as_string(hide_password=True)
        raise Unavailable(f"The database {shown} is out of reach: {_told(problem)}") from None


async def _check_redis(redis_url: str) -> None:
    try:
        async with Redis.from_url(redis_url, socket_connect_timeout=_REACH_SECONDS) as client:
            await client.ping()
    except (OSError, RedisError, ValueError) as problem:
        shown = redis_url.rpartition("@")[2]
        raise Unavailable(f"Redis at {shown} is out of reach: {_told(problem)}") from None


def _told(problem: Exception) -> str:
    if isinstance(problem, OSError) and problem.errno and problem.errno in errno.errorcode:
        return os.strerror(problem.errno)
    return " ".join(str(problem).split()) or f"no answer within {_REACH_SECONDS} seconds"


async def _require_migrated(settings: Settings) -> None:
    async with runtime_of(settings) as runtime:
        state = await readiness.migrations(runtime)
    if state != "ok":
        raise Unavailable(f"The database is not at this version's schema: {state}")
