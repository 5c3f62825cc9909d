"""Connecting a repository by its name on GitHub: who reads it, and whether git can fetch it."""

from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

import structlog

from releaseray.db import UnitOfWork
from releaseray.errors import Conflict
from releaseray.github import DEFAULT_URL, Kind, api_base, web_base
from releaseray.models import Repository
from releaseray.repositories.repos import Repos
from releaseray.services import clones, installations, repos
from releaseray.services.runtime import Runtime
from releaseray.services.webhooks import check_address
from releaseray.sources import SourceError
from releaseray.sources.github import GitHubProblem

_OF_THE_TOKEN = (Kind.REVOKED, Kind.FORBIDDEN, Kind.RATE_LIMITED)
_OF_THE_ADDRESS = (Kind.UNREACHABLE, Kind.BROKEN, Kind.INVALID, Kind.TOO_LARGE)

log = structlog.stdlib.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Wish:
    """What a client asks for: `owner/name`, and where it was given a token and the base of the API."""

    full_name: str
    token: str = field(default="", repr=False)
    api_url: str = ""

    def field_of(self, problem: SourceError) -> str:
        """The field that a problem is about."""
        kind = problem.kind if isinstance(problem, GitHubProblem) else None
        if self.token and kind in _OF_THE_TOKEN:
            return "token"
        return "apiUrl" if self.api_url and kind in _OF_THE_ADDRESS else "fullName"


async def connect(runtime: Runtime, uow: UnitOfWork, org_id: str, wish: Wish) -> tuple[Repository, bool]:
    """The repository, and whether it was connected just now. Connecting again with a token that works renews it; one
    that was renamed since stays the same.

    Raises `Conflict`, naming the field: for an address that is not called, and for what GitHub and git refuse.
    """
    api_url = await _address(runtime, wish)
    try:
        return await _connect(runtime, uow, org_id, wish, api_url)
    except SourceError as problem:
        named = wish.field_of(problem)
        raise Conflict(f"{named}: {problem}", {named: str(problem)}, clones.pause(problem)) from problem


async def _address(runtime: Runtime, wish: Wish) -> str:
    if not wish.api_url:
        return DEFAULT_URL
    await check_address(runtime, "apiUrl", wish.api_url)
    return api_base(wish.api_url)


async def _connect(runtime: Runtime, uow: UnitOfWork, org_id: str, wish: Wish, api_url: str) -> tuple[Repository, bool]:
    known = Repos(uow.session, org_id)
    location = _location(runtime, api_url, wish.full_name)
    existing = await known.by_location(location)
    if existing and _is_settled(runtime, existing, wish):
        return existing, False
    repo = Repository(
        org_id=org_id,
        location=location,
        sealed_location=existing.sealed_location if existing else None,
        full_name=wish.full_name,
        default_branch="",
        slug="",
        api_url=api_url,
        **await _reader(runtime, org_id, wish, api_url, existing),
    )
    repos.describe(repo, await clones.unwatched(runtime, repo).describe())
    repo.location = _location(runtime, api_url, repo.full_name)
    repo.cloneless = await _is_cloneless(runtime, repo)
    existing = existing or await known.by_location(repo.location)
    existing = existing or await known.by_github_id(api_url, repo.github_repo_id)
    if existing is None:
        return await repos.insert(uow, org_id, repo)
    return await _renewed(runtime, uow, existing, repo), False


def _location(runtime: Runtime, api_url: str, full_name: str) -> str:
    return str(clones.accept(runtime, f"{web_base(api_url)}/{full_name}.git"))


def _is_settled(runtime: Runtime, existing: Repository, wish: Wish) -> bool:
    """Whether connecting it again can change nothing. Through the App it can: it may have been installed anew."""
    if wish.token or existing.api_url is None or existing.cloneless or existing.unavailable:
        return False
    return existing.sealed_token is not None or (existing.installation_id is None and runtime.github_app is None)


async def _reader(
    runtime: Runtime, org_id: str, wish: Wish, api_url: str, existing: Repository | None
) -> dict[str, Any]:
    """The columns that say who reads it: the token, the one that was given before, the App, or anybody."""
    if wish.token:
        return {"sealed_token": runtime.secrets.seal(wish.token)}
    if existing and existing.sealed_token:
        return {"sealed_token": existing.sealed_token}
    through = await installations.reading(runtime, org_id, api_url, wish.full_name)
    return {"installation_id": through.id if through else None}


async def _is_cloneless(runtime: Runtime, repo: Repository) -> bool:
    """Whether GitHub's API has to tell the history, because git cannot fetch it though GitHub shows it."""
    try:
        await clones.unwatched(runtime, repo).refresh()
    except SourceError as problem:
        if isinstance(problem, GitHubProblem) or (repo.sealed_token is None and repo.installation_id is None):
            raise
        log.info("no clone can be had", repository=repo.full_name, problem=str(problem))
        without = Repository(**repo.model_dump() | {"cloneless": True})
        await clones.unwatched(runtime, without).head()
        return True
    return False


async def _renewed(runtime: Runtime, uow: UnitOfWork, existing: Repository, repo: Repository) -> Repository:
    """Take over what was found out, a new name too; the settings, the slug and the public page stay."""
    if existing.location != repo.location:
        with suppress(SourceError):
            await clones.remove(runtime, existing)
    for name in (
        "location", "full_name", "default_branch", "web_url", "github_repo_id", "api_url",
        "sealed_token", "installation_id", "cloneless", "unavailable",
    ):  # fmt: skip
        setattr(existing, name, getattr(repo, name))
    uow.session.add(existing)
    return existing
