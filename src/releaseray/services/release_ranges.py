"""From two releases of a service to the connected repository, its tags, and the range between them."""

import re
from collections.abc import Iterable

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from releaseray.models import Release, ReleaseRange, Repository, Service
from releaseray.notes.history import Tag

_SCHEME = re.compile(r"^[a-z+]+://(?:[^/@]*@)?|^[^/@:]+@", re.IGNORECASE)
_SHA_DIGITS = 7


def repository_key(written: str) -> str:
    """What different spellings of one repository have in common: `git@github.com:org/repo.git` and
    `https://github.com/org/repo` are both `github.com/org/repo`."""
    bare = _SCHEME.sub("", written.strip()).replace(":", "/", 1) if "://" not in written else _SCHEME.sub("", written)
    return bare.rstrip("/").removesuffix(".git").rstrip("/").lower()


async def repository_of(session: AsyncSession, service: Service, release: Release) -> Repository | None:
    """The connected repository that a release, else its service, names; None where it is not connected."""
    named = release.repository or service.repository
    if named is None:
        return None
    repos = (await session.exec(select(Repository).where(col(Repository.org_id) == service.org_id))).all()
    wanted = repository_key(named)
    for repo in repos:
        known = {repository_key(place) for place in (repo.web_url, repo.location) if place}
        if wanted in known or wanted in (repo.full_name.lower(), repo.id.lower()):
            return repo
    return None


def tag_of(release: Release, tags: Iterable[Tag]) -> Tag | None:
    """The tag that a release was built from: the one at its commit, else the one of its version."""
    listed = list(tags)
    named = [tag for tag in listed if names_version(tag.name, release.version)]
    at_commit = [tag for tag in listed if same_commit(release.commit_sha, tag.sha)]
    both = [tag for tag in named if tag in at_commit]
    return next(iter(both or at_commit or named), None)


def names_version(tag: str, version: str) -> bool:
    """Whether a tag is called like a version, give or take a `v`: `v1.2.3`, and 1.2.3 or `shop@1.2.3`."""
    bare = version.rpartition("@")[2]
    return tag in (version, bare, f"v{bare}") or tag.removeprefix("v") == bare.removeprefix("v")


def same_commit(told: str | None, sha: str | None) -> bool:
    """Whether a commit as a pipeline told it, perhaps shortened, is `sha`."""
    return bool(told and sha and len(told) >= _SHA_DIGITS and sha.startswith(told.lower()))


async def find(session: AsyncSession, org_id: str, previous: Release, release: Release) -> ReleaseRange | None:
    """The range between two releases, if it was made in the connected repository."""
    service = (await session.exec(select(Service).where(Service.id == release.service_id))).one()
    repo = await repository_of(session, service, release)
    if repo is None:
        return None
    query = select(ReleaseRange).where(ReleaseRange.repo_id == repo.id, ReleaseRange.org_id == org_id)
    for made in (await session.exec(query)).all():
        if _ends_at(made.from_tag, made.from_sha, previous) and _ends_at(made.to_tag, made.to_sha, release):
            return made
    return None


def _ends_at(tag: str, sha: str | None, release: Release) -> bool:
    return names_version(tag, release.version) or same_commit(release.commit_sha, sha)
