"""The front page: what this server is, and nothing about whom it serves."""

from fastapi import APIRouter, Request, Response

from releaseray.web.pages import page


def front_router() -> APIRouter:
    """`/`."""
    router = APIRouter(include_in_schema=False)

    @router.api_route("/", methods=["GET", "HEAD"])
    async def front(request: Request) -> Response:
        return page(request, "front.html")

    return router
