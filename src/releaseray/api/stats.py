"""Usage statistics of the caller's organization."""

from fastapi import APIRouter, Request

from releaseray.api.auth import CurrentCaller
from releaseray.api.endpoint import CurrentRuntime, Endpoint
from releaseray.api.responses import responses, scoped
from releaseray.api.schemas.stats import Stats
from releaseray.services import stats
from releaseray.services.keys import Scope

router = APIRouter(prefix="/stats", tags=["stats"], route_class=Endpoint)


@router.get("", name="get", dependencies=scoped(Scope.READ), responses=responses())
async def get_stats(request: Request, caller: CurrentCaller, runtime: CurrentRuntime) -> Stats:
    """Get usage statistics for your organization."""
    await request.app.state.usage.flush()
    async with runtime.database.reading() as session:
        return Stats.model_validate(await stats.of(session, runtime.settings, caller.org_id))
