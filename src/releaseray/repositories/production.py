"""Queries on what a repository's services do in production."""

from collections.abc import Iterable, Sequence

from sqlalchemy import String, cast, func, literal, or_, tuple_
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from releaseray.models import Deploy, Release, Service, TrackedError
from releaseray.tracking.error_state import ResolvedIn, Status

_DECORATION = r"^.*@v?|^v|\+.*$"


async def services_with_repositories(session: AsyncSession, org_id: str) -> Sequence[tuple[Service, str]]:
    """Every service with each repository that it or a release of it names."""
    named = (
        select(Release.service_id, Release.repository)
        .where(Release.org_id == org_id, col(Release.repository).is_not(None))
        .distinct()
        .subquery()
    )
    services = {one.id: one for one in (await session.exec(select(Service).where(Service.org_id == org_id))).all()}
    own = [(one, one.repository) for one in services.values() if one.repository]
    if not services:
        return own
    told = (await session.exec(select(named.c.service_id, named.c.repository))).all()
    return own + [(services[service_id], repository) for service_id, repository in told if service_id in services]


async def releases_like(session: AsyncSession, service_ids: list[str], tag: str, sha: str) -> Sequence[Release]:
    """Deployed releases whose version's number stands in a tag, or whose commit is `sha`: a superset of the tag's."""
    number = func.regexp_replace(col(Release.version), _DECORATION, "", "g")
    commit = func.lower(col(Release.commit_sha))
    query = select(Release).where(
        col(Release.service_id).in_(service_ids),
        col(Release.announced),
        or_(func.strpos(tag, number) > 0, func.starts_with(sha, commit)),
    )
    return (await session.exec(query)).all()


async def read_deploys(session: AsyncSession, release_ids: list[str]) -> set[str]:
    """Those of the releases whose commits were read since they were deployed."""
    query = select(Deploy.release_id).where(
        col(Deploy.release_id).in_(release_ids), col(Deploy.examined_at).is_not(None)
    )
    return set((await session.exec(query)).all()) if release_ids else set()


async def resolved_in(session: AsyncSession, versions: Iterable[tuple[str, str]]) -> Sequence[TrackedError]:
    """The errors that are resolved in one of these (service, version)."""
    asked = sorted(versions)
    if not asked:
        return []
    resolution = col(TrackedError.state)["resolution"]
    query = select(TrackedError).where(
        TrackedError.status == Status.RESOLVED,
        resolution[0].astext == cast(literal(ResolvedIn.RELEASE.value), String),
        tuple_(col(TrackedError.service_id), resolution[2].astext).in_(asked),
    )
    return (await session.exec(query)).all()


async def errors(session: AsyncSession, service_ids: list[str], error_ids: list[str]) -> Sequence[TrackedError]:
    """Those of the errors that belong to one of the services."""
    if not error_ids:
        return []
    query = select(TrackedError).where(
        col(TrackedError.id).in_(error_ids), col(TrackedError.service_id).in_(service_ids)
    )
    return (await session.exec(query)).all()
