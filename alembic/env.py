"""Runs migrations over asyncpg, the one driver the product needs."""

import asyncio

from alembic import context
from sqlalchemy import Connection, pool
from sqlalchemy.ext.asyncio import create_async_engine

from releaseray.migrations import async_url
from releaseray.models import Organization
from releaseray.settings import Settings


def _run(connection: Connection) -> None:
    context.configure(connection=connection, target_metadata=Organization.metadata, compare_type=True)
    with context.begin_transaction():
        # Two processes may start at once; the second waits here and then finds nothing to do.
        connection.exec_driver_sql("SELECT pg_advisory_xact_lock(7305514)")
        context.run_migrations()


async def _online() -> None:
    url = context.config.attributes.get("database_url") or Settings().database_url
    if not url:
        raise SystemExit("Set RELEASERAY_DATABASE_URL.")
    engine = create_async_engine(async_url(url), poolclass=pool.NullPool)
    async with engine.connect() as connection:
        await connection.run_sync(_run)
    await engine.dispose()


asyncio.run(_online())
