"""Deploys that came before their tag, their commit or their repository: they are read again once it is there."""

from collections.abc import Sequence

from releaseray.db import UnitOfWork
from releaseray.models import Repository, Service
from releaseray.notes.history import Tag
from releaseray.repositories import deploys as rows
from releaseray.repositories.deploys import Waiting
from releaseray.services import clones
from releaseray.services.release_ranges import is_repository, tag_of
from releaseray.services.releases import have_read
from releaseray.services.runtime import Runtime
from releaseray.sources import Source, SourceError


async def connected(uow: UnitOfWork, repo: Repository) -> None:
    """Have the deploys read again that name a repository which is connected just now."""
    waiting = [one for one in await rows.waiting(uow.session, repo.org_id) if _names(one, repo)]
    await _examine_again(uow, waiting)


async def named(uow: UnitOfWork, service: Service) -> None:
    """Have the deploys of a service read again whose repository is another one from now on."""
    waiting = [one for one in await rows.waiting(uow.session, service.org_id) if one.service.id == service.id]
    await _examine_again(uow, waiting)


async def refresh(runtime: Runtime, repo: Repository, source: Source) -> None:
    """Bring a connected repository's source up to date, for those too who wait for what it has now. Raises
    `SourceError`."""
    await source.refresh()
    await fetched(runtime, repo, source)


async def fetched(runtime: Runtime, repo: Repository, source: Source) -> None:
    """Have the deploys read again that waited for what a repository has now; without such a deploy the source is asked
    nothing. Raises `SourceError`."""
    waiting = await waiting_for(runtime, repo)
    if not waiting:
        return
    tags = await source.tags()
    found = [one for one in waiting if await _is_there(source, one, tags)]
    async with runtime.database.unit_of_work() as uow:
        await _examine_again(uow, found)


async def pushed(runtime: Runtime, repo: Repository) -> None:
    """Look into a repository that has a new tag, if a deploy waits for one. Raises `Conflict` if it cannot be read."""
    if not await waiting_for(runtime, repo):
        return
    try:
        source = clones.source(runtime, repo, patience=clones.PATIENT)
        await refresh(runtime, repo, source)
    except SourceError as problem:
        raise clones.unreadable(repo, problem) from problem


async def waiting_for(runtime: Runtime, repo: Repository) -> Sequence[Waiting]:
    """The deploys that wait for something of a repository."""
    async with runtime.database.reading() as session:
        return [one for one in await rows.waiting(session, repo.org_id) if _names(one, repo)]


async def _examine_again(uow: UnitOfWork, waiting: Sequence[Waiting]) -> None:
    ids = [one.deploy_id for one in waiting]
    await rows.examine_again(uow.session, ids)
    have_read(uow, ids)


def _names(waiting: Waiting, repo: Repository) -> bool:
    return is_repository(repo, waiting.repository)


async def _is_there(source: Source, waiting: Waiting, tags: Sequence[Tag]) -> bool:
    release = waiting.release
    if tag_of(waiting.service, release, tags) is not None:
        return True
    return bool(release.commit_sha and await source.commit(release.commit_sha))
