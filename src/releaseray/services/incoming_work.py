"""The worker's side of GitHub's webhooks: act on each event once, and write down what came of it."""

from collections.abc import Awaitable, Callable
from datetime import timedelta

import structlog

from releaseray.db import UnitOfWork
from releaseray.errors import AppError, Conflict, NotFound
from releaseray.models import IncomingEvent, IncomingStatus, ReleaseRange, Repository, now
from releaseray.outbound import backoff
from releaseray.repositories import claims
from releaseray.repositories.repos import Ranges, Repos
from releaseray.services import automation, clones, late_tags, ranges, repo_changes
from releaseray.services.outages import despite_outages
from releaseray.services.runtime import Runtime
from releaseray.sources import SourceError
from releaseray.webhooks import event_json
from releaseray.webhooks.github_events import (
    AccessChanged,
    Event,
    PullRequestChanged,
    ReleaseChanged,
    RepositoryDeleted,
    RepositoryRenamed,
    TagCreated,
    TagDeleted,
    TagMoved,
    VisibilityChanged,
)

ATTEMPTS = 12
FIRST_PAUSE, LONGEST_PAUSE = 2.0, 600.0
"""Seconds; twelve attempts take about half an hour."""
_LOGGED = "It failed for a reason that was logged."
Change = Callable[[UnitOfWork, Repository], Awaitable[str]]

log = structlog.stdlib.get_logger(__name__)


