"""From a connected repository to the source that reads it, within what the operator allows."""

import hashlib
from collections.abc import Sequence
from functools import partial
from pathlib import Path

import httpx

from releaseray.models import Repository
from releaseray.outbound import Networks, check_host
from releaseray.secrets import SecretLost
from releaseray.services.runtime import Runtime
from releaseray.sources import SourceError
from releaseray.sources.git import GitSource
from releaseray.sources.git_locations import NormalisedLocation, check_location


def mirror_of(runtime: Runtime, repo: Repository) -> Path:
    """The folder that the history of a repository is kept in."""
    name = hashlib.sha256(f"{repo.org_id}\n{repo.location}".encode()).hexdigest()[:32]
    return runtime.mirrors / f"{name}.git"


def accept(runtime: Runtime, location: str) -> NormalisedLocation:
    """The location in its one normal form; raises `SourceError` when the operator does not allow it."""
    return check_location(location, runtime.settings.repo_paths or ())


def source(runtime: Runtime, repo: Repository) -> GitSource:
    """The source that reads `repo`; does nothing yet. Raises `SourceError` when the operator allows it no more."""
    try:
        location = runtime.secrets.open(repo.sealed_location) if repo.sealed_location else repo.location
    except SecretLost as problem:
        raise SourceError(f"The credentials of {repo.location} are lost: {problem}. Connect it again.") from problem
    settings = runtime.settings
    return GitSource(
        location,
        mirror_of(runtime, repo),
        allowed_paths=settings.repo_paths or (),
        check_host=partial(_where_to, settings.outbound_allow),
        operator_config=settings.git_config,
        max_bytes=settings.git_max_bytes,
    )


async def _where_to(allow: Networks, host: str, port: int) -> Sequence[str]:
    try:
        return [str(address) for address in await check_host(host, allow)]
    except httpx.TransportError as error:
        raise SourceError(str(error)) from error
