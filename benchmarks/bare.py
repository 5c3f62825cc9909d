"""The smallest FastAPI and asyncpg endpoint that reads one row by its key: what the product is compared with."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import asyncpg
import uvicorn
import uvloop
from fastapi import FastAPI, HTTPException, Request
from sqlalchemy.engine import make_url

from releaseray.cli import server
from releaseray.settings import Settings

_QUERY = "SELECT id, range_id, persona, body_md, flags, created_at, updated_at FROM drafts WHERE id = $1"


@asynccontextmanager
async def _pool(app: FastAPI) -> AsyncIterator[None]:
    url = make_url(str(app.state.settings.database_url)).set(drivername="postgresql")
    async with asyncpg.create_pool(url.render_as_string(hide_password=False)) as pool:
        app.state.pool = pool
        print(f"ready: {app.state.settings.base_url}", flush=True)
        yield


app = FastAPI(lifespan=_pool)


@app.get("/drafts/{draft_id}")
async def get_draft(request: Request, draft_id: str) -> dict[str, Any]:
    """One draft as it lies in the database."""
    row = await request.app.state.pool.fetchrow(_QUERY, draft_id)
    if row is None:
        raise HTTPException(404)
    return dict(row)


def main() -> None:
    """Serve on a free port with the very configuration that the product gives uvicorn."""
    with server.bound(Settings()) as (listener, settings):
        app.state.settings = settings
        uvloop.run(uvicorn.Server(server._config(app, settings)).serve([listener]))


if __name__ == "__main__":
    main()
