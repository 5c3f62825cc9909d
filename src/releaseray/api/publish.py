"""Publishing: send a draft to a channel, and see how it went."""

from fastapi import APIRouter, Response

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

router = APIRouter(prefix="/publish", tags=["publish"], route_class=Endpoint)


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
    response: Response, caller: CurrentCaller, runtime: CurrentRuntime, uow: Uow, body: PublishRequest
) -> PublicationState:
    """Publish a draft to a channel. Publishing it there again updates what is there."""
    if body.draft and body.channel != "github":
        raise InvalidRequest.field("draft", "only the channel github knows drafts")
    publication, first = await publishing.publish(runtime, uow, caller.org_id, body.draft_id, body.channel)
    response.status_code = 201 if first else 200
    return shown(publication)


@router.get("/{publication_id}", name="get", dependencies=scoped(Scope.READ), responses=responses(404))
async def get_publication(caller: CurrentCaller, runtime: CurrentRuntime, publication_id: str) -> PublicationState:
    """See how a publication went."""
    async with runtime.database.reading() as session:
        return shown(await Publications(session, caller.org_id).get(publication_id))
