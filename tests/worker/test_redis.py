"""The queue: what is lost in Redis is queued again, what is queued is not queued twice, and nobody waits for ever."""

import asyncio
import signal
import time

import pytest

from releaseray import worker
from releaseray.services import generation
from releaseray.settings import Settings
from tests.worker.stage import Desk, RedisServer, at_work, steady


@pytest.mark.parametrize("lost", ["everything", "the queue alone"])
async def test_what_redis_lost_is_queued_again(
    desk: Desk, fragile: Settings, redis_server: RedisServer, lost: str
) -> None:
    drafts = [desk.ask(number) for number in range(3)]
    if lost == "everything":
        redis_server.client.flushall()
    else:
        redis_server.client.delete("releaseray:queue")
    for draft_id in drafts:
        await desk.make_old(draft_id)
    async with at_work(steady(fragile)):
        for draft_id in drafts:
            assert (await desk.until(draft_id, status="completed"))["attempt"] == 1
    assert desk.generated() == 3


async def test_a_job_that_a_killed_worker_had_picked_up_but_not_claimed_is_picked_up_again(
    desk: Desk, fragile: Settings, redis_server: RedisServer
) -> None:
    draft_id = desk.ask()
    redis_server.client.set(f"arq:in-progress:{draft_id}:0", 1, px=1500)
    async with at_work(steady(fragile)):
        assert (await desk.until(draft_id, status="completed"))["attempt"] == 1


async def test_the_sweeper_does_not_multiply_what_is_queued(desk: Desk, redis_server: RedisServer) -> None:
    drafts = [desk.ask(number, persona) for number in range(3) for persona in ("engineer", "customer")]
    for draft_id in drafts:
        await desk.make_old(draft_id)
    for _ in range(3):
        assert await generation.sweep(desk.runtime) == len(drafts)
    assert sorted(redis_server.queued) == sorted(f"{draft_id}:0" for draft_id in drafts)


async def test_the_sweeper_leaves_new_drafts_and_those_in_good_hands_alone(desk: Desk) -> None:
    new, old, lapsed = desk.ask(0), desk.ask(1), desk.ask(2)
    await desk.make_old(old)
    await desk.change(old, attempt="1", lease_until="now() + interval '1 second'")
    await desk.change(lapsed, attempt="1", lease_until="now() - interval '1 second'")
    assert await generation.sweep(desk.runtime) == 1
    await desk.make_old(new)
    assert await generation.sweep(desk.runtime) == 2


async def test_a_worker_outlives_its_redis(desk: Desk, fragile: Settings, redis_server: RedisServer) -> None:
    async with at_work(steady(fragile)):
        for _ in range(2):
            await desk.until(desk.ask(), status="completed")
            redis_server.kill()
            await asyncio.sleep(0.2)
            redis_server.start()
        await desk.until(desk.ask(), status="completed")
    assert desk.generated() == 3


async def test_a_draft_is_accepted_without_redis_and_finished_once_it_is_back(
    desk: Desk, fragile: Settings, redis_server: RedisServer
) -> None:
    async with at_work(steady(fragile)):
        redis_server.kill()
        draft_id = desk.ask()
        await desk.make_old(draft_id)
        redis_server.start()
        assert (await desk.until(draft_id, status="completed"))["attempt"] == 1


async def test_a_redis_that_says_nothing_holds_nobody_up_for_long(desk: Desk, redis_server: RedisServer) -> None:
    desk.ask(0)
    redis_server.send(signal.SIGSTOP)
    began = time.monotonic()
    try:
        draft_id = await asyncio.to_thread(desk.ask, 1)
    finally:
        redis_server.send(signal.SIGCONT)
    assert time.monotonic() - began < 20
    assert (await desk.row(draft_id))["status"] == "processing"


async def test_a_worker_that_cannot_work_ends_with_an_error(fragile: Settings) -> None:
    wrong = fragile.model_copy(update={"redis_url": "http://localhost"})
    with pytest.raises(Exception, match="invalid DSN scheme"):
        await asyncio.wait_for(worker.run(wrong, asyncio.Event()), 10)
