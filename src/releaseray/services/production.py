"""What is known of a range's release in production, at the moment when a draft of it is made."""

import time
from collections.abc import Iterable, Sequence
from urllib.parse import urlsplit

from sqlmodel.ext.asyncio.session import AsyncSession

from releaseray.models import Release, ReleaseRange, Repository, Service, TrackedError
from releaseray.notes.fate import Fate
from releaseray.notes.prepared import Prepared
from releaseray.notes.production import Before, Deployed, Production, SeenError
from releaseray.repositories import production as rows
from releaseray.services import release_pages
from releaseray.services.release_pages import ReleasePage
from releaseray.services.release_ranges import is_repository, naming, same_commit
from releaseray.services.runtime import Runtime
from releaseray.tracking.error_state import Status
from releaseray.tracking.fixes import find_fixes
from releaseray.tracking.message import normalize_message

_MOST_DEPLOYS = 20


async def facts(runtime: Runtime, repo: Repository, made: ReleaseRange, prepared: Prepared) -> Production | None:
    """The errors that a range fixes, and how its release is doing in every environment where the range's tag is
    deployed; None where the repository is connected to no service."""
    async with runtime.database.reading() as session:
        services = await _services(session, repo)
        if not services:
            return None
        releases = await _releases(session, repo, made, services)
        pages = [await release_pages.page(session, repo.org_id, release.id) for release in releases[:_MOST_DEPLOYS]]
        said = _said_fixed(prepared, urlsplit(runtime.settings.base_url).netloc)
        fixed = await _fixed(session, services, releases, said)
    deployed = [_deployed(services[page.release.service_id], page) for page in pages]
    return Production(int(time.time()), tuple(map(_seen, fixed)), tuple(deployed))


async def _services(session: AsyncSession, repo: Repository) -> dict[str, Service]:
    """The services that are built from a repository, as they or their releases say."""
    named = await rows.services_with_repositories(session, repo.org_id)
    return {service.id: service for service, written in named if is_repository(repo, written)}


async def _releases(
    session: AsyncSession, repo: Repository, made: ReleaseRange, services: dict[str, Service]
) -> list[Release]:
    """The releases that were built from the range's last commit or carry its tag's name, by service and
    environment."""
    found = await rows.releases_like(session, list(services), made.to_tag, made.to_sha)
    mine = [
        release
        for release in found
        if (release.repository is None or is_repository(repo, release.repository))
        and (naming(made.to_tag, services[release.service_id], release) or same_commit(release.commit_sha, made.to_sha))
    ]
    return sorted(mine, key=lambda release: (services[release.service_id].name, release.environment, release.version))


def _said_fixed(prepared: Prepared, host: str) -> set[str]:
    changes = {item.change.shas: item.change for item in prepared.items if item.fate is not Fate.CANCELLED}
    texts = (f"{change.title}\n\n{change.body}" for change in changes.values())
    return {error_id for text in texts for error_id in find_fixes(text, [host])}


async def _fixed(
    session: AsyncSession, services: dict[str, Service], releases: Sequence[Release], said: Iterable[str]
) -> list[TrackedError]:
    """Errors that were resolved in one of the releases, and those that changes of the range say they fix: once its
    deploy was read, only if they are resolved still."""
    versions = {(release.service_id, release.version) for release in releases}
    resolved = await rows.resolved_in(session, versions)
    read = await rows.read_deploys(session, [release.id for release in releases])
    settled = {release.service_id for release in releases if release.id in read}
    claimed = [
        error
        for error in await rows.errors(session, list(services), list(said))
        if error.status == Status.RESOLVED or error.service_id not in settled
    ]
    found = {error.id: error for error in (*resolved, *claimed)}
    return sorted(found.values(), key=lambda error: (-error.events, error.id))


def _deployed(service: Service, page: ReleasePage) -> Deployed:
    release, compared = page.release, page.comparison
    before = None
    if page.previous and compared:
        before = Before(page.previous.version, compared.hours, compared.events, compared.previous_events)
    return Deployed(
        service=service.name,
        version=release.version,
        environment=release.environment,
        events=release.error_count,
        new_count=release.new_errors,
        regressed_count=release.regressed_errors,
        new=tuple(map(_seen, page.new)),
        regressed=tuple(map(_seen, page.regressed)),
        before=before,
    )


def _seen(error: TrackedError) -> SeenError:
    """A draft may be published, so the ids, names and amounts of single events stay out of it."""
    return SeenError(error.id, normalize_message(error.title), error.culprit, error.events)
