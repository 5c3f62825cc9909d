"""API keys: list, create, rotate, revoke."""

from datetime import timedelta

from fastapi import APIRouter, Request, Response

from releaseray.api.auth import CurrentCaller
from releaseray.api.endpoint import CurrentRuntime, Endpoint, Uow, shown_once
from releaseray.api.paging import Paging, envelope
from releaseray.api.responses import responses, scoped
from releaseray.api.schemas.keys import Key, KeyCreate, KeyCreated, KeyList, KeyRotate
from releaseray.api.schemas.repos import Deleted
from releaseray.models import ApiKey
from releaseray.repositories.organizations import Keys
from releaseray.services import keys
from releaseray.services.keys import Scope

router = APIRouter(prefix="/keys", tags=["keys"], route_class=Endpoint)


def _created(key: ApiKey, secret: str) -> KeyCreated:
    return KeyCreated.model_validate({**key.model_dump(), "key": secret})


@router.get("", name="list", dependencies=scoped(Scope.ADMIN), responses=responses())
async def list_keys(
    request: Request, response: Response, caller: CurrentCaller, runtime: CurrentRuntime, page: Paging
) -> KeyList:
    """Get all keys of your organization that still work."""
    async with runtime.database.reading() as session:
        found = await Keys(session, caller.org_id).list(page)
    items = [Key.model_validate(item) for item in found.items]
    return KeyList.model_validate(envelope(request, response, "keys", items, found.total, page))


@router.post("", name="create", status_code=201, dependencies=scoped(Scope.ADMIN), responses=responses(409, 413))
async def create_key(request: Request, caller: CurrentCaller, uow: Uow, body: KeyCreate) -> KeyCreated:
    """Make a key. Its text is shown this once."""
    shown_once(request)
    scopes = tuple(Scope(scope) for scope in body.scopes)
    return _created(*await keys.create(uow, caller.org_id, body.name, scopes, body.expires_at))


@router.post(
    "/{key_id}/rotate",
    name="rotate",
    status_code=201,
    dependencies=scoped(Scope.ADMIN),
    responses=responses(404, 409, 413),
)
async def rotate_key(
    request: Request, caller: CurrentCaller, uow: Uow, key_id: str, body: KeyRotate | None = None
) -> KeyCreated:
    """Make a successor of a key; the old one works on for the grace period, a day without a body."""
    shown_once(request)
    grace = timedelta(seconds=(body or KeyRotate()).grace_period_seconds)
    return _created(*await keys.rotate(uow, caller.org_id, key_id, grace))


@router.delete("/{key_id}", name="delete", dependencies=scoped(Scope.ADMIN), responses=responses(404))
async def delete_key(caller: CurrentCaller, uow: Uow, key_id: str) -> Deleted:
    """Revoke a key. It stops working within 5 seconds everywhere."""
    await keys.revoke(uow, caller.org_id, key_id)
    return Deleted(id=key_id)
