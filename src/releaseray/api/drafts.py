"""Drafts: list, get, generate, edit."""

from typing import Annotated

from fastapi import APIRouter, Header, Query, Request, Response

from releaseray import models
from releaseray.api.auth import CurrentCaller
from releaseray.api.endpoint import CurrentRuntime, Endpoint, Uow
from releaseray.api.hot import read_draft
from releaseray.api.paging import Paging, envelope
from releaseray.api.responses import already, responses, scoped
from releaseray.api.schemas.base import ShortText
from releaseray.api.schemas.drafts import (
    Draft,
    DraftEdited,
    DraftFailed,
    DraftFilter,
    DraftGenerate,
    DraftList,
    DraftPatch,
    DraftProcessing,
    DraftState,
    Persona,
)
from releaseray.api.schemas.errors import Problem
from releaseray.models import DraftStatus
from releaseray.repositories.drafts import Drafts
from releaseray.repositories.repos import Ranges
from releaseray.services import clones, drafts
from releaseray.services.keys import Scope

router = APIRouter(prefix="/drafts", tags=["drafts"], route_class=Endpoint)


def shown(draft: models.Draft, estimate: int) -> DraftState:
    """A draft as clients see it, by its status."""
    if draft.status == DraftStatus.PROCESSING:
        return DraftProcessing(id=draft.id, estimated_time=estimate)
    if draft.status == DraftStatus.FAILED:
        problem = Problem(error="Generation failed", message=draft.error or "")
        return DraftFailed(id=draft.id, error=problem)
    return Draft.model_validate(draft)


@router.get("", name="list", dependencies=scoped(Scope.READ), responses=responses(404))
async def list_drafts(
    request: Request,
    response: Response,
    caller: CurrentCaller,
    runtime: CurrentRuntime,
    page: Paging,
    release_range_id: Annotated[ShortText, Query(alias="releaseRangeId", description="Release range ID")],
    persona: Annotated[Persona | None, Query(description="Filter by persona")] = None,
    status: Annotated[DraftFilter, Query(description="Finished drafts unless it says otherwise")] = "completed",
) -> DraftList:
    """Get all drafts for a release range."""
    async with runtime.database.reading() as session:
        await Ranges(session, caller.org_id).get(release_range_id)
        wanted = None if status == "all" else DraftStatus(status)
        found = await Drafts(session, caller.org_id).list(release_range_id, page, persona=persona, status=wanted)
        estimate = await drafts.estimate(session) if wanted is not DraftStatus.COMPLETED else 1
    items = [shown(draft, estimate) for draft in found.items]
    return DraftList.model_validate(envelope(request, response, "drafts", items, found.total, page))


@router.get(
    "/{draft_id}",
    name="get",
    dependencies=scoped(Scope.READ),
    responses=responses(404),
    response_model=DraftState,
)
async def get_draft(
    request: Request,
    draft_id: str,
    prefer: Annotated[str | None, Header(description="`wait=N` (N up to 30 seconds) waits for the result")] = None,
    if_none_match: Annotated[str | None, Header(description="An `ETag`; 304 when it still holds")] = None,
) -> Response:
    """Get a specific draft by ID. While it is made, this reports the status: poll until there is no `status`."""
    return await read_draft(request, draft_id, prefer, if_none_match)


@router.post(
    "/{range_id}/generate",
    name="generate",
    status_code=201,
    dependencies=scoped(Scope.WRITE),
    responses={**responses(404, 409, 413), **already(DraftProcessing, "This draft is being made already")},
)
async def generate_draft(
    request: Request,
    response: Response,
    caller: CurrentCaller,
    runtime: CurrentRuntime,
    uow: Uow,
    range_id: str,
    body: DraftGenerate,
) -> DraftProcessing:
    """Generate a new draft for a release range. Generation is async: poll the draft endpoint."""
    await clones.expect_readable(runtime, uow.session, caller.org_id, range_id)
    draft, started = await drafts.request(
        uow, runtime.settings, caller.org_id, range_id, body.persona, request.state.request_id
    )
    response.status_code = 201 if started else 200
    response.headers["Location"] = f"/api/drafts/{draft.id}"
    response.headers["Retry-After"] = "1"
    return DraftProcessing(id=draft.id, estimated_time=await drafts.estimate(uow.session))


@router.patch("/{draft_id}", name="update", dependencies=scoped(Scope.WRITE), responses=responses(404, 409, 412, 413))
async def update_draft(
    response: Response,
    caller: CurrentCaller,
    uow: Uow,
    draft_id: str,
    body: DraftPatch,
    if_match: Annotated[str | None, Header(description="The `ETag` of the draft you read")] = None,
) -> DraftEdited:
    """Edit a draft (manual changes)."""
    draft = await drafts.edit(uow, caller.org_id, draft_id, body.body_md, if_match)
    response.headers["ETag"] = drafts.etag(draft.id, draft.updated_at)
    return DraftEdited.model_validate(draft)
