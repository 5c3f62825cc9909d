"""A page of a list: what may be asked and what comes back."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Generic, Literal, TypeVar

from sqlalchemy import ColumnElement, collate, func
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

Row = TypeVar("Row")


@dataclass(frozen=True, slots=True)
class Page:
    """Which part of a list, in which order; `sort` is the client's name of the field."""

    limit: int = 20
    offset: int = 0
    sort: Literal["createdAt", "updatedAt", "name"] = "createdAt"
    order: Literal["asc", "desc"] = "desc"


@dataclass(frozen=True, slots=True)
class Listed(Generic[Row]):
    """One page and how many rows there are in all."""

    items: Sequence[Row]
    total: int


async def listed(
    session: AsyncSession,
    table: type[Row],
    where: Sequence[ColumnElement[bool]],
    page: Page,
    names: Mapping[str, Any],
) -> Listed[Row]:
    """The page of `table` rows that match; `names` maps a sort field to its column, ties break by id."""
    id_column: Any = collate(col(table.id), "C")  # type: ignore[attr-defined]  # every listed table has an id
    keys = (col(names[page.sort]), id_column)
    ordered = [key.desc() if page.order == "desc" else key.asc() for key in keys]
    rows = await session.exec(select(table).where(*where).order_by(*ordered).limit(page.limit).offset(page.offset))
    total = await session.exec(select(func.count()).select_from(table).where(*where))
    return Listed(rows.all(), total.one())
