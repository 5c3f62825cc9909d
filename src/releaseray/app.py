"""Wiring: one FastAPI application out of settings, routers, pages and the gate."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import FastAPI

from releaseray import __version__
from releaseray.api import (
    channels,
    drafts,
    github_webhook,
    health,
    keys,
    metrics,
    problems,
    publish,
    ranges,
    repo_settings,
    repos,
    stats,
    webhooks,
)
from releaseray.api.auth import KeyRing
from releaseray.api.body_limit import BodyLimit
from releaseray.api.gate import Gate
from releaseray.api.ingest import Ingest
from releaseray.api.limits import Limiter
from releaseray.api.openapi import DESCRIPTION, document, operation_id
from releaseray.api.v1 import routes as v1
from releaseray.redis_pipe import RedisPipe
from releaseray.services.dsns import Dsns
from releaseray.services.inbox import Inbox
from releaseray.services.runtime import Runtime
from releaseray.services.usage import UsageRecorder
from releaseray.services.waiting import Finished
from releaseray.settings import Settings
from releaseray.web.published import PublishedNotes
from releaseray.web.routes import pages_router


def create_app(settings: Settings) -> FastAPI:
    """The application on a migrated database and a Redis, whose URLs `settings` must name."""
    runtime = Runtime.of(settings)
    pipe = RedisPipe(runtime.redis_url)
    usage = UsageRecorder(runtime.database)
    finished = Finished(runtime.database.dsn)
    inbox, limiter = Inbox(runtime.database), Limiter(pipe, settings)

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        await runtime.start()
        usage.start()
        yield
        await inbox.close()
        await usage.close()
        await finished.close()
        pipe.close()
        await runtime.close()

    app = FastAPI(
        title="ReleaseRay",
        version=__version__,
        description=DESCRIPTION,
        lifespan=lifespan,
        docs_url=None,
        redoc_url=None,
        generate_unique_id_function=operation_id,
    )
    app.state.runtime, app.state.pipe, app.state.usage, app.state.finished = runtime, pipe, usage, finished
    app.state.limiter = limiter
    larger = {github_webhook.PATH: github_webhook.MOST_BYTES}
    app.add_middleware(BodyLimit, most=settings.max_body_bytes, larger=larger)
    app.add_middleware(Ingest, inbox=inbox, dsns=Dsns(runtime.database), limiter=limiter)
    app.add_middleware(Gate, keys=KeyRing(runtime.database), limiter=limiter, usage=usage)
    problems.register(app)
    for module in (drafts, ranges, publish, repos, repo_settings, stats, keys, channels, github_webhook, webhooks):
        app.include_router(module.router, prefix="/api")
    app.include_router(v1.router)
    app.include_router(health.router)
    app.include_router(metrics.router)
    app.include_router(
        pages_router(PublishedNotes(runtime.database), rate=settings.pages_rate_limit, public_url=settings.public_url)
    )
    app.openapi = lambda: document(app)  # type: ignore[method-assign]  # FastAPI's documented way
    return app
