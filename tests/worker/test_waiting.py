"""`Prefer: wait`: told by the database the moment a draft is finished, and right also when nobody told."""

import asyncio
import time

from releaseray.repositories.notices import notify_finished
from releaseray.services import generation
from releaseray.services.prepared import PreparedHistories
from releaseray.services.runtime import Runtime
from releaseray.services.waiting import Finished
from tests.worker.stage import SECONDS, Desk, held


async def tell(runtime: Runtime, draft_id: str) -> None:
    async with runtime.database.unit_of_work() as uow:
        await notify_finished(uow.session, draft_id)


async def cut_off_listeners(runtime: Runtime) -> None:
    """Drop the connections that wait for notices, once there are any."""
    cut = """
        SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity
        WHERE datname = current_database() AND query LIKE 'LISTEN%'
    """
    async with asyncio.timeout(SECONDS):
        while True:
            if await runtime.database.raw.fetchval(cut):
                return
            await asyncio.sleep(0.01)


async def told_of(finished: Finished, runtime: Runtime, draft_id: str) -> float:
    """Seconds from the notice to the waking; the notice is repeated until there is somebody to hear it."""
    waiting = asyncio.create_task(finished.wait(draft_id, SECONDS))
    while not waiting.done():
        began = time.monotonic()
        await tell(runtime, draft_id)
        await asyncio.wait({waiting}, timeout=0.3)
    assert await waiting
    return time.monotonic() - began


async def test_who_waits_is_woken_by_the_notice(runtime: Runtime) -> None:
    finished = Finished(runtime.database.dsn)
    await told_of(finished, runtime, "draft_first")
    assert min([await told_of(finished, runtime, f"draft_{number}") for number in range(3)]) < 0.1
    await finished.close()


async def test_who_waits_for_another_draft_is_not_woken(runtime: Runtime) -> None:
    finished = Finished(runtime.database.dsn)
    await told_of(finished, runtime, "draft_a")
    waiting = asyncio.create_task(finished.wait("draft_b", 0.5))
    await asyncio.sleep(0)
    await tell(runtime, "draft_a")
    assert not await waiting
    await finished.close()


async def test_a_lost_listening_connection_is_replaced(runtime: Runtime) -> None:
    finished = Finished(runtime.database.dsn)
    await told_of(finished, runtime, "draft_before")
    await cut_off_listeners(runtime)
    await told_of(finished, runtime, "draft_after")
    await finished.close()


async def test_a_request_that_waits_hears_of_a_draft_although_the_notice_was_lost(desk: Desk) -> None:
    draft_id = desk.ask()
    async with held(desk.runtime) as reading:
        making = asyncio.create_task(generation.generate(desk.runtime, PreparedHistories(), draft_id))
        await desk.until(draft_id, attempt=1)
        headers = {"Prefer": "wait=30"}
        asked = asyncio.create_task(asyncio.to_thread(desk.org.client.get, f"/api/drafts/{draft_id}", headers=headers))
        await cut_off_listeners(desk.runtime)
        began = time.monotonic()
        await reading.execute("COMMIT")
    await making
    assert (await asked).json()["id"] == draft_id
    assert "bodyMd" in (await asked).json()
    assert time.monotonic() - began < 20
