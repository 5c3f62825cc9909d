"""PostgreSQL: one transaction a use case, jobs pushed after its commit, plain reads without one."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial
from typing import Any

import asyncpg
from sqlalchemy.engine import make_url
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as NoConnectionFree
from sqlalchemy.ext.asyncio import create_async_engine
from sqlmodel.ext.asyncio.session import AsyncSession

from releaseray.jobs import Jobs

_POOL = 6
_MORE_UNDER_LOAD = 12
_RAW_POOL = 5
_REQUESTS = 12
"""Requests with a transaction open at once. The other connections are left for what they read beside it: if each held
one and waited for another, all would wait for each other."""

_TURN_SECONDS = 30.0
_OUT_OF_REACH = (
    OSError,
    NoConnectionFree,
    asyncpg.PostgresConnectionError,
    asyncpg.OperatorInterventionError,
    asyncpg.InsufficientResourcesError,
    asyncpg.InternalClientError,  # asked of a connection that is just reading why it ends
)


class UnitOfWork:
    """A transaction and what must happen once it is durable."""

    def __init__(self, session: AsyncSession, jobs: Jobs) -> None:
        self.session = session
        self._jobs = jobs
        self._pushes: list[tuple[str, tuple[str | int, ...], str]] = []

    def push(self, function: str, *args: str | int, job_id: str) -> None:
        """Queue a job for the workers after the commit."""
        self._pushes.append((function, args, job_id))

    async def commit(self) -> None:
        """Make all of it durable, then tell the workers. May be called more than once."""
        await self.session.commit()
        pushes, self._pushes = self._pushes, []
        for function, args, job_id in pushes:
            await self._jobs.push(function, *args, job_id=job_id)


class Database:
    """The connections of one process: a pool for sessions and a bare one for the hottest reads."""

    def __init__(self, database_url: str, jobs: Jobs) -> None:
        self._jobs = jobs
        url = make_url(database_url)
        self.dsn = url.set(drivername="postgresql").render_as_string(hide_password=False)
        self.engine = create_async_engine(
            url.set(drivername="postgresql+asyncpg"),
            pool_size=_POOL,
            max_overflow=_MORE_UNDER_LOAD,
            pool_pre_ping=True,
            skip_autocommit_rollback=True,
            json_serializer=partial(json.dumps, ensure_ascii=False, separators=(",", ":")),
        )
        self._reads = self.engine.execution_options(isolation_level="AUTOCOMMIT")
        self._raw: asyncpg.Pool[asyncpg.Record] | None = None
        self._turns = asyncio.Semaphore(_REQUESTS)

    async def start(self) -> None:
        """Open the bare pool; raises what asyncpg raises when the database is out of reach."""
        self._raw = await asyncpg.create_pool(self.dsn, min_size=1, max_size=_RAW_POOL, reset=_keep_as_is)

    async def close(self) -> None:
        """Close every connection."""
        if self._raw is not None:
            await self._raw.close()
        await self.engine.dispose()

    @property
    def raw(self) -> "asyncpg.Pool[asyncpg.Record]":
        """The bare pool: one round trip a read, no transaction, no session state may be set on it."""
        if self._raw is None:
            raise RuntimeError("the database was not started")
        return self._raw

    @asynccontextmanager
    async def unit_of_work(self) -> AsyncIterator[UnitOfWork]:
        """A transaction that commits when the block ends and rolls back when it raises."""
        async with AsyncSession(self.engine, expire_on_commit=False) as session:
            uow = UnitOfWork(session, self._jobs)
            yield uow
            await uow.commit()

    @asynccontextmanager
    async def request(self) -> AsyncIterator[UnitOfWork]:
        """`unit_of_work` for all that a request does, which may open others beside it; in turn, when there are many.
        Raises `TimeoutError` when its turn does not come."""
        async with asyncio.timeout(_TURN_SECONDS):
            await self._turns.acquire()
        try:
            async with self.unit_of_work() as uow:
                yield uow
        finally:
            self._turns.release()

    @asynccontextmanager
    async def reading(self) -> AsyncIterator[AsyncSession]:
        """A session for reads only, each statement on its own, no transaction held open between them."""
        async with AsyncSession(self._reads, expire_on_commit=False) as session:
            yield session


def is_outage(error: BaseException | None) -> bool:
    """Whether the database, or another service, is out of reach or just going, rather than unhappy with a statement:
    the same may work in a moment."""
    if isinstance(error, DBAPIError):
        return error.connection_invalidated or (error.orig is not None and is_outage(error.orig.__cause__))
    if isinstance(error, asyncpg.InterfaceError):
        return not isinstance(error, ValueError)  # a value that fits no column is one too
    return isinstance(error, _OUT_OF_REACH)


async def _keep_as_is(connection: Any) -> None:
    """Nothing to reset: reads on the bare pool set no session state."""
