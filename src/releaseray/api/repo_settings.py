"""A repository's settings, and what its webhooks told."""

from fastapi import APIRouter, Request, Response

from releaseray.api.auth import CurrentCaller, check_scopes
from releaseray.api.endpoint import CurrentRuntime, Endpoint, Uow
from releaseray.api.paging import Paging, envelope
from releaseray.api.responses import responses, scoped
from releaseray.api.schemas.incoming import RepoEvent, RepoEventList
from releaseray.api.schemas.repo_settings import RepoDetail, RepoUpdate
from releaseray.models import Repository
from releaseray.repositories.incoming import IncomingEvents
from releaseray.repositories.repos import Repos
from releaseray.services import repo_settings
from releaseray.services.keys import Scope

router = APIRouter(prefix="/repos", tags=["repos"], route_class=Endpoint)


def _shown(repo: Repository) -> RepoDetail:
    others = {
        "webhook_secret_set": repo.sealed_webhook_secret is not None,
        "channel_personas": repo_settings.shown_personas(repo),
        "public_page": not repo.hidden,
    }
    return RepoDetail.model_validate({**repo.model_dump(), **others})


@router.get("/{repo_id}", name="get", dependencies=scoped(Scope.READ), responses=responses(404))
async def get_repo(caller: CurrentCaller, runtime: CurrentRuntime, repo_id: str) -> RepoDetail:
    """Get a repository with its settings."""
    async with runtime.database.reading() as session:
        return _shown(await Repos(session, caller.org_id).get(repo_id))


@router.patch("/{repo_id}", name="update", dependencies=scoped(Scope.WRITE), responses=responses(404, 409, 413))
async def update_repo(
    caller: CurrentCaller, runtime: CurrentRuntime, uow: Uow, repo_id: str, body: RepoUpdate
) -> RepoDetail:
    """Change a repository's settings: its webhook secret, and what a new tag does by itself."""
    given = {name: getattr(body, name) for name in body.model_fields_set}
    changed = await repo_settings.change(runtime, uow, caller.org_id, repo_id, given)
    if given.keys() - {"webhook_secret"} and (repo_settings.publishes(changed) or body.public_page):
        # Who may not publish may not have it done either.
        check_scopes(caller, {Scope.PUBLISH})
    return _shown(changed)


@router.get("/{repo_id}/events", name="events", dependencies=scoped(Scope.READ), responses=responses(404))
async def list_events(
    request: Request, response: Response, caller: CurrentCaller, runtime: CurrentRuntime, page: Paging, repo_id: str
) -> RepoEventList:
    """Get the webhooks of GitHub that were received for a repository and acted on, and what came of them."""
    async with runtime.database.reading() as session:
        await Repos(session, caller.org_id).get(repo_id)
        found = await IncomingEvents(session, repo_id).list(page)
    items = [RepoEvent.model_validate({**item.model_dump(), "event": item.kind}) for item in found.items]
    return RepoEventList.model_validate(envelope(request, response, "events", items, found.total, page))
