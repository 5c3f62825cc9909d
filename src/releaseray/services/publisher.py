"""The worker's side of publishing: say that a call begins, call the channel, write down what came of it."""

from dataclasses import dataclass
from datetime import timedelta

import structlog
from sqlmodel.ext.asyncio.session import AsyncSession

from releaseray.channels import CHANNELS, ChannelConfig, ChannelError, Note, Result
from releaseray.channels.retrying import ATTEMPTS, next_try
from releaseray.errors import AppError, Conflict
from releaseray.models import Draft, Publication, PublicationStatus, now
from releaseray.notes.versions import parse_version
from releaseray.repositories import claims
from releaseray.repositories.channels import ChannelSetups
from releaseray.repositories.drafts import Drafts
from releaseray.repositories.notices import notify_finished
from releaseray.repositories.publications import PublicPages
from releaseray.repositories.repos import Ranges
from releaseray.services import channels
from releaseray.services.outages import despite_outages
from releaseray.services.publishing import complete, page_url, show
from releaseray.services.runtime import Runtime

_LOGGED = "Publishing failed for a reason that was logged."

log = structlog.stdlib.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class _Call:
    """One call of a channel. `asked` and `tries` are what the row said when it began; `again`: an earlier one may have
    got through."""

    note: Note
    config: ChannelConfig
    asked: int
    tries: int
    again: bool


class Publisher:
    """Publishes what `services.publishing` asked for."""

    table = Publication
    at_once = 100
    share = 8

    def __init__(self, runtime: Runtime) -> None:
        self._runtime = runtime

    async def run(self, publication: Publication) -> None:
        """Make one attempt at a publication just claimed."""
        if publication.channel == channels.HOSTED:
            await self._show(publication)
            return
        try:
            call = await despite_outages(lambda: self._begin(publication))
        except AppError as problem:
            # What was published is gone, or cannot be opened: no call helps.
            why = problem.message
            await despite_outages(lambda: self._give_up(publication, why))
            return
        if call is None:
            return
        try:
            result = await CHANNELS[publication.channel].publish(
                call.note, call.config, self._runtime.vendors, publication.external or None, again=call.again
            )
        except ChannelError as problem:
            error = problem
            await despite_outages(lambda: self._failed(publication, call, error))
        except Exception:
            log.exception("the channel failed", publication=publication.id)
            defect = ChannelError(_LOGGED, permanent=True, unsure=True)
            await despite_outages(lambda: self._failed(publication, call, defect))
        else:
            await despite_outages(lambda: self._succeeded(publication, call, result))

    async def _show(self, publication: Publication) -> None:
        """The public page is ours: one transaction, and no call that could be cut off."""
        try:
            await despite_outages(lambda: self._shown(publication))
        except AppError as problem:
            why = problem.message
            await despite_outages(lambda: self._give_up(publication, why))
        except Exception:
            log.exception("the page cannot be made", publication=publication.id)
            await despite_outages(lambda: self._give_up(publication, _LOGGED))

    async def _shown(self, publication: Publication) -> None:
        async with self._runtime.database.unit_of_work() as uow:
            row = await claims.held(uow.session, Publication, publication.id, publication.attempt)
            if row is not None:
                draft = await Drafts(uow.session, row.org_id).get(row.draft_id)
                await show(self._runtime, uow, draft)
                await notify_finished(uow.session, row.id)

    async def _begin(self, publication: Publication) -> _Call | None:
        """Commit that a call begins, so that whoever finds the row after a crash knows; None when the claim is lost.

        Raises `AppError` when there is nothing to call with.
        """
        async with self._runtime.database.reading() as session:
            setup = await ChannelSetups(session, publication.org_id).find(publication.channel)
        if setup is None:
            raise Conflict(channels.not_set_up(publication.channel))
        config = channels.opened(self._runtime, setup)
        async with self._runtime.database.unit_of_work() as uow:
            row = await claims.held(uow.session, Publication, publication.id, publication.attempt)
            if row is None:
                return None
            if row.tries >= ATTEMPTS:
                raise Conflict(f"The publication was broken off {row.tries} times.")
            again, row.unsure = row.unsure, True
            row.tries += 1
            uow.session.add(row)
            call = row.asked, row.tries, again
        # The text is read after the row: whoever edits and asks again from here on raises `asked`.
        return _Call(await self._note(row), config, *call)

    async def _note(self, publication: Publication) -> Note:
        async with self._runtime.database.reading() as session:
            draft = await Drafts(session, publication.org_id).get(publication.draft_id)
            found, repo = await Ranges(session, publication.org_id).with_repository(draft.range_id)
            hosted = await PublicPages(session).note(repo.id, found.to_tag)
        version = parse_version(found.to_tag)
        name = repo.full_name.rpartition("/")[2]
        return Note(
            key=publication.id,
            title=found.to_tag if version and version.package else f"{name} {found.to_tag}",
            version=found.to_tag,
            body_md=draft.body_md,
            persona=draft.persona,
            full_name=repo.full_name,
            web_url=repo.web_url,
            compare_url=found.compare_url,
            hosted_url=page_url(self._runtime, repo.slug, found.to_tag) if hosted else None,
            highlights=tuple(draft.flags.get("highlights", ())),
            sha=found.to_sha,
            prerelease=bool(version and version.prerelease),
            draft=publication.as_draft,
        )

    async def _succeeded(self, publication: Publication, call: _Call, result: Result) -> None:
        async with self._runtime.database.unit_of_work() as uow:
            row = await claims.held(uow.session, Publication, publication.id, publication.attempt)
            if row is None:
                return
            draft = await uow.session.get_one(Draft, row.draft_id)
            row.unsure, row.url, row.external = False, result.url, dict(result.external)
            await complete(uow.session, draft, row)
            await _over(uow.session, row, call.asked)

    async def _failed(self, publication: Publication, call: _Call, error: ChannelError) -> None:
        """Plan the next call, or give up with the vendor's reason."""
        async with self._runtime.database.unit_of_work() as uow:
            row = await claims.held(uow.session, Publication, publication.id, publication.attempt)
            if row is None:
                return
            # A call that looked first and failed, perhaps before it knew, leaves the question open.
            row.unsure = error.unsure or call.again
            pause = next_try(error, call.tries)
            if pause is None:
                row.status, row.error = PublicationStatus.FAILED, error.message
                await _over(uow.session, row, call.asked)
            else:
                row.due_at = now() + timedelta(seconds=pause)
            uow.session.add(row)
        log.info("publication not taken", publication=publication.id, attempt=publication.attempt, error=error.message)

    async def _give_up(self, publication: Publication, why: str) -> None:
        async with self._runtime.database.unit_of_work() as uow:
            row = await claims.held(uow.session, Publication, publication.id, publication.attempt)
            if row is not None:
                row.status, row.error = PublicationStatus.FAILED, why
                await _over(uow.session, row, row.asked)


async def _over(session: AsyncSession, row: Publication, asked: int) -> None:
    """End the job, or begin anew when somebody asked again meanwhile."""
    session.add(row)
    if row.asked == asked:
        row.due_at = None
        await notify_finished(session, row.id)
    else:
        row.status, row.error, row.due_at = PublicationStatus.PROCESSING, None, now()
