"""Repositories: list, connect, disconnect, tags."""

from datetime import UTC, datetime

from fastapi import APIRouter, Request, Response

from releaseray.api.auth import CurrentCaller
from releaseray.api.endpoint import CurrentRuntime, Endpoint, Uow
from releaseray.api.paging import Paging, envelope
from releaseray.api.responses import already, responses, scoped
from releaseray.api.schemas.repos import Deleted, Repo, RepoConnect, RepoList, Tag, TagList
from releaseray.notes.versions import sort_key
from releaseray.repositories.repos import Repos
from releaseray.services import github_repos, repos
from releaseray.services.keys import Scope

router = APIRouter(prefix="/repos", tags=["repos"], route_class=Endpoint)


@router.get("", name="list", dependencies=scoped(Scope.READ), responses=responses())
async def list_repos(
    request: Request, response: Response, caller: CurrentCaller, runtime: CurrentRuntime, page: Paging
) -> RepoList:
    """Get all connected repositories."""
    async with runtime.database.reading() as session:
        found = await Repos(session, caller.org_id).list(page)
    items = [Repo.model_validate(item) for item in found.items]
    return RepoList.model_validate(envelope(request, response, "repos", items, found.total, page))


@router.post(
    "",
    name="connect",
    status_code=201,
    dependencies=scoped(Scope.WRITE),
    responses={**responses(409, 413), **already(Repo, "This repository is connected")},
)
async def connect_repo(
    response: Response, caller: CurrentCaller, runtime: CurrentRuntime, uow: Uow, body: RepoConnect
) -> Repo:
    """Connect a repository: one on GitHub by `fullName`, any other by its Git `url`."""
    if body.full_name:
        wish = github_repos.Wish(body.full_name, body.token, body.api_url)
        repo, created = await github_repos.connect(runtime, uow, caller.org_id, wish)
    else:
        repo, created = await repos.connect(runtime, uow, caller.org_id, body.url, "url")
    response.status_code = 201 if created else 200
    return Repo.model_validate(repo)


@router.delete("/{repo_id}", name="delete", dependencies=scoped(Scope.WRITE), responses=responses(404))
async def delete_repo(caller: CurrentCaller, runtime: CurrentRuntime, uow: Uow, repo_id: str) -> Deleted:
    """Disconnect a repository and remove its ranges, drafts, publications and public page."""
    await repos.disconnect(runtime, uow, caller.org_id, repo_id)
    return Deleted(id=repo_id)


@router.get("/{repo_id}/tags", name="tags", dependencies=scoped(Scope.READ), responses=responses(404, 409))
async def list_tags(
    request: Request,
    response: Response,
    caller: CurrentCaller,
    runtime: CurrentRuntime,
    repo_id: str,
    page: Paging,
) -> TagList:
    """Get all Git tags for a repository, newest first; sorted by `name` means by version."""
    async with runtime.database.reading() as session:
        repo = await Repos(session, caller.org_id).get(repo_id)
    found = list(await repos.tags(runtime, repo))
    if page.sort == "name":
        found.sort(key=lambda tag: sort_key(tag.name), reverse=True)
    if page.order == "asc":
        found.reverse()
    items = [
        Tag(name=tag.name, sha=tag.sha, date=datetime.fromtimestamp(tag.date, UTC))
        for tag in found[page.offset : page.offset + page.limit]
    ]
    return TagList.model_validate(envelope(request, response, "tags", items, len(found), page))
