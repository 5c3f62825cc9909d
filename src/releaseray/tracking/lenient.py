"""Reads values of the wrong type, size or encoding out of foreign JSON without ever failing."""

import json
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from math import isfinite
from typing import Any

_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")
_EARLIEST, _LATEST = 0.0, 253_402_300_799.0
_MILLISECONDS = 1e11
_LARGEST_INT = 2**31 - 1


def clean(text: str, limit: int) -> str:
    """`text` without NULs and lone surrogates, which no database takes, cut to `limit` characters with an
    ellipsis."""
    head = text[: limit * 2 + 64]
    cleaned = _UNSTORABLE.sub("", head)
    return cleaned if len(cleaned) <= limit else cleaned[: limit - 1] + "…"


def text(value: object, limit: int) -> str | None:
    """`value` as stripped text, None when there is none; numbers and containers become their JSON."""
    if isinstance(value, str):
        if len(value) <= limit and value.isascii() and "\0" not in value:
            return value.strip() or None
        return clean(value, limit).strip() or None
    if value is None or isinstance(value, bool):
        return None
    return clean(_json(value), limit)


def line(value: object, limit: int) -> str | None:
    """Like `text`, on one line: runs of white space and control characters become one space."""
    written = text(value, limit)
    if written is None or written.isprintable():
        return written
    return " ".join("".join(c if c.isprintable() else " " for c in written).split()) or None


def _json(value: object) -> str:
    """JSON of a value; nesting deeper than the interpreter takes is replaced by an ellipsis."""
    try:
        return json.dumps(value, ensure_ascii=False, default=str)
    except (RecursionError, ValueError):
        return "…"


def integer(value: object) -> int | None:
    """A positive 32-bit whole number, also when written as text; None otherwise."""
    if isinstance(value, str) and value.isascii() and value.isdigit() and len(value) < 11:
        value = int(value)
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    is_number = isinstance(value, int) and not isinstance(value, bool)
    return value if is_number and isinstance(value, int) and 0 < value <= _LARGEST_INT else None


def boolean(value: object) -> bool | None:
    """True or False when that is what it is, else None."""
    return value if isinstance(value, bool) else None


def mapping(value: object) -> dict[str, Any]:
    """`value` if it is an object, else an empty one."""
    return value if isinstance(value, dict) else {}


def values(value: object) -> list[Any]:
    """The entries of the protocol's lists: bare, wrapped as `{"values": […]}`, or a single object by itself."""
    if isinstance(value, dict):
        value = value.get("values", [value])
    return [entry for entry in value if entry is not None] if isinstance(value, list) else []


def pairs(value: object) -> Iterator[tuple[object, object]]:
    """Key and value of an object, of a list of pairs, or of a list of `{"key", "value"}` objects."""
    if isinstance(value, dict):
        yield from value.items()
    elif isinstance(value, list):
        for entry in value:
            if isinstance(entry, list) and len(entry) == 2:
                yield entry[0], entry[1]
            elif isinstance(entry, dict) and "key" in entry:
                yield entry["key"], entry.get("value")


def ends_of(entries: list[Any], limit: int) -> list[Any]:
    """At most `limit` entries: the first and the last ones, which say more than the middle."""
    if len(entries) <= limit:
        return entries
    return entries[: limit // 2] + entries[len(entries) - (limit - limit // 2) :]


def unix_time(value: object) -> float | None:
    """Unix seconds from a number (seconds or milliseconds), a number as text, or RFC 3339 (no zone means UTC)."""
    if isinstance(value, str):
        value = _parsed_time(value.strip())
    if isinstance(value, bool) or not isinstance(value, int | float) or abs(value) > _LATEST * 1000:
        return None
    seconds = float(value) / 1000 if value > _MILLISECONDS else float(value)
    return seconds if isfinite(seconds) and _EARLIEST < seconds <= _LATEST else None


def _parsed_time(written: str) -> float | None:
    if len(written) > 64:
        return None
    try:
        return float(written)
    except ValueError:
        pass
    try:
        moment = datetime.fromisoformat(written)
        return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()
    except (ValueError, OverflowError):
        return None
