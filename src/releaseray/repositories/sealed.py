"""Every secret that is stored sealed, whatever it belongs to."""

from collections.abc import Sequence
from typing import Any, NamedTuple

from sqlalchemy import Table, select, update
from sqlmodel import SQLModel
from sqlmodel.ext.asyncio.session import AsyncSession

_PREFIX = "sealed_"


class Sealed(NamedTuple):
    """A secret, and where it stands: the row of a table with this primary key, and the column."""

    table: Table
    key: tuple[Any, ...]
    column: str
    text: str


async def everything(session: AsyncSession) -> Sequence[Sealed]:
    """The secrets of all organizations. A column that holds any is named `sealed_…`."""
    found: list[Sealed] = []
    for table in SQLModel.metadata.sorted_tables:
        for column in (column for column in table.columns if column.name.startswith(_PREFIX)):
            query: Any = select(*table.primary_key.columns, column).where(column.is_not(None))
            found += [Sealed(table, tuple(key), column.name, text) for *key, text in await session.exec(query)]
    return found


async def replace(session: AsyncSession, old: Sealed, text: str) -> None:
    """Put another text where a secret stands, unless it was changed meanwhile; its owner does not count as updated."""
    columns = old.table.columns
    same = [column == value for column, value in zip(old.table.primary_key.columns, old.key, strict=True)]
    values: dict[str, Any] = {old.column: text, "updated_at": columns["updated_at"]}
    await session.exec(update(old.table).where(*same, columns[old.column] == old.text).values(values))
