"""Publishing a finished draft to a channel."""

import asyncio
from urllib.parse import quote

from releaseray.channels import CHANNELS
from releaseray.db import UnitOfWork
from releaseray.errors import Conflict
from releaseray.markdown import render
from releaseray.models import DraftStatus, HostedNote, Publication, PublicationStatus, now
from releaseray.repositories.drafts import Drafts
from releaseray.repositories.organizations import UsageOf
from releaseray.repositories.publications import Publications, put_hosted
from releaseray.repositories.repos import Ranges, Repos
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
    runtime: Runtime, uow: UnitOfWork, org_id: str, draft_id: str, channel: str
) -> tuple[Publication, bool]:
    """Publish a draft, and whether that is its first time on this channel.

    Raises `NotFound`, and `Conflict` when the draft is not finished or the channel is not set up.
    """
    draft = await Drafts(uow.session, org_id).get(draft_id)
    if draft.status != DraftStatus.COMPLETED:
        raise Conflict(f"Draft {draft_id} is {draft.status}; only a finished draft can be published.")
    if channel != "hosted":
        raise Conflict(f"The channel {channel} is not set up. {CHANNELS[channel].setup}".strip())
    found = await Ranges(uow.session, org_id).get(draft.range_id)
    repo = await Repos(uow.session, org_id).get(found.repo_id)
    html = await asyncio.to_thread(render, draft.body_md, found.to_tag)
    publication, first = await Publications(uow.session, org_id).claim(draft_id, channel)
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
    publication.status = PublicationStatus.COMPLETED
    publication.url = page_url(runtime, repo.slug, found.to_tag)
    publication.published_at = moment
    uow.session.add(publication)
    if first:
        await UsageOf(uow.session, org_id).add(this_month(), published_releases=1)
    return publication, first
