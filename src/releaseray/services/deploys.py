"""Reading what a deploy brought: the errors it says it fixes, and the changes that may cause new ones."""

import asyncio
import time
from collections.abc import Iterable
from datetime import timedelta
from typing import NamedTuple
from urllib.parse import urlsplit

import structlog

from releaseray.db import UnitOfWork
from releaseray.errors import NotFound
from releaseray.models import Deploy, Release, Repository, now
from releaseray.notes.change import Change
from releaseray.notes.history import History, Tag
from releaseray.notes.link import link
from releaseray.repositories import deploys as rows
from releaseray.repositories.errors import Errors
from releaseray.repositories.releases import Releases
from releaseray.services import clones, errors, suspects
from releaseray.services.release_pages import previous_of
from releaseray.services.release_ranges import repository_of, tag_of
from releaseray.services.runtime import Runtime
from releaseray.sources import SourceError
from releaseray.sources.git import GitSource
from releaseray.tracking.error_state import ResolvedIn
from releaseray.tracking.fixes import find_fixes
from releaseray.tracking.regression import Resolve

_AT_A_TIME = 20
_TRIED_FOR = timedelta(minutes=10)

log = structlog.stdlib.get_logger(__name__)


class Bounds(NamedTuple):
    """Two releases of a repository; what lies between them came with `release`."""

    repo: Repository
    previous: Release
    release: Release


class Brought(NamedTuple):
    """What lies between them."""

    from_sha: str
    to_sha: str
    history: History
    changes: list[Change]
    patches: dict[str, str]


async def examine(runtime: Runtime) -> int:
    """Read the deploys that nobody read yet; how many there were."""
    async with runtime.database.unit_of_work() as uow:
        await rows.forget_examined_before(uow.session, now() - _TRIED_FOR)
    async with runtime.database.reading() as session:
        waiting = await rows.unexamined(session, _AT_A_TIME)
    for deploy in waiting:
        try:
            await _examine(runtime, deploy)
        except SourceError as problem:
            log.warning("a deploy cannot be read yet", deploy_id=deploy.id, problem=str(problem))
    return len(waiting)


async def _examine(runtime: Runtime, deploy: Deploy) -> None:
    bounds = await _bounds(runtime, deploy)
    brought = await _read(runtime, bounds) if bounds else None
    kept = await asyncio.to_thread(suspects.kept, brought.changes, brought.patches) if brought else []
    async with runtime.database.unit_of_work() as uow:
        if not await rows.mark_examined(uow.session, deploy.id or 0) or bounds is None or brought is None:
            return
        await rows.put_changes(uow.session, bounds.release.id, brought.from_sha, brought.to_sha, kept)
        await _resolve(runtime, uow, bounds.release, brought)


async def _bounds(runtime: Runtime, deploy: Deploy) -> Bounds | None:
    async with runtime.database.reading() as session:
        service = await rows.service_of(session, deploy)
        releases = Releases(session, service.org_id)
        release = await releases.get(deploy.release_id)
        known = await releases.of_service(service.id)
        previous = previous_of(release, [one for one in known if one.environment == release.environment])
        repo = await repository_of(session, service, release)
    return Bounds(repo, previous, release) if repo and previous else None


async def _read(runtime: Runtime, bounds: Bounds) -> Brought | None:
    """What came between the two; None where the repository does not know one of them."""
    source = clones.source(runtime, bounds.repo)
    await source.refresh()
    tags = await source.tags()
    from_sha, from_tag = await _commit(source, bounds.previous, tags)
    to_sha, to_tag = await _commit(source, bounds.release, tags)
    if from_sha is None or to_sha is None or from_sha == to_sha:
        return None
    history = await source.history(from_tag=from_tag, from_sha=from_sha, to_tag=to_tag, to_sha=to_sha)
    patches = await source.patches(from_sha, to_sha)
    return Brought(from_sha, to_sha, history, await asyncio.to_thread(link, history), patches)


async def _commit(source: GitSource, release: Release, tags: Iterable[Tag]) -> tuple[str | None, str]:
    """The commit of a release, as its pipeline told or its tag says, and what to call it."""
    told = await source.commit(release.commit_sha) if release.commit_sha else None
    tag = tag_of(release, tags)
    return told or (tag.sha if tag else None), tag.name if tag else release.version


async def _resolve(runtime: Runtime, uow: UnitOfWork, release: Release, brought: Brought) -> None:
    """Resolve in this release what its changes say they fix. An error of another service, which may share the
    repository, is resolved by that service's own deploy; one that is not there is passed over."""
    for error_id, by in _fixes(brought, urlsplit(runtime.settings.base_url).netloc).items():
        action = Resolve(time.time(), ResolvedIn.RELEASE, release.version, by)
        try:
            error = await Errors(uow.session, release.org_id).get(error_id)
            if error.service_id == release.service_id:
                await errors.act(uow, release.org_id, error_id, action)
        except NotFound:
            log.info("a fix names an error that is not there", error_id=error_id, by=by)


def _fixes(brought: Brought, host: str) -> dict[str, str]:
    """The errors that are fixed, each with the commit or pull request that says so."""
    fixed: dict[str, str] = {}
    for commit in brought.history.commits:
        for error_id in find_fixes(f"{commit.subject}\n\n{commit.body}", [host]):
            fixed.setdefault(error_id, f"commit {commit.sha[:12]}")
    for number, pull in brought.history.pulls.items():
        for error_id in find_fixes(f"{pull.title}\n\n{pull.body}", [host]):
            fixed.setdefault(error_id, f"pull request #{number}")
    return fixed
