"""Worker processes that are killed, stopped, frozen, or several."""

import asyncio
import signal

from releaseray.settings import Settings
from tests.conftest import finished
from tests.worker.stage import SECONDS, Desk, RedisServer, at_work, held, patient, steady, worker_process


async def test_a_killed_workers_draft_is_finished_by_another_once(
    desk: Desk, fragile: Settings, redis_server: RedisServer
) -> None:
    draft_id = desk.ask()
    async with held(desk.runtime):
        with worker_process(fragile) as worker:
            await desk.until(draft_id, attempt=1)
            worker.send_signal(signal.SIGKILL)
            worker.wait()
        assert redis_server.longest_lock <= 10
    async with at_work(steady(fragile)):
        made = await desk.until(draft_id, status="completed")
    assert made["attempt"] == 2
    assert desk.generated() == 1


async def test_a_worker_that_is_told_to_stop_gives_its_claim_back_at_once(
    desk: Desk, fragile: Settings, redis_server: RedisServer
) -> None:
    draft_id = desk.ask()
    never = patient(fragile, job_lease_seconds=3600)
    async with held(desk.runtime):
        with worker_process(never) as worker:
            await desk.until(draft_id, attempt=1)
            worker.send_signal(signal.SIGTERM)
            assert worker.wait(SECONDS) == 0
        assert (await desk.row(draft_id))["lease_until"] is None
        assert redis_server.longest_lock == 0
    async with at_work(never):
        made = await desk.until(draft_id, status="completed")
    assert (made["attempt"], desk.generated()) == (2, 1)


async def test_a_worker_that_has_time_to_finish_does(desk: Desk, fragile: Settings) -> None:
    draft_id = desk.ask()
    async with held(desk.runtime) as reading, at_work(patient(steady(fragile), shutdown_seconds=10)) as stop:
        await desk.until(draft_id, attempt=1)
        stop.set()
        await asyncio.sleep(0.2)
        await reading.execute("COMMIT")
    row = await desk.row(draft_id)
    assert (row["status"], row["attempt"]) == ("completed", 1)


async def test_a_frozen_worker_that_comes_back_does_not_overwrite(desk: Desk, fragile: Settings) -> None:
    draft_id = desk.ask()
    with worker_process(fragile) as frozen:
        async with held(desk.runtime):
            await desk.until(draft_id, attempt=1)
            frozen.send_signal(signal.SIGSTOP)
        async with at_work(steady(fragile)):
            await desk.until(draft_id, status="completed", attempt=2)
        answer = desk.org.client.patch(f"/api/drafts/{draft_id}", json={"bodyMd": "Edited by hand."})
        assert answer.status_code == 200
        frozen.send_signal(signal.SIGCONT)
        other = desk.ask(1)
        await desk.until(other, status="completed")
        frozen.send_signal(signal.SIGTERM)
        assert frozen.wait(SECONDS) == 0
    assert finished(desk.org.client, draft_id)["bodyMd"] == "Edited by hand."
    assert desk.generated() == 2


async def test_two_workers_share_the_load(desk: Desk, fragile: Settings) -> None:
    alone = patient(steady(fragile), worker_jobs=1)
    drafts = [desk.ask(0), desk.ask(1)]
    async with held(desk.runtime) as reading, at_work(alone):
        with worker_process(alone):
            for draft_id in drafts:
                await desk.until(draft_id, attempt=1)
            await reading.execute("COMMIT")
            for draft_id in drafts:
                assert (await desk.until(draft_id, status="completed"))["attempt"] == 1
    assert desk.generated() == 2
