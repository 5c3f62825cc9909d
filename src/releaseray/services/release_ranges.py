"""From two releases of a service to the connected repository, its tags, and the range between them."""

import re
from collections.abc import Iterable

from sqlmodel import col, or_, select
from sqlmodel.ext.asyncio.session import AsyncSession

from releaseray.models import Release, ReleaseRange, Repository, Service
from releaseray.notes.history import Tag
from releaseray.tracking.version import parse_version

_SCHEME = re.compile(r"^[a-z+]+://(?:[^/@]*@)?|^[^/@:]+@", re.IGNORECASE)
_SHA_DIGITS = 7
_SHORT_SHA = 12


def repository_key(written: str) -> str:
    """What different spellings of one repository have in common: `git@github.com:org/repo.git` and
    `https://github.com/org/repo` are both `github.com/org/repo`."""
    bare = _SCHEME.sub("", written.strip()).replace(":", "/", 1) if "://" not in written else _SCHEME.sub("", written)
    return bare.rstrip("/").removesuffix(".git").rstrip("/").lower()


def is_repository(repo: Repository, named: str) -> bool:
    """Whether a repository is the one that a release or a service names: by URL, full name or id."""
    known = {repository_key(place) for place in (repo.web_url, repo.location) if place}
    wanted = repository_key(named)
    return wanted in known or wanted in (repo.full_name.lower(), repo.id.lower())


async def repository_of(session: AsyncSession, service: Service, release: Release) -> Repository | None:
    """The connected repository that a release, else its service, names; None where it is not connected."""
    named = release.repository or service.repository
    if named is None:
        return None
    repos = (await session.exec(select(Repository).where(col(Repository.org_id) == service.org_id))).all()
    return next((repo for repo in repos if is_repository(repo, named)), None)


def tag_of(service: Service, release: Release, tags: Iterable[Tag]) -> Tag | None:
    """The tag that a release was built from: the one at its commit, else the one of its version; in a repository of
    several services the service's own first."""
    listed = list(tags)
    named = [(rank, tag) for tag in listed if (rank := naming(tag.name, service, release))]
    named_best = [tag for _, tag in sorted(named, key=lambda pair: -pair[0])]
    at_commit = [tag for tag in listed if same_commit(release.commit_sha, tag.sha)]
    both = [tag for tag in named_best if tag in at_commit]
    return next(iter(both or at_commit or named_best), None)


def naming(tag: str, service: Service, release: Release) -> int:
    """How surely a tag is called after a release; 0 is not at all.

    3: the tag is the service's own (`shop@1.2.3`, `shop-v1.2.3`, `shop/1.2.3`) of the release's version; 2: it is the
    version, give or take a `v`; 1: it is the number of a version that has a package (`v1.2.3` for `shop@1.2.3`).
    """
    mine, theirs = parse_version(release.version), parse_version(tag)
    if mine and theirs and theirs.family[1] and mine.key == theirs.key:
        kind, package = mine.family
        if theirs.family == (kind, package or service.name.lower()):
            return 3
    if tag.removeprefix("v") == release.version.removeprefix("v"):
        return 2
    return int(tag.removeprefix("v") == _number(release))


def _number(release: Release) -> str:
    """A release's version without its package and without a `v`."""
    return release.version.rpartition("@")[2].removeprefix("v")


def same_commit(told: str | None, sha: str | None) -> bool:
    """Whether a commit as a pipeline told it, perhaps shortened, is `sha`."""
    return bool(told and sha and len(told) >= _SHA_DIGITS and sha.startswith(told.lower()))


def end_of(tag: Tag | None, sha: str) -> Tag:
    """What a range ends at: a tag, else a commit by its short name."""
    return tag or Tag(sha[:_SHORT_SHA], sha, 0)


async def find(session: AsyncSession, org_id: str, previous: Release, release: Release) -> ReleaseRange | None:
    """The range between two releases, if it was made in the connected repository."""
    service = (await session.exec(select(Service).where(Service.id == release.service_id))).one()
    repo = await repository_of(session, service, release)
    if repo is None:
        return None
    ends = [col(ReleaseRange.to_tag).contains(_number(release), autoescape=True)]
    if release.commit_sha:
        ends.append(col(ReleaseRange.to_sha).startswith(release.commit_sha.lower(), autoescape=True))
    here = (ReleaseRange.repo_id == repo.id, ReleaseRange.org_id == org_id)
    made = (await session.exec(select(ReleaseRange).where(*here, or_(*ends)))).all()
    fitting = [
        (to + since, one)
        for one in made
        if (to := _ends_at(one.to_tag, one.to_sha, service, release))
        and (since := _ends_at(one.from_tag, one.from_sha, service, previous))
    ]
    return max(fitting, key=lambda pair: pair[0])[1] if fitting else None


def _ends_at(tag: str, sha: str | None, service: Service, release: Release) -> int:
    return naming(tag, service, release) or int(same_commit(release.commit_sha, sha))
