"""Deploys: a version comes, comes back, or is there already."""

from collections.abc import Sequence
from dataclasses import dataclass

from releaseray.db import UnitOfWork
from releaseray.errors import Conflict
from releaseray.models import Deploy, DeployKind, Release, Service, now
from releaseray.notes.versions import sort_key
from releaseray.repositories.releases import Releases
from releaseray.repositories.services import Services

EXAMINE = "examine_deploys"
"""The job that has deploys read at once. It may get lost: they are read in the next round then."""


@dataclass(frozen=True, slots=True)
class Announcement:
    """What a pipeline says when it deploys."""

    version: str
    service_id: str
    environment: str
    commit_sha: str | None = None
    repository: str | None = None
    deployed_by: str | None = None


async def deploy(uow: UnitOfWork, org_id: str, told: Announcement) -> tuple[Release, DeployKind]:
    """The release that runs from now on, and whether it is a new one or one that was gone back to.

    Raises `NotFound` for the service, and `Conflict` with the release's id for the version that runs already.
    """
    service = await Services(uow.session, org_id).get(told.service_id, locked=True)
    releases = Releases(uow.session, org_id)
    running = await releases.running(service.id, told.environment)
    known = await releases.find(service.id, told.environment, told.version)
    if known is not None and known.id == running:
        raise Conflict(
            f"{told.version} is the newest deploy of {service.id} in {told.environment} already.", {"id": known.id}
        )
    kind = DeployKind.ROLLBACK if known is not None and known.announced else DeployKind.DEPLOY
    release = _renewed(known, told) if known is not None else _new(service, told)
    uow.session.add(release)
    await uow.session.flush()
    made = Deploy(
        release_id=release.id,
        service_id=service.id,
        environment=told.environment,
        kind=kind,
        replaced_id=running,
        deployed_at=release.deployed_at,
        deployed_by=told.deployed_by,
        commit_sha=told.commit_sha,
    )
    uow.session.add(made)
    await uow.session.flush()
    have_read(uow, [made.id])
    return release, kind


def have_read(uow: UnitOfWork, deploy_ids: Sequence[int | None]) -> None:
    """Call a worker to read deploys once they are committed; the job is named after the newest."""
    if deploy_ids:
        uow.push(EXAMINE, job_id=f"{EXAMINE}:{max(id or 0 for id in deploy_ids)}")


def _new(service: Service, told: Announcement) -> Release:
    service.release_revision += 1
    moment = now()
    return Release(
        org_id=service.org_id,
        service_id=service.id,
        version=told.version,
        version_key=sort_key(told.version),
        environment=told.environment,
        deployed_at=moment,
        first_deployed_at=moment,
        commit_sha=told.commit_sha,
        repository=told.repository,
        deployed_by=told.deployed_by,
    )


def _renewed(release: Release, told: Announcement) -> Release:
    """The same release deployed again, or for the first time after its events came before it was announced."""
    release.announced = True
    release.deployed_at = now()
    release.commit_sha = told.commit_sha or release.commit_sha
    release.repository = told.repository or release.repository
    release.deployed_by = told.deployed_by
    return release