class IncomingWork:
    """Acts on what `services.incoming` wrote."""

    table = IncomingEvent
    at_once = 16
    share = 4

    def __init__(self, runtime: Runtime) -> None:
        self._runtime = runtime

    async def run(self, row: IncomingEvent) -> None:
        """Act on an event just claimed; what cannot be done yet is tried again with growing pauses."""
        try:
            if await despite_outages(lambda: self._begin(row)):
                await self._act(row, event_json.load(row.event))
        except NotFound:
            return  # The repository was disconnected, and its events with it.
        except Conflict as problem:
            why = problem.message
            await despite_outages(lambda: self._not_yet(row, why))
        except AppError as problem:
            why = problem.message
            await despite_outages(lambda: self._end(row, IncomingStatus.FAILED, why))
        except Exception:
            log.exception("the event failed", incoming=row.id, attempt=row.attempt)
            await despite_outages(lambda: self._not_yet(row, _LOGGED))

    async def _begin(self, row: IncomingEvent) -> bool:
        """Count the attempt before it begins, so that an event which kills its worker does not do so for ever."""
        async with self._runtime.database.unit_of_work() as uow:
            mine = await claims.held(uow.session, IncomingEvent, row.id, row.attempt)
            if mine is None:
                return False
            mine.tries += 1
            uow.session.add(mine)
            row.tries = mine.tries
            if mine.tries <= ATTEMPTS:
                return True
            _over(uow, mine, IncomingStatus.FAILED, mine.note or f"It was broken off {ATTEMPTS} times.")
            return False

    async def _act(self, row: IncomingEvent, event: Event) -> None:
        match event:
            case TagCreated():
                await self._tag(row, event.tag)
            case ReleaseChanged():
                await self._tag(row, event.tag, event.prerelease)
            case TagMoved() | TagDeleted():
                word = "moved" if isinstance(event, TagMoved) else "deleted"
                await self._end(row, IncomingStatus.DONE, f"{event.tag} was {word}; what was made of it stays.")
            case PullRequestChanged():
                # The event itself is what readers look for (`services.pull_changes`).
                note = f"#{event.number} was changed ({event.action}); it is asked for again when it is read next."
                await despite_outages(lambda: self._end(row, IncomingStatus.DONE, note))
            case RepositoryRenamed():
                await self._rename(row, event)
            case RepositoryDeleted():
                await self._change(row, repo_changes.mark_deleted)
            case VisibilityChanged():
                await self._change(row, lambda uow, repo: repo_changes.change_visibility(uow, repo, event.private))
            case AccessChanged():
                await despite_outages(lambda: self._access(row, event))

    async def _tag(self, row: IncomingEvent, tag: str, prerelease: bool = False) -> None:
        repo, before = await despite_outages(lambda: self._repository(row, tag))
        await late_tags.pushed(self._runtime, repo)
        why = automation.unwanted(repo, tag, prerelease)
        if why is not None:
            await despite_outages(lambda: self._end(row, IncomingStatus.SKIPPED, why))
            return
        found = before or (await ranges.ending_at(self._runtime, repo, tag))[0]

        async def request(uow: UnitOfWork, repo: Repository) -> str:
            return f"{tag}: {await automation.request_drafts(self._runtime, uow, repo, found, row.id)}"

        await self._change(row, request, IncomingStatus.DONE if repo.automatic else IncomingStatus.SKIPPED)

    async def _repository(self, row: IncomingEvent, tag: str) -> tuple[Repository, ReleaseRange | None]:
        """The repository of an event, and the range that the tag was drafted from before."""
        async with self._runtime.database.reading() as session:
            repo = await Repos(session, row.org_id).get(row.repo_id or "")
            return repo, await Ranges(session, row.org_id).drafted_by_itself(repo.id, tag)

    async def _rename(self, row: IncomingEvent, event: RepositoryRenamed) -> None:
        async with self._runtime.database.reading() as session:
            former = await Repos(session, row.org_id).get(row.repo_id or "")
        old, new = event.old_full_name, event.repository.full_name
        await self._change(row, lambda uow, repo: repo_changes.rename(self._runtime, uow, repo, old, new))
        async with self._runtime.database.reading() as session:
            renamed = await Repos(session, row.org_id).get(row.repo_id or "")
        if renamed.location != former.location:
            try:
                await clones.remove(self._runtime, former)
            except SourceError as problem:
                log.warning("a mirror is left behind", repository=former.full_name, problem=str(problem))

    async def _change(self, row: IncomingEvent, change: Change, status: IncomingStatus = IncomingStatus.DONE) -> None:
        """Do something with the locked repository and end the event, in one transaction."""

        async def once() -> None:
            async with self._runtime.database.unit_of_work() as uow:
                # The repository first, as where it is deleted: two transactions cannot lock each other out.
                repo = await Repos(uow.session, row.org_id).get(row.repo_id or "", locked=True)
                mine = await claims.held(uow.session, IncomingEvent, row.id, row.attempt)
                if mine is not None:
                    _over(uow, mine, status, await change(uow, repo))

        await despite_outages(once)

    async def _access(self, row: IncomingEvent, event: AccessChanged) -> None:
        async with self._runtime.database.unit_of_work() as uow:
            mine = await claims.held(uow.session, IncomingEvent, row.id, row.attempt)
            if mine is not None:
                _over(uow, mine, IncomingStatus.DONE, await repo_changes.change_access(uow, row.org_id, event))

    async def _end(self, row: IncomingEvent, status: IncomingStatus, note: str) -> None:
        async with self._runtime.database.unit_of_work() as uow:
            mine = await claims.held(uow.session, IncomingEvent, row.id, row.attempt)
            if mine is not None:
                _over(uow, mine, status, note)

    async def _not_yet(self, row: IncomingEvent, why: str) -> None:
        async with self._runtime.database.unit_of_work() as uow:
            mine = await claims.held(uow.session, IncomingEvent, row.id, row.attempt)
            if mine is None:
                return
            if mine.tries >= ATTEMPTS:
                _over(uow, mine, IncomingStatus.FAILED, why)
                return
            pause = backoff(mine.tries, base=FIRST_PAUSE, cap=LONGEST_PAUSE)
            mine.note, mine.due_at = why, now() + timedelta(seconds=pause)
            uow.session.add(mine)


def _over(uow: UnitOfWork, row: IncomingEvent, status: IncomingStatus, note: str) -> None:
    row.status, row.note, row.due_at = status, note, None
    uow.session.add(row)
    log.info("event acted on", incoming=row.id, repository=row.repo_id, status=status.value, note=note)
