"""Generations that meet trouble: a lost database connection delays them, the rest ends `failed` and says why."""

import asyncio

import pytest

from releaseray.notes import engine
from releaseray.notes.draft import Draft as Note
from releaseray.notes.draft import Flags
from releaseray.services import generation
from releaseray.services.prepared import PreparedHistories
from releaseray.services.runtime import Runtime
from releaseray.settings import Settings
from tests.conftest import finished
from tests.worker.stage import WRITING, Desk, cut_off, held, patient


async def test_a_connection_lost_while_reading_delays_the_draft(desk: Desk) -> None:
    draft_id = desk.ask()
    async with held(desk.runtime):
        running = asyncio.create_task(generation.generate(desk.runtime, PreparedHistories(), draft_id))
        await desk.until(draft_id, attempt=1)
        await cut_off(desk.runtime, "SELECT release_ranges")
    await running
    made = await desk.row(draft_id)
    assert (made["status"], made["attempt"], desk.generated()) == ("completed", 1, 1)


async def test_a_connection_lost_while_writing_delays_the_draft(desk: Desk) -> None:
    draft_id = desk.ask()
    async with held(desk.runtime) as reading:
        running = asyncio.create_task(generation.generate(desk.runtime, PreparedHistories(), draft_id))
        await desk.until(draft_id, attempt=1)
        async with held(desk.runtime, WRITING):
            await reading.execute("COMMIT")
            await cut_off(desk.runtime, "UPDATE drafts SET status")
    await running
    made = await desk.row(draft_id)
    assert (made["status"], made["attempt"], desk.generated()) == ("completed", 1, 1)


async def test_a_repository_removed_meanwhile_leaves_nothing_and_breaks_nothing(desk: Desk) -> None:
    draft_id = desk.ask()
    async with held(desk.runtime) as other:
        running = asyncio.create_task(generation.generate(desk.runtime, PreparedHistories(), draft_id))
        await desk.until(draft_id, attempt=1)
        await other.execute("DELETE FROM repositories WHERE org_id = $1", desk.org.id)
        await other.execute("COMMIT")
    await running
    assert desk.org.client.get(f"/api/drafts/{draft_id}").status_code == 404
    assert desk.generated() == 0


async def test_what_was_broken_off_too_often_is_given_up(desk: Desk) -> None:
    draft_id = desk.ask()
    await desk.change(draft_id, attempt="5")
    await generation.generate(desk.runtime, PreparedHistories(), draft_id)
    message = finished(desk.org.client, draft_id)["error"]["message"]
    assert message == "The generation was broken off 5 times. Try a smaller range."
    assert desk.generated() == 0


async def test_what_takes_too_long_is_given_up(desk: Desk, fragile: Settings) -> None:
    draft_id = desk.ask()
    hurried = Runtime.of(patient(fragile, draft_timeout=1))
    await hurried.start()
    async with held(desk.runtime):
        await generation.generate(hurried, PreparedHistories(), draft_id)
    await hurried.close()
    message = finished(desk.org.client, draft_id)["error"]["message"]
    assert message == "The generation took longer than 1 seconds. Try a smaller range."


async def test_a_text_that_the_database_refuses_fails_at_once(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    def build(*_: object) -> Note:
        return Note(body_md="nul \0 inside", flags=Flags((), None, ()), entries=())

    monkeypatch.setattr(engine, "build", build)
    draft_id = desk.ask()
    await generation.generate(desk.runtime, PreparedHistories(), draft_id)
    row = await desk.row(draft_id)
    assert (row["status"], row["attempt"], row["body_md"]) == ("failed", 1, "")
    assert row["request_id"] in row["error"]
    assert desk.generated() == 0


async def test_after_a_failure_the_same_draft_can_be_asked_for_again(desk: Desk) -> None:
    failed = desk.ask()
    await desk.change(failed, attempt="5")
    await generation.generate(desk.runtime, PreparedHistories(), failed)
    again = desk.ask()
    await generation.generate(desk.runtime, PreparedHistories(), again)
    assert again != failed
    assert (await desk.row(again))["status"] == "completed"
    assert desk.generated() == 1
