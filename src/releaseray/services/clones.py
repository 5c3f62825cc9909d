"""From a connected repository to the source that reads it, within what the operator allows."""

import asyncio
import hashlib
import math
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import NamedTuple

import httpx
from pydantic import SecretStr
from sqlmodel.ext.asyncio.session import AsyncSession

from releaseray.errors import Conflict
from releaseray.github import Auth, GitHubApi, NoAuth, TokenAuth
from releaseray.models import Repository
from releaseray.outbound import Networks, check_host
from releaseray.repositories.repos import Ranges
from releaseray.secrets import SecretLost
from releaseray.services.github_answers import KeptAnswers
from releaseray.services.installations import Bound
from releaseray.services.pull_changes import PullChanges
from releaseray.services.runtime import Runtime
from releaseray.services.watched import Watched
from releaseray.sources import Source, SourceError
from releaseray.sources.git import GitSource
from releaseray.sources.git_locations import NormalisedLocation, check_location
from releaseray.sources.git_remote import Authorization
from releaseray.sources.github import GitHubSource, GitHubUnavailable
from releaseray.sources.github_rest import GitHubRest


class Patience(NamedTuple):
    """How many seconds GitHub may ask to wait, and how often it is called at most for one answer."""

    seconds: float
    attempts: int


PROMPT = Patience(5.0, 2)
"""While somebody waits for an answer."""
PATIENT = Patience(60.0, 5)
"""In a worker."""
_RECHECK_SECONDS = 20


def mirror_of(runtime: Runtime, repo: Repository) -> Path:
    """The folder that the history of a repository is kept in."""
    name = hashlib.sha256(f"{repo.org_id}\n{repo.location}".encode()).hexdigest()[:32]
    return runtime.mirrors / f"{name}.git"


def accept(runtime: Runtime, location: str) -> NormalisedLocation:
    """The location in its one normal form; raises `SourceError` when the operator does not allow it."""
    return check_location(location, runtime.settings.repo_paths or ())


def source(runtime: Runtime, repo: Repository, *, patience: Patience = PROMPT) -> Source:
    """The source that reads a connected repository, and writes down whether it can be read; does nothing yet.

    Raises `SourceError` as `unwatched`.
    """
    return Watched(unwatched(runtime, repo, patience=patience), runtime.database, repo)


async def recheck(runtime: Runtime, repo: Repository, *, patience: Patience = PROMPT) -> None:
    """Ask the origin of a repository that is known to be out of reach whether it still is; raises `SourceError`."""
    if repo.unavailable is None:
        return
    reader = source(runtime, repo, patience=patience)
    try:
        async with asyncio.timeout(_RECHECK_SECONDS):
            await (reader.head() if repo.cloneless else reader.refresh())
    except TimeoutError:
        raise SourceError(f"{repo.unavailable} Whether that still holds could not be found out in time.") from None


async def expect_readable(runtime: Runtime, session: AsyncSession, org_id: str, range_id: str) -> None:
    """Raise `Conflict` when the repository of a range is out of reach, `NotFound` when there is no such range."""
    _, repo = await Ranges(session, org_id).with_repository(range_id)
    try:
        await recheck(runtime, repo)
    except SourceError as problem:
        raise unreadable(repo, problem, "rangeId") from problem


def unwatched(runtime: Runtime, repo: Repository, *, patience: Patience = PROMPT) -> Source:
    """The source that reads `repo`, which need not be connected yet; does nothing yet.

    Raises `SourceError` when the operator allows it no more, or its secrets are lost.
    """
    if repo.api_url is None:
        return _git(runtime, repo)
    kept = KeptAnswers(runtime.database, repo.org_id)
    auth = _auth(runtime, repo)
    anonymous = isinstance(auth, NoAuth)
    attempts = 1 if anonymous else patience.attempts
    api = GitHubApi(runtime.vendors, auth, url=repo.api_url, storage=kept, attempts=attempts, patience=patience.seconds)
    told: Source = GitHubRest(api, repo.full_name, storage=kept)
    if not repo.cloneless:
        told = _git(runtime, repo, None if anonymous else api.git_authorization)
    changes = PullChanges(runtime.database, repo)
    return GitHubSource(told, api, repo.full_name, storage=kept, changes=changes, anonymous=anonymous)


async def remove(runtime: Runtime, repo: Repository) -> None:
    """Delete what is kept of the history on this machine. Raises `SourceError`."""
    await GitSource(repo.location, mirror_of(runtime, repo), allowed_paths=runtime.settings.repo_paths or ()).remove()


def unreadable(repo: Repository, problem: SourceError, field: str = "repoId") -> Conflict:
    """What to tell who asked for something of a repository that cannot be read, having named it by `field`."""
    return Conflict(f"{repo.full_name} cannot be read: {problem}", {field: str(problem)}, pause(problem))


def pause(problem: SourceError) -> int | None:
    """Whole seconds after which GitHub may answer, where it said so."""
    wait = problem.wait if isinstance(problem, GitHubUnavailable) else None
    return math.ceil(wait) if wait else None


def _auth(runtime: Runtime, repo: Repository) -> Auth:
    if repo.sealed_token is not None:
        return TokenAuth(SecretStr(_opened(runtime, repo, repo.sealed_token)))
    if repo.installation_id is None:
        return NoAuth()
    if runtime.github_app is None or runtime.github_app.url != repo.api_url:
        raise SourceError(f"{repo.full_name} was connected as a GitHub App that this server no longer is.")
    return Bound(runtime, repo.org_id, repo.installation_id, runtime.github_app.installed(repo.installation_id))


def _git(runtime: Runtime, repo: Repository, authorization: Authorization | None = None) -> GitSource:
    settings = runtime.settings
    with_login = repo.sealed_location if authorization is None else None
    return GitSource(
        _opened(runtime, repo, with_login) if with_login else repo.location,
        mirror_of(runtime, repo),
        allowed_paths=settings.repo_paths or (),
        check_host=partial(_where_to, settings.outbound_allow),
        authorization=authorization,
        operator_config=settings.git_config,
        max_bytes=settings.git_max_bytes,
    )


def _opened(runtime: Runtime, repo: Repository, sealed: str) -> str:
    try:
        return runtime.secrets.open(sealed)
    except SecretLost as problem:
        raise SourceError(f"The credentials of {repo.location} are lost: {problem}. Connect it again.") from problem


async def _where_to(allow: Networks, host: str, port: int) -> Sequence[str]:
    try:
        return [str(address) for address in await check_host(host, allow)]
    except httpx.TransportError as error:
        raise SourceError(str(error)) from error
