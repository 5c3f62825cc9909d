"""The parameters and headers that all lists share."""

from collections.abc import Sequence
from typing import Annotated, Any

from fastapi import Depends, Query, Request, Response

from releaseray.api.schemas.base import OneOf
from releaseray.repositories.paging import Page

Limit = Annotated[int, Query(ge=1, le=100, description="Number of results per page")]
Offset = Annotated[int, Query(ge=0, le=2**31 - 1, description="Number of results to skip")]
Sort = Annotated[str, OneOf("SortField", ("createdAt", "updatedAt", "name")), Query()]
Order = Annotated[str, OneOf("SortOrder", ("desc", "asc")), Query()]


async def _page(limit: Limit = 20, offset: Offset = 0, sort: Sort = "createdAt", order: Order = "desc") -> Page:
    return Page(limit=limit, offset=offset, sort=sort, order=order)  # type: ignore[arg-type]  # checked by OneOf


Paging = Annotated[Page, Depends(_page)]


def envelope(
    request: Request, response: Response, name: str, items: Sequence[Any], total: int, page: Page
) -> dict[str, Any]:
    """The body of a list: the named array, then the pagination; sets the `Link` header."""
    following = page.offset + len(items)
    has_more = following < total and bool(items)
    links = []
    if has_more:
        links.append(_link(request, following, "next"))
    if page.offset > 0:
        links.append(_link(request, max(0, page.offset - page.limit), "prev"))
    if links:
        response.headers["Link"] = ", ".join(links)
    body = {name: items, "total": total, "has_more": has_more}
    return {**body, "next_offset": following} if has_more else body


def _link(request: Request, offset: int, rel: str) -> str:
    return f'<{request.url.include_query_params(offset=offset)}>; rel="{rel}"'
