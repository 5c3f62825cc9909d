"""Asking for drafts, estimating how long they take, and editing them."""

import math
from collections.abc import Sequence
from datetime import datetime
from statistics import median

from sqlmodel.ext.asyncio.session import AsyncSession

from releaseray.db import UnitOfWork
from releaseray.errors import Conflict, Forbidden, PreconditionFailed
from releaseray.models import Draft, DraftStatus, now
from releaseray.repositories.drafts import Drafts, recent_seconds
from releaseray.repositories.organizations import UsageOf
from releaseray.repositories.repos import Ranges
from releaseray.settings import Settings

GENERATE = "generate_draft"
_FIRST_ESTIMATE = 3
_START_ATTEMPTS = 5


def this_month() -> str:
    """The current UTC month, `2025-11`."""
    return now().strftime("%Y-%m")


def job_id(draft_id: str, attempt: int) -> str:
    """The queue's name for the next start of a draft that was started `attempt` times."""
    return f"{draft_id}:{attempt}"


async def request(
    uow: UnitOfWork, settings: Settings, org_id: str, range_id: str, persona: str, request_id: str
) -> tuple[Draft, bool]:
    """A draft in process for a range and persona, and whether it was started just now.

    The row is the job: once committed, it will be generated whatever becomes of Redis. Raises `NotFound` for the
    range, `Forbidden` when the month's allowance is used up.
    """
    await Ranges(uow.session, org_id).get(range_id)
    drafts = Drafts(uow.session, org_id)
    for _ in range(_START_ATTEMPTS):
        running = await drafts.in_process(range_id, persona)
        if running is not None:
            return running, False
        await _check_allowance(uow.session, settings, org_id)
        draft = await drafts.start(
            Draft(org_id=org_id, range_id=range_id, persona=persona, request_id=request_id, flags={})
        )
        if draft is not None:
            uow.push(GENERATE, draft.id, request_id, job_id=job_id(draft.id, 0))
            return draft, True
    raise Conflict(f"Drafts of {range_id} for {persona} are asked for too often at once.")


async def request_automatic(
    uow: UnitOfWork,
    settings: Settings,
    org_id: str,
    range_id: str,
    persona: str,
    channels: Sequence[str],
    request_id: str,
) -> bool:
    """Have a draft made that goes to `channels` by itself, once a range and persona unless it failed; whether it was
    asked for just now. One in process already becomes it. Raises `Forbidden` when the month's allowance is used up."""
    drafts = Drafts(uow.session, org_id)
    for _ in range(_START_ATTEMPTS):
        if await drafts.automatic(range_id, persona) is not None:
            return False
        if await drafts.adopt(range_id, persona, channels) is not None:
            return True
        await _check_allowance(uow.session, settings, org_id)
        fresh = Draft(org_id=org_id, range_id=range_id, persona=persona, request_id=request_id, flags={})
        fresh.automatic, fresh.publish_to = True, list(channels)
        if await drafts.start(fresh) is not None:
            uow.push(GENERATE, fresh.id, request_id, job_id=job_id(fresh.id, 0))
            return True
    raise Conflict(f"Drafts of {range_id} for {persona} are asked for too often at once.")


async def _check_allowance(session: AsyncSession, settings: Settings, org_id: str) -> None:
    usage = UsageOf(session, org_id)
    organization = await usage.lock()
    allowance = settings.tier_allowances.get(organization.tier)
    if allowance is None:
        return
    used = (await usage.month(this_month())).drafts_generated + await Drafts(session, org_id).count_in_process()
    if used >= allowance:
        raise Forbidden(
            f"The {organization.tier} tier includes {allowance} drafts a month and all of them are used. "
            "Wait for the next month (UTC) or ask your administrator for another tier."
        )


async def estimate(session: AsyncSession) -> int:
    """Whole seconds, at least 1, that a draft takes from request to result: the median of the recent ones."""
    seconds = await recent_seconds(session)
    return max(1, math.ceil(median(seconds))) if seconds else _FIRST_ESTIMATE


def etag(draft_id: str, updated_at: datetime) -> str:
    """Changes whenever the draft does."""
    return f'"{draft_id}-{int(updated_at.timestamp() * 1_000_000):x}"'


async def edit(uow: UnitOfWork, org_id: str, draft_id: str, body_md: str, if_match: str | None) -> Draft:
    """Replace the text of a finished draft.

    Raises `NotFound`, `Conflict` when it is not finished, `PreconditionFailed` when it is not what the caller read.
    """
    draft = await Drafts(uow.session, org_id).get(draft_id, locked=True)
    if draft.status != DraftStatus.COMPLETED:
        raise Conflict(f"Draft {draft_id} is {draft.status}; only a finished draft can be edited.")
    if (
        if_match is not None
        and if_match != "*"
        and etag(draft.id, draft.updated_at) not in (tag.strip() for tag in if_match.split(","))
    ):
        raise PreconditionFailed(f"Draft {draft_id} was changed since you read it. Read it again, then edit.")
    draft.body_md = body_md
    draft.updated_at = now()
    uow.session.add(draft)
    return draft
