"""What every table shares: prefixed ids, UTC times, names of constraints."""

import secrets
import time
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import DateTime, String
from sqlmodel import Field, SQLModel

SQLModel.metadata.naming_convention = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}

ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
_TIME_DIGITS, _RANDOM_DIGITS = 8, 14


def base62(number: int, digits: int) -> str:
    """`number` in base 62 with leading zeros; sorts as text (byte order) as it sorts as a number."""
    text = ""
    for _ in range(digits):
        number, rest = divmod(number, 62)
        text = ALPHABET[rest] + text
    return text


def new_id(prefix: str) -> str:
    """A new id such as `draft_…`: milliseconds first, so that ids order by time, then 83 random bits."""
    return f"{prefix}_{base62(time.time_ns() // 1_000_000, _TIME_DIGITS)}" + base62(
        secrets.randbits(83), _RANDOM_DIGITS
    )


def now() -> datetime:
    """The current time, UTC."""
    return datetime.now(UTC)


Json = dict[str, Any]
BYTE_ORDER = String(collation="C")
"""Text that the database compares byte by byte, whatever its locale."""


def timestamp(*, nullable: bool = False, default: bool = True, touched: bool = False) -> Any:
    """A `timestamptz` column; `touched` ones are set again by every update."""
    return Field(
        **({"default_factory": now} if default and not nullable else {"default": None} if nullable else {}),
        sa_type=DateTime(timezone=True),
        nullable=nullable,
        sa_column_kwargs={"onupdate": now} if touched else {},
    )
