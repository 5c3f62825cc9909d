"""Services: list, create."""

from fastapi import APIRouter, Request, Response

from releaseray import models
from releaseray.api.auth import CurrentCaller
from releaseray.api.endpoint import CurrentRuntime, Endpoint, Uow
from releaseray.api.paging import envelope
from releaseray.api.responses import responses, scoped
from releaseray.api.v1.paging import Paging
from releaseray.api.v1.schemas.services import Service, ServiceCreate, ServiceList
from releaseray.repositories.services import Services
from releaseray.services import services
from releaseray.services.keys import Scope
from releaseray.settings import Settings

router = APIRouter(prefix="/services", tags=["services"], route_class=Endpoint)


def shown(settings: Settings, service: models.Service) -> Service:
    """A service with its DSN."""
    return Service(
        id=service.id,
        name=service.name,
        repository=service.repository,
        dsn=services.dsn_of(settings, service),
        created_at=service.created_at,
        updated_at=service.updated_at,
    )


@router.get("", name="list", dependencies=scoped(Scope.READ), responses=responses())
async def list_services(
    request: Request, response: Response, caller: CurrentCaller, runtime: CurrentRuntime, page: Paging
) -> ServiceList:
    """Get all services."""
    async with runtime.database.reading() as session:
        found = await Services(session, caller.org_id).list(page)
    items = [shown(runtime.settings, item) for item in found.items]
    return ServiceList.model_validate(envelope(request, response, "services", items, found.total, page))


@router.post("", name="create", status_code=201, dependencies=scoped(Scope.RELEASES), responses=responses(409, 413))
async def create_service(caller: CurrentCaller, runtime: CurrentRuntime, uow: Uow, body: ServiceCreate) -> Service:
    """Make a service. Its DSN takes what Sentry SDKs send."""
    return shown(runtime.settings, await services.create(uow, caller.org_id, body.name, body.repository))
