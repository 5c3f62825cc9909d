"""Whether this process is up, and whether it can serve."""

import asyncio
from collections.abc import Awaitable

from fastapi import APIRouter, Request
from starlette.responses import JSONResponse

from releaseray.services import readiness

router = APIRouter(include_in_schema=False)
_CHECK_SECONDS = 2.0


@router.get("/healthz", name="healthz")
async def healthz() -> JSONResponse:
    """The process is up."""
    return JSONResponse({"status": "ok"})


@router.get("/readyz", name="readyz")
async def readyz(request: Request) -> JSONResponse:
    """Database, Redis and migrations are as they must be; 503 names what is not."""
    runtime, pipe = request.app.state.runtime, request.app.state.pipe
    checks: dict[str, Awaitable[str]] = {
        "database": readiness.database(runtime),
        "redis": readiness.redis(pipe),
        "migrations": readiness.migrations(runtime),
    }
    found = await asyncio.gather(
        *(asyncio.wait_for(check, _CHECK_SECONDS) for check in checks.values()), return_exceptions=True
    )
    words = {
        name: result if isinstance(result, str) else "out of reach" for name, result in zip(checks, found, strict=True)
    }
    ready = all(word == "ok" for word in words.values())
    return JSONResponse({"status": "ok" if ready else "unavailable", "checks": words}, 200 if ready else 503)
