"""The API's documentation, served whole from this server: Swagger UI under a policy without inline script."""

from fastapi import APIRouter, Request, Response

from releaseray.web.pages import page, prefix

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)


def docs_router(openapi_url: str = "/openapi.json", title: str = "ReleaseRay API") -> APIRouter:
    """`/docs`, for the OpenAPI document at `openapi_url` (a path on this server, without a proxy's prefix)."""
    router = APIRouter(include_in_schema=False)

    @router.api_route("/docs", methods=["GET", "HEAD"])
    async def docs(request: Request) -> Response:
        document = prefix(request) + openapi_url
        return page(request, "docs.html", policy=POLICY, title=title, openapi_url=document)

    return router
