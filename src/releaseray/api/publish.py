"""Publishing: send a draft to a channel, and see how it went."""

import time
from functools import partial

from fastapi import APIRouter, Request, Response
from starlette.responses import JSONResponse

from releaseray import models
from releaseray.api.auth import CurrentCaller
from releaseray.api.endpoint import CurrentRuntime, Endpoint, Uow
from releaseray.api.responses import already, responses, scoped
from releaseray.api.schemas.errors import Problem
from releaseray.api.schemas.publish import (
    Publication,
    PublicationFailed,
    PublicationProcessing,
    PublicationState,
    PublishRequest,
)
from releaseray.errors import InvalidRequest
from releaseray.models import PublicationStatus
from releaseray.repositories.publications import Publications
from releaseray.services import publishing
from releaseray.services.keys import Scope
from releaseray.services.runtime import Runtime
from releaseray.services.waiting import Finished

router = APIRouter(prefix="/publish", tags=["publish"], route_class=Endpoint)
_WAIT_SECONDS = 10.0
_LOOK_AGAIN_SECONDS = 0.5


def shown(publication: models.Publication) -> PublicationState:
    """A publication as clients see it, by its status."""
    if publication.status == PublicationStatus.PROCESSING:
        return PublicationProcessing(id=publication.id)
    if publication.status == PublicationStatus.FAILED:
        problem = Problem(error="Publishing failed", message=publication.error or "")
        return PublicationFailed(id=publication.id, error=problem)
    return Publication.model_validate(publication)


@router.post(
    "",
    name="create",
    status_code=201,
    dependencies=scoped(Scope.PUBLISH),
    responses={**responses(404, 409, 413), **already(Publication, "Published before, and updated now")},
)
async def publish(
    request: Request,
    response: Response,
    caller: CurrentCaller,
    runtime: CurrentRuntime,
    uow: Uow,
    body: PublishRequest,
) -> PublicationState:
    """Publish a draft to a channel. Publishing it there again updates what is there. Within ten seconds the answer is
    `completed` or `failed`; later it is `processing`: poll the publication."""
    if body.draft and body.channel != "github":
        raise InvalidRequest.field("draft", "only the channel github knows drafts")
    publication, first = await publishing.publish(
        runtime, uow, caller.org_id, body.draft_id, body.channel, as_draft=body.draft
    )
    response.status_code = 201 if first else 200
    response.headers["Location"] = f"/api/publish/{publication.id}"
    if publication.status == PublicationStatus.PROCESSING:
        request.state.afterwards = partial(_outcome, request, publication.id)
    return shown(publication)


async def _outcome(request: Request, publication_id: str, provisional: Response) -> Response:
    """The answer once the publication is finished, or as it is after ten seconds."""
    runtime: Runtime = request.app.state.runtime
    finished: Finished = request.app.state.finished
    ends = time.monotonic() + _WAIT_SECONDS
    while (left := ends - time.monotonic()) > 0:
        await finished.wait(publication_id, min(left, _LOOK_AGAIN_SECONDS))
        async with runtime.database.reading() as session:
            found = await Publications(session, request.state.caller.org_id).get(publication_id)
        if found.status != PublicationStatus.PROCESSING:
            headers = {"Location": provisional.headers["Location"]}
            return JSONResponse(shown(found).model_dump(mode="json", by_alias=True), provisional.status_code, headers)
    provisional.headers["Retry-After"] = "2"
    return provisional


@router.get("/{publication_id}", name="get", dependencies=scoped(Scope.READ), responses=responses(404))
async def get_publication(caller: CurrentCaller, runtime: CurrentRuntime, publication_id: str) -> PublicationState:
    """See how a publication went."""
    async with runtime.database.reading() as session:
        return shown(await Publications(session, caller.org_id).get(publication_id))
