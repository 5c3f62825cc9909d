"""The parameters of lists in the snake_case dialect."""

from typing import Annotated, Literal

from fastapi import Depends, Query

from releaseray.api.paging import Limit, Offset, Order
from releaseray.api.schemas.base import OneOf
from releaseray.repositories.paging import Page

_FIELDS: dict[str, Literal["createdAt", "updatedAt", "name"]] = {
    "created_at": "createdAt",
    "updated_at": "updatedAt",
    "name": "name",
}
_Sort = Annotated[str, OneOf("TrackingSortField", _FIELDS), Query()]


async def _page(limit: Limit = 20, offset: Offset = 0, sort: _Sort = "created_at", order: Order = "desc") -> Page:
    return Page(limit=limit, offset=offset, sort=_FIELDS[sort], order="desc" if order == "desc" else "asc")


Paging = Annotated[Page, Depends(_page)]
