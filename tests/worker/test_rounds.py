"""What is done every few seconds is done by one process of all, and again after what went wrong."""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress

import pytest_asyncio

from releaseray.jobs import Jobs
from releaseray.services.rounds import go_round
from releaseray.services.runtime import Runtime
from releaseray.settings import Settings
from tests.worker.stage import RedisServer, patient

Work = Callable[[Runtime], Awaitable[None]]


@pytest_asyncio.fixture
async def other(fragile: Settings, runtime: Runtime) -> AsyncIterator[Runtime]:
    """A second process, as far as Redis can tell."""
    second = Runtime.of(fragile)
    yield second
    await second.close()


@asynccontextmanager
async def rounds(work: Work, *processes: Runtime, limit: float = 10) -> AsyncIterator[None]:
    tasks = [asyncio.create_task(go_round(process, "test", work, limit)) for process in processes]
    yield
    for task in tasks:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task


async def seen(done: list[float], times: int) -> None:
    async with asyncio.timeout(20):
        while len(done) < times:  # noqa: ASYNC110 - the work under test only counts
            await asyncio.sleep(0.02)


async def test_of_two_processes_one_has_the_round(runtime: Runtime, other: Runtime) -> None:
    done: list[float] = []

    async def work(_: Runtime) -> None:
        done.append(time.time())

    began = int(time.time())
    async with rounds(work, runtime, other):
        await seen(done, 3)
    # Counted and not told apart by their moments: a turn that was taken late in its second is done in the next
    assert len(done) <= int(time.time()) - began + 1


async def test_who_is_called_works_at_once_and_again_for_a_call_that_came_meanwhile(
    fragile: Settings, runtime: Runtime
) -> None:
    begun: list[float] = []
    called, go_on = asyncio.Event(), asyncio.Event()

    async def work(_: Runtime) -> None:
        begun.append(time.time())
        if len(begun) == 2:
            called.set()
            await go_on.wait()

    lonely = Runtime.of(patient(fragile, sweep_seconds=3600))
    task = asyncio.create_task(go_round(lonely, f"test {time.time()}", work, 10, called))
    await seen(begun, 1)
    called.set()
    await seen(begun, 2)
    go_on.set()
    await seen(begun, 3)
    await asyncio.sleep(0.2)
    assert len(begun) == 3
    task.cancel()
    with suppress(asyncio.CancelledError):
        await task
    await lonely.close()


async def test_what_fails_or_takes_too_long_is_done_again(runtime: Runtime) -> None:
    begun: list[float] = []

    async def work(_: Runtime) -> None:
        begun.append(time.time())
        if len(begun) == 1:
            raise ValueError("a defect")
        await asyncio.sleep(60)

    async with rounds(work, runtime, limit=0.1):
        await seen(begun, 3)


async def test_rounds_go_on_when_redis_is_back(runtime: Runtime, redis_server: RedisServer) -> None:
    done: list[float] = []

    async def work(_: Runtime) -> None:
        done.append(time.time())

    redis_server.kill()
    async with rounds(work, runtime):
        await asyncio.sleep(1.5)
        assert done == []
        redis_server.start()
        await seen(done, 1)


async def test_a_turn_is_taken_once(runtime: Runtime, other: Runtime) -> None:
    async def all_take(*jobs: Jobs) -> list[bool]:
        return list(await asyncio.gather(*[one.take_turn("test", 10**9) for one in jobs]))

    assert sorted(await all_take(runtime.jobs, other.jobs, runtime.jobs)) == [False, False, True]
