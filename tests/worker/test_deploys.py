"""Deploys are read the moment they are told of; what no job tells of is read in the next round."""

import asyncio
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from releaseray.services.runtime import Runtime
from releaseray.settings import Settings
from tests.conftest import Server, make_org
from tests.processes import wait_until
from tests.repository import GitRepository
from tests.worker.stage import SECONDS, RedisServer, at_work, patient

HOUR = 3600


@pytest.fixture
def client(api: Server, runtime: Runtime) -> Iterator[httpx.Client]:
    with make_org(api).client as client:
        yield client


@pytest.fixture
def service(client: httpx.Client) -> str:
    return str(client.post("/api/v1/services", json={"name": "checkout"}).json()["id"])


def deployed(client: httpx.Client, service: str, version: str, **more: str) -> dict[str, Any]:
    answer = client.post("/api/v1/releases", json={"version": version, "service_id": service, **more})
    assert answer.status_code == 201, answer.text
    made: dict[str, Any] = answer.json()
    return made


def connect(client: httpx.Client, repo: GitRepository) -> None:
    assert client.post("/api/repos", json={"url": str(repo.path)}).status_code == 201


def range_of(client: httpx.Client, release: dict[str, Any]) -> Any:
    return client.get(f"/api/v1/releases/{release['id']}").json()["range"]


async def unread(runtime: Runtime, service: str) -> int:
    query = "SELECT count(*) FROM deploys WHERE service_id = $1 AND examined_at IS NULL"
    return int(await runtime.database.raw.fetchval(query, service))


async def until_read(runtime: Runtime, service: str) -> None:
    async with asyncio.timeout(SECONDS):
        while True:
            if not await unread(runtime, service):
                return
            await asyncio.sleep(0.02)


async def test_a_deploy_is_read_at_once_and_no_round_is_waited_for(
    client: httpx.Client, service: str, runtime: Runtime, fragile: Settings
) -> None:
    async with at_work(patient(fragile, sweep_seconds=HOUR)):
        deployed(client, service, "1.0.0")
        await until_read(runtime, service)
        for version in ("1.1.0", "1.2.0", "1.1.0-beta"):
            deployed(client, service, version)
        await until_read(runtime, service)
        deployed(client, service, "1.3.0", environment="staging")
        await until_read(runtime, service)


async def test_a_deploy_brings_its_range_at_once(
    client: httpx.Client, service: str, runtime: Runtime, fragile: Settings, acme: GitRepository
) -> None:
    connect(client, acme)
    async with at_work(patient(fragile, sweep_seconds=HOUR)):
        for version in ("1.0.0", "1.1.0"):
            release = deployed(client, service, version, repository=str(acme.path))
            await until_read(runtime, service)
    assert range_of(client, release) is not None


async def test_what_a_deploy_waited_for_is_read_at_once_when_its_repository_is_connected(
    client: httpx.Client, service: str, runtime: Runtime, fragile: Settings, acme: GitRepository
) -> None:
    waiting = "SELECT count(*) FROM deploys WHERE service_id = $1 AND waits_for IS NOT NULL"
    async with at_work(patient(fragile, sweep_seconds=HOUR)):
        for version in ("1.0.0", "1.1.0"):
            release = deployed(client, service, version, repository=str(acme.path))
        await until_read(runtime, service)
        assert await runtime.database.raw.fetchval(waiting, service) == 2
        connect(client, acme)
        await asyncio.to_thread(wait_until, lambda: range_of(client, release) is not None)


@pytest.mark.parametrize("lost", ["the job", "Redis"])
async def test_a_deploy_of_which_no_job_tells_is_read_in_a_round(
    client: httpx.Client, service: str, runtime: Runtime, fragile: Settings, redis_server: RedisServer, lost: str
) -> None:
    if lost == "Redis":
        redis_server.kill()
    deployed(client, service, "1.0.0")
    redis_server.start()
    redis_server.client.flushall()
    assert await unread(runtime, service) == 1
    async with at_work(fragile):
        await until_read(runtime, service)
