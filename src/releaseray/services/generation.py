"""The worker's side of a draft: claim the row, read the history, build, and write once."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Any

import structlog

from releaseray.errors import NotFound
from releaseray.models import Draft, DraftStatus, ReleaseRange, Repository
from releaseray.notes import engine
from releaseray.notes.draft import Flags
from releaseray.notes.history import Tag
from releaseray.notes.prepared import Prepared
from releaseray.repositories import drafts as rows
from releaseray.repositories.organizations import UsageOf
from releaseray.repositories.repos import Ranges
from releaseray.services import clones, events, learning, production, publishing, pull_changes
from releaseray.services.drafts import GENERATE, job_id, this_month
from releaseray.services.outages import despite_outages
from releaseray.services.prepared import PreparedHistories
from releaseray.services.runtime import Runtime
from releaseray.sources import SourceError

_SWEEP_LIMIT = 500
_FIRST_PUSH_GRACE = timedelta(seconds=5)

log = structlog.stdlib.get_logger(__name__)


class ClaimLost(Exception):
    """Another worker took the draft over, or it was removed."""


async def generate(runtime: Runtime, histories: PreparedHistories, draft_id: str) -> None:
    """Make a draft that is in process; does nothing for one that is finished, gone or in another worker's hands."""
    lease = timedelta(seconds=runtime.settings.job_lease_seconds)
    async with runtime.database.unit_of_work() as uow:
        draft = await rows.claim(uow.session, draft_id, lease)
    if draft is None:
        return
    try:
        async with _kept_alive(runtime, draft, lease):
            result = await _make(runtime, histories, draft)
        await _finish(runtime, draft, result)
    except ClaimLost:
        log.info("claim lost", draft_id=draft.id, attempt=draft.attempt)
    except asyncio.CancelledError:
        async with runtime.database.unit_of_work() as uow:
            await rows.release(uow.session, draft.id, draft.attempt)
        raise


async def _make(runtime: Runtime, histories: PreparedHistories, draft: Draft) -> dict[str, Any]:
    """The columns of the finished draft, or of the failed one with a message its reader can act on."""
    if draft.attempt > runtime.settings.draft_attempts:
        return _failed(f"The generation was broken off {draft.attempt - 1} times. Try a smaller range.")
    try:
        async with asyncio.timeout(runtime.settings.draft_timeout):
            found, repo, state = await despite_outages(lambda: _asked_for(runtime, draft))
            prepared = await histories.get(f"{found.id} {state}", lambda: _prepare(runtime, repo, found))
            facts = await despite_outages(lambda: production.facts(runtime, repo, found, prepared))
            made = await asyncio.to_thread(engine.build, prepared, draft.persona, facts)
    except NotFound:
        raise ClaimLost from None
    except SourceError as problem:
        return _failed(f"The history of {repo.full_name} could not be read: {problem}")
    except TimeoutError:
        return _failed(
            f"The generation took longer than {runtime.settings.draft_timeout} seconds. Try a smaller range."
        )
    except Exception:
        log.exception("generation failed", draft_id=draft.id)
        return _failed_for(draft)
    return {"status": DraftStatus.COMPLETED, "body_md": made.body_md, "flags": _flags(made.flags)}


async def _asked_for(runtime: Runtime, draft: Draft) -> tuple[ReleaseRange, Repository, str]:
    """The range, its repository, and which state of the pull requests is to be told."""
    async with runtime.database.reading() as session:
        found, repo = await Ranges(session, draft.org_id).with_repository(draft.range_id)
        return found, repo, await pull_changes.state(session, repo)


async def _prepare(runtime: Runtime, repo: Repository, found: ReleaseRange) -> Prepared:
    await clones.recheck(runtime, repo, patience=clones.PATIENT)
    source = clones.source(runtime, repo, patience=clones.PATIENT)
    older = Tag(found.from_tag, found.from_sha, 0) if found.from_sha else None
    newer = Tag(found.to_tag, found.to_sha, 0)
    return await learning.prepared(source, clones.mirror_of(runtime, repo), older, newer)


def _flags(flags: Flags) -> dict[str, Any]:
    shown: dict[str, Any] = {"highlights": list(flags.highlights)}
    if flags.upgrade_instructions:
        shown["upgradeInstructions"] = flags.upgrade_instructions
    return {**shown, "contributors": list(flags.contributors)}


def _failed(message: str) -> dict[str, Any]:
    return {"status": DraftStatus.FAILED, "error": message}


def _failed_for(draft: Draft) -> dict[str, Any]:
    return _failed(f"The generation failed for a reason that was logged as request {draft.request_id}.")


async def _finish(runtime: Runtime, draft: Draft, values: dict[str, Any]) -> None:
    """Write the result once, however long the database is away; what it does not take ends `failed`."""
    try:
        await despite_outages(lambda: _write(runtime, draft, values))
    except ClaimLost:
        raise
    except Exception:
        log.exception("result not written", draft_id=draft.id)
        await despite_outages(lambda: _write(runtime, draft, _failed_for(draft)))


async def _write(runtime: Runtime, draft: Draft, values: dict[str, Any]) -> None:
    async with runtime.database.unit_of_work() as uow:
        channels = await rows.finish(uow.session, draft.id, draft.attempt, **values)
        if channels is None:
            raise ClaimLost
        if values["status"] == DraftStatus.COMPLETED:
            await UsageOf(uow.session, draft.org_id).add(this_month(), drafts_generated=1)
            await events.draft_generated(uow.session, draft)
            for channel in channels:
                await publishing.ask(uow.session, draft, channel)
    log.info("draft finished", draft_id=draft.id, attempt=draft.attempt, status=str(values["status"]))


@asynccontextmanager
async def _kept_alive(runtime: Runtime, draft: Draft, lease: timedelta) -> AsyncIterator[None]:
    """Renew the claim while the block runs; a claim that is lost cancels the block and raises `ClaimLost`."""
    block = asyncio.current_task()
    lost = False

    async def renew() -> None:
        nonlocal lost
        while True:
            await asyncio.sleep(lease.total_seconds() / 3)
            try:
                async with runtime.database.unit_of_work() as uow:
                    lost = not await rows.renew(uow.session, draft.id, draft.attempt, lease)
            except Exception as problem:
                log.warning("claim not renewed yet", draft_id=draft.id, problem=str(problem))
            if lost and block is not None:
                block.cancel()
                return

    renewing = asyncio.create_task(renew())
    try:
        yield
    except asyncio.CancelledError:
        if lost and block is not None:
            block.uncancel()
            raise ClaimLost from None
        raise
    finally:
        renewing.cancel()
        await asyncio.gather(renewing, return_exceptions=True)


async def sweep(runtime: Runtime) -> int:
    """Queue every draft in process that nobody works on, unless it is queued already; how many there were."""
    async with runtime.database.reading() as session:
        waiting = await rows.unattended(session, _FIRST_PUSH_GRACE, _SWEEP_LIMIT)
    for draft in waiting:
        await runtime.jobs.push(GENERATE, draft.id, draft.request_id, job_id=job_id(draft.id, draft.attempt))
    return len(waiting)
