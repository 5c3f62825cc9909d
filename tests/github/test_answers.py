"""What GitHub said is kept by organization, for a month after its last use; a database that is away keeps nothing."""

from collections.abc import AsyncIterator, Callable
from datetime import timedelta

import pytest_asyncio
from tests.conftest import Org

from releaseray import worker
from releaseray.db import Database
from releaseray.jobs import Jobs
from releaseray.models import now
from releaseray.services.github_answers import KeptAnswers
from releaseray.services.runtime import Runtime
from releaseray.settings import Settings

LONG = f"range:1:https://github.example.com/{'x' * 3000}:acme/myapp"


@pytest_asyncio.fixture
async def runtime(settings: Settings) -> AsyncIterator[Runtime]:
    runtime = Runtime.of(settings)
    await runtime.start()
    yield runtime
    await runtime.close()


async def age(runtime: Runtime, org: Org, days: int) -> None:
    moment = now() - timedelta(days=days)
    await runtime.database.raw.execute("UPDATE github_cache SET used_at = $1 WHERE org_id = $2", moment, org.id)


async def test_what_is_kept_is_its_organizations(runtime: Runtime, new_org: Callable[..., Org]) -> None:
    ours, theirs = (KeptAnswers(runtime.database, new_org().id) for _ in range(2))
    await ours.save(LONG, b"old")
    await ours.save(LONG, b"new")
    assert (await ours.load(LONG), await ours.load("other"), await theirs.load(LONG)) == (b"new", None, None)


async def test_what_is_not_used_for_a_month_is_forgotten(runtime: Runtime, org: Org) -> None:
    kept = KeptAnswers(runtime.database, org.id)
    await kept.save("a", b"1")
    await age(runtime, org, 29)
    assert await kept.load("a") == b"1"
    await worker.housekeep({"runtime": runtime})
    assert await kept.load("a") == b"1"
    await age(runtime, org, 31)
    await worker.housekeep({"runtime": runtime})
    assert await kept.load("a") is None


async def test_using_it_is_noted(runtime: Runtime, org: Org) -> None:
    kept = KeptAnswers(runtime.database, org.id)
    await kept.save("a", b"1")
    await age(runtime, org, 29)
    await kept.load("a")
    used = await runtime.database.raw.fetchval("SELECT used_at FROM github_cache WHERE org_id = $1", org.id)
    assert now() - used < timedelta(minutes=1)


async def test_what_cannot_be_read_any_more_is_asked_for_again(runtime: Runtime, org: Org) -> None:
    kept = KeptAnswers(runtime.database, org.id)
    await kept.save("a", b"1")
    await runtime.database.raw.execute("UPDATE github_cache SET value = 'x' WHERE org_id = $1", org.id)
    assert await kept.load("a") is None


async def test_a_database_that_is_away_is_not_waited_for(settings: Settings) -> None:
    database = Database("postgresql://nobody@127.0.0.1:1/none", Jobs("redis://127.0.0.1:1"))
    kept = KeptAnswers(database, "org_1")
    await kept.save("a", b"1")
    assert await kept.load("a") is None
    await database.close()
