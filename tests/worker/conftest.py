"""A database and a Redis of their own: what is killed and emptied here must not hurt other tests."""

import asyncio
import shutil
import tempfile
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import asyncpg
import pytest
import pytest_asyncio
from sqlalchemy.engine import make_url

from releaseray import migrations
from releaseray.services.runtime import Runtime
from releaseray.settings import Settings
from tests.conftest import Server, make_org, serving
from tests.repository import GitRepository
from tests.worker.stage import RANGES, Desk, RedisServer

_DATABASE = "drafts_under_fire"


@pytest.fixture(scope="session")
def redis_server() -> Iterator[RedisServer]:
    folder = Path(tempfile.mkdtemp(prefix="redis-"))
    server = RedisServer(folder)
    server.start()
    yield server
    server.kill()
    server.client.close()
    shutil.rmtree(folder)


@pytest.fixture(scope="session")
def fragile(settings: Settings, redis_server: RedisServer) -> Settings:
    """Settings that make everything happen in seconds, on services that may be hurt."""
    url = make_url(str(settings.database_url)).set(drivername="postgresql")
    asyncio.run(_create(url.render_as_string(hide_password=False)))
    own = url.set(database=_DATABASE).render_as_string(hide_password=False)
    migrations.upgrade(own)
    return settings.model_copy(
        update={
            "database_url": own,
            "redis_url": redis_server.url,
            "job_lease_seconds": 2,
            "sweep_seconds": 1,
            "shutdown_seconds": 1,
        }
    )


async def _create(database_url: str) -> None:
    connection = await asyncpg.connect(database_url)
    await connection.execute(f"CREATE DATABASE {_DATABASE}")
    await connection.close()


@pytest.fixture(scope="session")
def api(fragile: Settings) -> Iterator[Server]:
    """The API alone: tests bring the workers."""
    with serving(fragile) as server:
        yield server


@pytest.fixture(scope="session")
def acme(tmp_path_factory: pytest.TempPathFactory) -> GitRepository:
    return GitRepository.acme(tmp_path_factory.mktemp("acme") / "myapp")


@pytest_asyncio.fixture
async def runtime(fragile: Settings, redis_server: RedisServer) -> AsyncIterator[Runtime]:
    """The test's own eyes and hands, on an empty Redis and a database without drafts."""
    redis_server.start()
    redis_server.client.flushall()
    runtime = Runtime.of(fragile)
    await runtime.start()
    await runtime.database.raw.execute("DELETE FROM repositories")
    yield runtime
    await runtime.close()


@pytest.fixture
def desk(api: Server, runtime: Runtime, acme: GitRepository) -> Iterator[Desk]:
    org = make_org(api)
    with org.client as client:
        repo = client.post("/api/repos", json={"url": str(acme.path)}).json()["id"]
        bodies = [{"repoId": repo, "fromTag": from_tag, "toTag": to_tag} for from_tag, to_tag in RANGES]
        ranges = [client.post("/api/ranges", json=body).json()["id"] for body in bodies]
        yield Desk(org, tuple(ranges), runtime)
