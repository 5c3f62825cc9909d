"""Reading what a deploy brought: its range, the errors it says it fixes, and the changes that may cause new ones."""

import asyncio
import time
from collections.abc import Iterable
from datetime import timedelta
from typing import NamedTuple
from urllib.parse import urlsplit

import structlog

from releaseray.db import UnitOfWork
from releaseray.errors import Conflict, NotFound
from releaseray.models import Deploy, Release, Repository, Service, now
from releaseray.notes.change import Change
from releaseray.notes.history import History, Tag
from releaseray.notes.link import link
from releaseray.repositories import deploys as rows
from releaseray.repositories.errors import Errors
from releaseray.repositories.releases import Releases
from releaseray.repositories.services import Services
from releaseray.services import clones, errors, late_tags, ranges, suspects
from releaseray.services.release_pages import following, previous_of
from releaseray.services.release_ranges import end_of, repository_of, tag_of
from releaseray.services.runtime import Runtime
from releaseray.sources import Compare, Source, SourceError
from releaseray.tracking.error_state import ResolvedIn
from releaseray.tracking.fixes import find_fixes
from releaseray.tracking.regression import Resolve

_AT_A_TIME = 20
_TRIED_FOR = timedelta(minutes=10)
_LOOKED_FOR_AGAIN = timedelta(days=1)
"""How long a tag is looked for that nobody tells of."""

log = structlog.stdlib.get_logger(__name__)


class Neighbours(NamedTuple):
    """A release of a connected repository, and the ones right before and after it in its environment."""

    service: Service
    repo: Repository
    previous: Release | None
    release: Release
    following: Release | None


class Built(NamedTuple):
    """What a release was built from: its commit and, if there is one, its tag."""

    sha: str
    tag: Tag | None


class Brought(NamedTuple):
    """What came with a release."""

    from_sha: str
    to_sha: str
    history: History
    changes: list[Change]
    patches: dict[str, str]


class Read(NamedTuple):
    """What a repository says of a deploy, and the release whose commit it does not know (yet)."""

    brought: Brought | None = None
    unknown: Release | None = None


async def examine(runtime: Runtime) -> int:
    """Read the deploys that nobody read yet; how many there were."""
    async with runtime.database.unit_of_work() as uow:
        await rows.give_up_before(uow.session, now() - _TRIED_FOR)
        await rows.examine_again_in_growing_pauses(uow.session, _TRIED_FOR, _LOOKED_FOR_AGAIN)
    async with runtime.database.reading() as session:
        waiting = await rows.unexamined(session, _AT_A_TIME)
    for deploy in waiting:
        try:
            await _examine(runtime, deploy)
        except (SourceError, Conflict) as problem:
            log.warning("a deploy cannot be read yet", deploy_id=deploy.id, problem=str(problem))
    return len(waiting)


async def _examine(runtime: Runtime, deploy: Deploy) -> None:
    around = await _around(runtime, deploy)
    brought, unknown = await _read(runtime, around) if around else Read()
    kept = await asyncio.to_thread(suspects.kept, brought.changes, brought.patches) if brought else []
    waits_for = deploy.release_id if around is None else unknown.id if unknown else None
    async with runtime.database.unit_of_work() as uow:
        if not await rows.mark_examined(uow.session, deploy.id or 0, waits_for) or around is None or brought is None:
            return
        await rows.put_changes(uow.session, around.release.id, brought.from_sha, brought.to_sha, kept)
        await _resolve(runtime, uow, around.release, brought)


async def _around(runtime: Runtime, deploy: Deploy) -> Neighbours | None:
    async with runtime.database.reading() as session:
        service = await rows.service_of(session, deploy)
        releases = Releases(session, service.org_id)
        release = await releases.get(deploy.release_id)
        known = await releases.of_service(service.id)
        here = [one for one in known if one.environment == release.environment]
        repo = await repository_of(session, service, release)
    if repo is None:
        return None
    return Neighbours(service, repo, previous_of(release, here), release, following(release, here))


async def _read(runtime: Runtime, around: Neighbours) -> Read:
    """What came with the release, with the ranges on both of its sides made; nothing where the repository does not know
    what it or the one before was built from."""
    source = clones.source(runtime, around.repo, patience=clones.PATIENT)
    await late_tags.refresh(runtime, around.repo, source)
    tags = await source.tags()
    release = await _built(source, around, around.release, tags)
    previous = await _built(source, around, around.previous, tags)
    for older, newer in ((previous, release), (release, await _built(source, around, around.following, tags))):
        await _make_range(runtime, around.repo, source, older, newer)
    if release is None or previous is None:
        return Read(unknown=around.release if release is None else around.previous)
    if previous.sha == release.sha:
        return Read()
    asked = Compare(
        from_tag=_called(previous, around.previous),
        from_sha=previous.sha,
        to_tag=_called(release, around.release) or release.sha,
        to_sha=release.sha,
    )
    history = await source.history(asked)
    patches = await source.patches(previous.sha, release.sha)
    changes = await asyncio.to_thread(link, history)
    return Read(Brought(previous.sha, release.sha, history, changes, patches))


async def _built(source: Source, around: Neighbours, release: Release | None, tags: Iterable[Tag]) -> Built | None:
    """As its pipeline told or its tag says."""
    if release is None:
        return None
    told = await source.commit(release.commit_sha) if release.commit_sha else None
    tag = tag_of(around.service, release, tags)
    sha = told or (tag.sha if tag else None)
    return Built(sha, tag) if sha else None


def _called(built: Built, release: Release | None) -> str | None:
    return built.tag.name if built.tag else release.version if release else None


async def _make_range(
    runtime: Runtime, repo: Repository, source: Source, older: Built | None, newer: Built | None
) -> None:
    """Make the range between two releases where it is not there yet and has anything in it. It comes before the
    deploy counts as examined, so that it is made even if the worker dies in between."""
    if older is None or newer is None:
        return
    ends = end_of(older.tag, older.sha), end_of(newer.tag, newer.sha)
    if ends[0].sha != ends[1].sha and not await source.is_ancestor(ends[1].sha, ends[0].sha):
        await ranges.between(runtime, repo, source, *ends)


async def _resolve(runtime: Runtime, uow: UnitOfWork, release: Release, brought: Brought) -> None:
    """Resolve in this release what its changes say they fix. An error of another service, which may share the
    repository, is resolved by that service's own deploy; one that is not there is passed over. Each claim counts once:
    when the version is deployed again, or elsewhere, an error that came back or was reopened since stays so. One that
    the release was seen to have since it was deployed, while its tag was waited for, is not fixed in it."""
    fixed = _fixes(brought, urlsplit(runtime.settings.base_url).netloc)
    if fixed:
        # Who reads another deploy of the release at the same time waits here, and finds the claims believed.
        await Services(uow.session, release.org_id).get(release.service_id, locked=True)
    tracked, since = Errors(uow.session, release.org_id), await rows.first_deploy(uow.session, release.id)
    for error_id, by in fixed.items():
        action = Resolve(time.time(), ResolvedIn.RELEASE, release.version, by)
        try:
            error = await tracked.get(error_id)
            if error.service_id != release.service_id or await tracked.was_changed_by(error_id, by):
                continue
            if await tracked.was_seen_since(error_id, release.version, since):
                log.info("a fix fixed nothing", error_id=error_id, by=by)
                continue
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
