"""All pages in one router, for the app to include."""

from fastapi import APIRouter

from releaseray.web.assets import assets_router
from releaseray.web.changelog import changelog_router
from releaseray.web.docs import docs_router
from releaseray.web.front import front_router
from releaseray.web.reading import ChangelogReader


def pages_router(
    read: ChangelogReader, *, rate: str, public_url: str | None = None, openapi_url: str = "/openapi.json"
) -> APIRouter:
    """`/`, `/docs`, `/changelog/…` and what they load; see `changelog_router` for `rate` and `public_url`."""
    router = APIRouter()
    for part in (
        front_router(),
        docs_router(openapi_url),
        changelog_router(read, rate=rate, public_url=public_url),
        assets_router(),
    ):
        router.include_router(part)
    return router
