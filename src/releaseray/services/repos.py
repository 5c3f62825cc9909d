"""Connecting repositories, listing their tags, and letting them go."""

import re
from collections.abc import Sequence
from contextlib import suppress
from secrets import token_hex

from releaseray.db import UnitOfWork
from releaseray.errors import Conflict
from releaseray.models import Repository
from releaseray.notes.history import Tag
from releaseray.repositories.repos import Repos
from releaseray.services import clones, late_tags
from releaseray.services.runtime import Runtime
from releaseray.sources import Description, SourceError

_NUMBERED = 9


async def connect(runtime: Runtime, uow: UnitOfWork, org_id: str, location: str, field: str) -> tuple[Repository, bool]:
    """The repository at `location`, and whether it was connected just now.

    Raises `Conflict` on `field`, the client's name for the location, when git cannot read it from here.
    """
    try:
        where = clones.accept(runtime, location)
        sealed = runtime.secrets.seal(where.complete) if where.credentials else None
        existing = await Repos(uow.session, org_id).by_location(str(where))
        if existing is not None:
            return _with_credentials(uow, existing, sealed), False
        repo = Repository(
            org_id=org_id, location=str(where), sealed_location=sealed, full_name="", default_branch="", slug=""
        )
        source = clones.unwatched(runtime, repo)
        await source.refresh()
        described = await source.describe()
    except SourceError as problem:
        raise Conflict(f"{field}: {problem}", {field: str(problem)}) from problem
    describe(repo, described)
    return await insert(uow, org_id, repo)


def describe(repo: Repository, described: Description) -> None:
    """Let a repository be called what its source says."""
    repo.full_name = described.full_name
    repo.default_branch = described.default_branch
    repo.web_url = described.web_url
    repo.github_repo_id = described.github_repo_id


def _with_credentials(uow: UnitOfWork, repo: Repository, sealed: str | None) -> Repository:
    """Connecting again with credentials renews them."""
    if sealed is not None:
        repo.sealed_location = sealed
        uow.session.add(repo)
    return repo


async def insert(uow: UnitOfWork, org_id: str, repo: Repository) -> tuple[Repository, bool]:
    """Add a repository under a slug that is free; the one that somebody connected meanwhile, if so."""
    base = re.sub(r"[^a-z0-9]+", "-", repo.full_name.lower()).strip("-") or "repository"
    repos = Repos(uow.session, org_id)
    number = 0
    while True:
        number += 1
        repo.slug = _slug(base, number)
        if await repos.insert(repo):
            await late_tags.connected(uow, repo)
            return repo, True
        meanwhile = await repos.by_location(repo.location)
        if meanwhile is not None:
            return meanwhile, False


def _slug(base: str, number: int) -> str:
    """The name itself, then with a small number, and by chance once many organizations have taken those."""
    if number == 1:
        return base
    return f"{base}-{number if number <= _NUMBERED else token_hex(4)}"


async def tags(runtime: Runtime, repo: Repository) -> Sequence[Tag]:
    """Every tag, newest first, as the origin has them now; raises `Conflict` when it cannot be read."""
    try:
        source = clones.source(runtime, repo)
        await late_tags.refresh(runtime, repo, source)
        return await source.tags()
    except SourceError as problem:
        raise clones.unreadable(repo, problem) from problem


async def disconnect(runtime: Runtime, uow: UnitOfWork, org_id: str, repo_id: str) -> None:
    """Remove a repository with its ranges, drafts, publications and mirror; raises `NotFound`."""
    repos = Repos(uow.session, org_id)
    repo = await repos.get(repo_id)
    await repos.delete(repo_id)
    await uow.commit()
    with suppress(SourceError):
        await clones.remove(runtime, repo)
