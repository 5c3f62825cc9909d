"""Publishing a finished draft: the hosted page at once, other channels, and what publishes itself, by a worker."""

import asyncio
from urllib.parse import quote

from sqlmodel.ext.asyncio.session import AsyncSession

from releaseray.db import UnitOfWork
from releaseray.errors import Conflict
from releaseray.markdown import render
from releaseray.models import Draft, DraftStatus, HostedNote, Publication, PublicationStatus, now
from releaseray.repositories.channels import ChannelSetups
from releaseray.repositories.drafts import Drafts
from releaseray.repositories.notices import notify_work
from releaseray.repositories.organizations import UsageOf
from releaseray.repositories.publications import Publications, put_hosted
from releaseray.repositories.repos import Ranges
from releaseray.services import events
from releaseray.services.channels import HOSTED, not_set_up
from releaseray.services.drafts import this_month
from releaseray.services.runtime import Runtime


def page_url(runtime: Runtime, slug: str, version: str | None = None) -> str:
    """The public page of a repository, or of one version of it."""
    page = f"{runtime.settings.base_url}/changelog/{slug}"
    return permalink(page, version) if version else page


def permalink(home: str, version: str) -> str:
    """The address of a version below the changelog at `home`; it may hold slashes and whatever else git allows."""
    return f"{home}/releases/{quote(version, safe='/@+~')}"


async def publish(
    runtime: Runtime, uow: UnitOfWork, org_id: str, draft_id: str, channel: str, *, as_draft: bool = False
) -> tuple[Publication, bool]:
    """The publication of a draft, and whether this is its first time on this channel.

    The hosted page is done at once. For other channels the row is the job: once committed, a worker publishes it
    whatever becomes of this process. Raises `NotFound`, and `Conflict` when the draft is not finished or the channel
    is not set up.
    """
    draft = await Drafts(uow.session, org_id).get(draft_id)
    if draft.status != DraftStatus.COMPLETED:
        why = f"Draft {draft_id} is {draft.status}; only a finished draft can be published."
        raise Conflict(why, {"draftId": why})
    if channel == HOSTED:
        return await show(runtime, uow, draft)
    if await ChannelSetups(uow.session, org_id).find(channel) is None:
        raise Conflict(not_set_up(channel), {"channel": not_set_up(channel)})
    return await ask(uow.session, draft, channel, as_draft=as_draft)


async def ask(session: AsyncSession, draft: Draft, channel: str, *, as_draft: bool = False) -> tuple[Publication, bool]:
    """Put the publication in process. One that is being made already will be made once more, with the newest text."""
    publication, first = await Publications(session, draft.org_id).claim(draft.id, channel)
    publication.status, publication.error = PublicationStatus.PROCESSING, None
    publication.as_draft = as_draft
    publication.asked += 1
    publication.tries = 0
    # While a call may be under way its claim stands; a mere wait for the next try ends now.
    publication.due_at = publication.due_at if publication.due_at and publication.unsure else now()
    session.add(publication)
    await notify_work(session, "publications")
    return publication, first


async def show(runtime: Runtime, uow: UnitOfWork, draft: Draft) -> tuple[Publication, bool]:
    """Put a draft on the repository's public page. Raises `NotFound`, and `Conflict` when the page is hidden."""
    found, repo = await Ranges(uow.session, draft.org_id).with_repository(draft.range_id)
    if repo.hidden:
        why = (
            f"The public page of {repo.full_name} is hidden, because the repository was made private or somebody said "
            f'so. Send PATCH /api/repos/{repo.id} with {{"publicPage": true}} to show it.'
        )
        raise Conflict(why, {"channel": why})
    html = await asyncio.to_thread(render, draft.body_md, found.to_tag)
    publication, first = await Publications(uow.session, draft.org_id).claim(draft.id, HOSTED)
    moment = now()
    await put_hosted(
        uow.session,
        HostedNote(
            repo_id=repo.id,
            version=found.to_tag,
            version_key=found.version_key,
            draft_id=draft.id,
            compare_url=found.compare_url,
            body_md=draft.body_md,
            html=html,
            published_at=moment,
            updated_at=moment,
        ),
    )
    publication.url, publication.due_at = page_url(runtime, repo.slug, found.to_tag), None
    await complete(uow.session, draft, publication)
    return publication, first


async def complete(session: AsyncSession, draft: Draft, publication: Publication) -> None:
    """Write down that a publication is out, count it when it is for the first time, and tell the webhooks."""
    first = publication.published_at is None
    publication.status, publication.error = PublicationStatus.COMPLETED, None
    publication.published_at = now()
    session.add(publication)
    if first:
        await UsageOf(session, draft.org_id).add(this_month(), published_releases=1)
    await events.draft_published(session, draft, publication)
