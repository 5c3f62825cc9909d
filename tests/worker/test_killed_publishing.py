"""A worker is killed between what it says to Intercom or Teams and what it writes down: never a double."""

import asyncio
import os
import signal
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
import pytest_asyncio

from releaseray.services import publishing
from releaseray.services.runtime import Runtime
from releaseray.settings import Settings
from tests.channels.vendors import Intercom, Teams, Vendor
from tests.receiver import Answer, Received, Receiver
from tests.worker.mortal import worker_dies, worker_that_others_kill
from tests.worker.stage import SECONDS, Desk, at_work

PUBLISHER = "services.publisher:Publisher"
BEFORE_IT_IS_SENT = (f"before {PUBLISHER}._begin", "before channels.{channel}:call")
BEFORE_IT_IS_WRITTEN = (
    "after channels.{channel}:call",
    f"before {PUBLISHER}._succeeded",
    "before services.publisher:complete",
)


@pytest.fixture(params=[Intercom, Teams])
def vendor(request: pytest.FixtureRequest, desk: Desk) -> Iterator[Vendor]:
    with Receiver().running() as receiver:
        made: Vendor = request.param(receiver)
        made.set_up(desk.org.client)
        yield made
        assert not made.refused


@pytest_asyncio.fixture
async def publication(desk: Desk, runtime: Runtime, fragile: Settings, vendor: Vendor) -> str:
    """One in process that no worker has seen; asked for below the API, which waits for workers."""
    async with at_work(fragile):
        draft_id = await asyncio.to_thread(desk.ask)
        await desk.until(draft_id, status="completed")
    async with runtime.database.unit_of_work() as uow:
        asked, _ = await publishing.publish(runtime, uow, desk.org.id, draft_id, vendor.channel)
    return asked.id


async def goes_on(desk: Desk, runtime: Runtime, settings: Settings, id: str) -> dict[str, Any]:
    """Another worker takes over, as if the lease of the dead one were over; what came of it."""
    await runtime.database.raw.execute("UPDATE publications SET due_at = now() WHERE due_at IS NOT NULL")

    def state() -> httpx.Response:
        return desk.org.client.get(f"/api/publish/{id}")

    async with at_work(settings), asyncio.timeout(SECONDS):
        while (  # noqa: ASYNC110 - other processes cannot set an event
            await asyncio.to_thread(state)
        ).json()["status"] == "processing":
            await asyncio.sleep(0.1)
    return dict((await asyncio.to_thread(state)).json())


@pytest.mark.parametrize("step", [*BEFORE_IT_IS_SENT, *BEFORE_IT_IS_WRITTEN])
async def test_killed_at(
    step: str, desk: Desk, runtime: Runtime, fragile: Settings, vendor: Vendor, publication: str
) -> None:
    await asyncio.to_thread(worker_dies, fragile, step.format(channel=vendor.channel))
    ended = await goes_on(desk, runtime, fragile, publication)
    sent = step in BEFORE_IT_IS_WRITTEN
    if vendor.channel == "intercom" or step == BEFORE_IT_IS_SENT[0]:
        assert ended["status"] == "completed"
        assert len(vendor.held) == 1
    else:
        assert "may have been posted" in ended["error"]["message"], "Teams cannot be looked through"
        assert len(vendor.held) == int(sent)


async def test_killed_while_the_vendor_answers(
    desk: Desk, runtime: Runtime, fragile: Settings, vendor: Vendor, publication: str
) -> None:
    with worker_that_others_kill(fragile) as process:

        def murder(request: Received, take: Any) -> Answer:
            answer: Answer = take(request)
            os.kill(process.pid, signal.SIGKILL)
            return answer

        vendor.troubles = [murder]
        await asyncio.to_thread(process.join, SECONDS)
        assert process.exitcode == -signal.SIGKILL
    ended = await goes_on(desk, runtime, fragile, publication)
    assert ended["status"] == ("completed" if vendor.channel == "intercom" else "failed")
    assert len(vendor.held) == 1
