"""Release ranges: list, get, create."""

from typing import Annotated

from fastapi import APIRouter, Query, Request, Response

from releaseray.api.auth import CurrentCaller
from releaseray.api.endpoint import CurrentRuntime, Endpoint, Uow
from releaseray.api.paging import Paging, envelope
from releaseray.api.responses import already, responses, scoped
from releaseray.api.schemas.base import ShortText
from releaseray.api.schemas.ranges import Range, RangeCreate, RangeDetail, RangeList
from releaseray.repositories.repos import Ranges, Repos
from releaseray.services import ranges
from releaseray.services.keys import Scope

router = APIRouter(prefix="/ranges", tags=["ranges"], route_class=Endpoint)


@router.get("", name="list", dependencies=scoped(Scope.READ), responses=responses(404))
async def list_ranges(
    request: Request,
    response: Response,
    caller: CurrentCaller,
    runtime: CurrentRuntime,
    page: Paging,
    repo_id: Annotated[ShortText, Query(alias="repoId", description="Repository ID")],
) -> RangeList:
    """Get all release ranges for a repository. Sorted by `name` they are in version order."""
    async with runtime.database.reading() as session:
        await Repos(session, caller.org_id).get(repo_id)
        found = await Ranges(session, caller.org_id).list(repo_id, page)
    items = [Range.model_validate(item) for item in found.items]
    return RangeList.model_validate(envelope(request, response, "ranges", items, found.total, page))


@router.get("/{range_id}", name="get", dependencies=scoped(Scope.READ), responses=responses(404))
async def get_range(caller: CurrentCaller, runtime: CurrentRuntime, range_id: str) -> RangeDetail:
    """Get a specific release range."""
    async with runtime.database.reading() as session:
        return RangeDetail.model_validate(await Ranges(session, caller.org_id).get(range_id))


@router.post(
    "",
    name="create",
    status_code=201,
    dependencies=scoped(Scope.WRITE),
    responses={**responses(404, 409, 413), **already(Range, "This range exists")},
)
async def create_range(
    response: Response, caller: CurrentCaller, runtime: CurrentRuntime, uow: Uow, body: RangeCreate
) -> Range:
    """Create a new release range. Its tags are resolved and its pull requests and issues counted now."""
    made, created = await ranges.create(runtime, uow, caller.org_id, body.repo_id, body.from_tag, body.to_tag)
    response.status_code = 201 if created else 200
    response.headers["Location"] = f"/api/ranges/{made.id}"
    return Range.model_validate(made)
