"""Releases: announce a deploy, list."""

from typing import Annotated

from fastapi import APIRouter, Query, Request, Response

from releaseray.api.auth import CurrentCaller
from releaseray.api.endpoint import CurrentRuntime, Endpoint, Uow
from releaseray.api.paging import envelope
from releaseray.api.responses import already, responses, scoped
from releaseray.api.v1.paging import Paging
from releaseray.api.v1.release_views import detail
from releaseray.api.v1.schemas.base import Environment, Name
from releaseray.api.v1.schemas.releases import Release, ReleaseCreate, ReleaseDetail, ReleaseList
from releaseray.models import DeployKind
from releaseray.repositories.releases import Releases
from releaseray.repositories.services import Services
from releaseray.services import release_pages, releases
from releaseray.services.keys import Scope

router = APIRouter(prefix="/releases", tags=["releases"], route_class=Endpoint)


@router.post(
    "",
    name="create",
    status_code=201,
    dependencies=scoped(Scope.RELEASES),
    responses={**responses(404, 409, 413), **already(Release, "A version that was deployed before runs again")},
)
async def create_release(response: Response, caller: CurrentCaller, uow: Uow, body: ReleaseCreate) -> Release:
    """Tell that a version was deployed; for use in a pipeline."""
    release, kind = await releases.deploy(uow, caller.org_id, releases.Announcement(**body.model_dump()))
    response.status_code = 201 if kind is DeployKind.DEPLOY else 200
    response.headers["Location"] = f"/api/v1/releases/{release.id}"
    return Release.model_validate(release)


@router.get("", name="list", dependencies=scoped(Scope.READ), responses=responses(404))
async def list_releases(
    request: Request,
    response: Response,
    caller: CurrentCaller,
    runtime: CurrentRuntime,
    page: Paging,
    service_id: Annotated[Name | None, Query(description="Service ID")] = None,
    environment: Annotated[Environment | None, Query(description="Filter by environment")] = None,
) -> ReleaseList:
    """Get all releases, newest first. Sorted by `updated_at` they go by their latest deploy, by `name` by version."""
    async with runtime.database.reading() as session:
        if service_id is not None:
            await Services(session, caller.org_id).get(service_id)
        found = await Releases(session, caller.org_id).list(page, service_id=service_id, environment=environment)
    items = [Release.model_validate(item) for item in found.items]
    return ReleaseList.model_validate(envelope(request, response, "releases", items, found.total, page))


@router.get("/{release_id}", name="get", dependencies=scoped(Scope.READ), responses=responses(404))
async def get_release(caller: CurrentCaller, runtime: CurrentRuntime, release_id: str) -> ReleaseDetail:
    """Get a release: what came with it, what came back, and how it compares with the one before."""
    async with runtime.database.reading() as session:
        return detail(await release_pages.page(session, caller.org_id, release_id))
