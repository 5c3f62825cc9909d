"""Claims: one worker a draft, for as long as it gives signs of life, and no word from those who lost theirs."""

import asyncio

from releaseray.models import Draft
from releaseray.repositories import drafts
from releaseray.services import generation
from releaseray.services.prepared import PreparedHistories
from releaseray.services.runtime import Runtime
from releaseray.settings import Settings
from tests.worker.stage import SECONDS, Desk, claimed, held, lease, patient


async def claim(runtime: Runtime, draft_id: str, seconds: float = 30) -> Draft | None:
    async with runtime.database.unit_of_work() as uow:
        return await drafts.claim(uow.session, draft_id, lease(seconds))


async def finish(runtime: Runtime, draft: Draft, text: str) -> bool:
    async with runtime.database.unit_of_work() as uow:
        channels = await drafts.finish(uow.session, draft.id, draft.attempt, status="completed", body_md=text)
        return channels is not None


async def test_of_many_workers_that_want_a_draft_one_gets_it(desk: Desk) -> None:
    draft_id = desk.ask()
    claims = await asyncio.gather(*(claim(desk.runtime, draft_id) for _ in range(8)))
    assert len([draft for draft in claims if draft is not None]) == 1
    assert (await desk.row(draft_id))["attempt"] == 1


async def test_a_worker_that_lost_its_claim_cannot_overwrite(desk: Desk) -> None:
    draft_id = desk.ask()
    first = claimed(await claim(desk.runtime, draft_id, seconds=-1))
    second = claimed(await claim(desk.runtime, draft_id))
    assert (first.attempt, second.attempt) == (1, 2)
    assert not await finish(desk.runtime, first, "too late")
    assert (await desk.row(draft_id))["status"] == "processing"
    assert await finish(desk.runtime, second, "in time")
    assert not await finish(desk.runtime, second, "twice")
    assert (await desk.row(draft_id))["body_md"] == "in time"


async def test_a_worker_that_lost_its_claim_can_neither_renew_it_nor_give_it_back(desk: Desk) -> None:
    draft_id = desk.ask()
    first = claimed(await claim(desk.runtime, draft_id, seconds=-1))
    second = claimed(await claim(desk.runtime, draft_id))
    async with desk.runtime.database.unit_of_work() as uow:
        assert not await drafts.renew(uow.session, draft_id, first.attempt, lease(60))
        await drafts.release(uow.session, draft_id, first.attempt)
    assert (await desk.row(draft_id))["lease_until"] == second.lease_until


async def test_a_claim_given_back_can_be_taken_at_once(desk: Desk) -> None:
    draft_id = desk.ask()
    first = claimed(await claim(desk.runtime, draft_id))
    assert await claim(desk.runtime, draft_id) is None
    async with desk.runtime.database.unit_of_work() as uow:
        await drafts.release(uow.session, draft_id, first.attempt)
    assert claimed(await claim(desk.runtime, draft_id)).attempt == 2


async def test_a_finished_draft_is_not_made_again(desk: Desk) -> None:
    draft_id = desk.ask()
    await generation.generate(desk.runtime, PreparedHistories(), draft_id)
    made = await desk.row(draft_id)
    await generation.generate(desk.runtime, PreparedHistories(), draft_id)
    assert made["status"] == "completed"
    assert await desk.row(draft_id) == made
    assert desk.generated() == 1


async def test_a_long_generation_keeps_its_claim(desk: Desk, fragile: Settings) -> None:
    draft_id = desk.ask()
    slow = Runtime.of(patient(fragile, job_lease_seconds=6))
    await slow.start()
    async with held(desk.runtime), asyncio.timeout(SECONDS):
        long = asyncio.create_task(generation.generate(slow, PreparedHistories(), draft_id))
        leases = {(await desk.until(draft_id, attempt=1))["lease_until"]}
        while len(leases) < 3:
            await asyncio.sleep(0.5)
            assert await claim(desk.runtime, draft_id) is None
            leases.add((await desk.row(draft_id))["lease_until"])
    await long
    await slow.close()
    assert min(leases) < max(leases) - lease(3)
    made = await desk.row(draft_id)
    assert (made["status"], made["attempt"]) == ("completed", 1)


async def test_a_generation_that_lost_its_claim_stops_and_writes_nothing(desk: Desk) -> None:
    draft_id = desk.ask()
    async with held(desk.runtime):
        running = asyncio.create_task(generation.generate(desk.runtime, PreparedHistories(), draft_id))
        await desk.until(draft_id, attempt=1)
        await desk.change(draft_id, attempt="2", lease_until="now() + interval '1 hour'")
        await asyncio.wait_for(running, SECONDS)
    row = await desk.row(draft_id)
    assert (row["status"], row["attempt"], row["body_md"]) == ("processing", 2, "")
    assert desk.generated() == 0
