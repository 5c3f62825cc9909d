"""The worker's side of a draft: claim the row, read the history, build, and write once."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from datetime import timedelta
from typing import Any

import structlog
from sqlalchemy.exc import SQLAlchemyError

from releaseray import notes
from releaseray.models import Draft, DraftStatus, ReleaseRange, Repository, now
from releaseray.notes.draft import Flags
from releaseray.notes.prepared import Prepared
from releaseray.repositories import drafts as rows
from releaseray.repositories.organizations import UsageOf
from releaseray.repositories.repos import Ranges, Repos
from releaseray.services import clones
from releaseray.services.drafts import GENERATE, job_id, this_month
from releaseray.services.prepared import PreparedHistories
from releaseray.services.runtime import Runtime
from releaseray.sources import SourceError

_SWEEP_LIMIT = 500
_ORPHAN_SECONDS = 5
_REPUSH_SECONDS = 30

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
        async with _kept_alive(runtime, draft, lease), asyncio.timeout(runtime.settings.draft_timeout):
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
        async with runtime.database.reading() as session:
            found = await Ranges(session, draft.org_id).get(draft.range_id)
            repo = await Repos(session, draft.org_id).get(found.repo_id)
        prepared = await histories.get(found.id, lambda: _prepare(runtime, repo, found))
        made = await asyncio.to_thread(notes.build, prepared, draft.persona)
    except SourceError as problem:
        return _failed(f"The history of {repo.full_name} could not be read: {problem}")
    except TimeoutError:
        return _failed(
            f"The generation took longer than {runtime.settings.draft_timeout} seconds. Try a smaller range."
        )
    except Exception:
        log.exception("generation failed", draft_id=draft.id)
        return _failed(f"The generation failed for a reason that was logged as request {draft.request_id}.")
    return {"status": DraftStatus.COMPLETED, "body_md": made.body_md, "flags": _flags(made.flags)}


async def _prepare(runtime: Runtime, repo: Repository, found: ReleaseRange) -> Prepared:
    source = clones.source(runtime, repo)
    history = await source.history(
        from_tag=found.from_tag if found.from_sha else None,
        from_sha=found.from_sha,
        to_tag=found.to_tag,
        to_sha=found.to_sha,
    )
    return await asyncio.to_thread(notes.prepare, history)


def _flags(flags: Flags) -> dict[str, Any]:
    shown: dict[str, Any] = {"highlights": list(flags.highlights)}
    if flags.upgrade_instructions:
        shown["upgradeInstructions"] = flags.upgrade_instructions
    return {**shown, "contributors": list(flags.contributors)}


def _failed(message: str) -> dict[str, Any]:
    return {"status": DraftStatus.FAILED, "error": message}


async def _finish(runtime: Runtime, draft: Draft, values: dict[str, Any]) -> None:
    async with runtime.database.unit_of_work() as uow:
        if not await rows.finish(uow.session, draft.id, draft.attempt, **values):
            raise ClaimLost
        if values["status"] == DraftStatus.COMPLETED:
            await UsageOf(uow.session, draft.org_id).add(this_month(), drafts_generated=1)
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
            with suppress(SQLAlchemyError, OSError):
                async with runtime.database.unit_of_work() as uow:
                    lost = not await rows.renew(uow.session, draft.id, draft.attempt, lease)
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
        with suppress(asyncio.CancelledError):
            await renewing


async def sweep(runtime: Runtime) -> int:
    """Queue again every draft in process that nobody works on; how many there were.

    The name of the job changes only every 30 seconds, so that a full queue does not fill with repetitions.
    """
    moment = now()
    async with runtime.database.reading() as session:
        waiting = await rows.unattended(session, moment - timedelta(seconds=_ORPHAN_SECONDS), _SWEEP_LIMIT)
    for draft in waiting:
        bucket = int(moment.timestamp()) // _REPUSH_SECONDS
        name = f"{job_id(draft.id, draft.attempt)}:{bucket}"
        await runtime.jobs.push(GENERATE, draft.id, draft.request_id, job_id=name)
    return len(waiting)
