"""Services: list, create, and their errors over time."""

from typing import Annotated

from fastapi import APIRouter, Query, Request, Response

from releaseray import models
from releaseray.api.auth import CurrentCaller
from releaseray.api.endpoint import CurrentRuntime, Endpoint, Uow
from releaseray.api.paging import envelope
from releaseray.api.responses import responses, scoped
from releaseray.api.schemas.base import Moment
from releaseray.api.v1 import direct
from releaseray.api.v1.paging import Paging
from releaseray.api.v1.schemas.base import Environment
from releaseray.api.v1.schemas.services import Service, ServiceCreate, ServiceList, ServiceUpdate
from releaseray.api.v1.schemas.trends import Interval, Trends
from releaseray.repositories.services import Services
from releaseray.repositories.trends import series
from releaseray.services import services, trends
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


@router.get("/{service_id}", name="get", dependencies=scoped(Scope.READ), responses=responses(404))
async def get_service(caller: CurrentCaller, runtime: CurrentRuntime, service_id: str) -> Service:
    """Get a service."""
    async with runtime.database.reading() as session:
        return shown(runtime.settings, await Services(session, caller.org_id).get(service_id))


@router.patch("/{service_id}", name="update", dependencies=scoped(Scope.RELEASES), responses=responses(404, 409, 413))
async def update_service(
    caller: CurrentCaller, runtime: CurrentRuntime, uow: Uow, service_id: str, body: ServiceUpdate
) -> Service:
    """Rename a service, or name its repository."""
    changes = body.model_dump(exclude_unset=True)
    return shown(runtime.settings, await services.update(uow, caller.org_id, service_id, changes))


@router.get(
    "/{service_id}/trends",
    name="trends",
    dependencies=scoped(Scope.READ),
    responses=responses(404, 409),
    response_model=Trends,
)
async def get_trends(
    response: Response,
    caller: CurrentCaller,
    runtime: CurrentRuntime,
    service_id: str,
    environment: Annotated[Environment | None, Query(description="Filter by environment")] = None,
    interval: Annotated[Interval, Query(description="Length of a point")] = "hour",
    since: Annotated[Moment | None, Query(alias="from", description="Default: a day or 30 before `to`")] = None,
    until: Annotated[Moment | None, Query(alias="to", description="Default: now")] = None,
) -> Response:
    """Get the errors of a service by release over time, in hours (up to 31 days) or days (up to two years)."""
    span = trends.span(interval, since, until)
    found = await series(runtime.database.raw, caller.org_id, service_id, environment, interval, *span)
    if not found:
        async with runtime.database.reading() as session:
            await Services(session, caller.org_id).get(service_id)
    return direct.written(direct.trends(service_id, interval, span, found), response)
