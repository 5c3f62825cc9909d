"""The two dialects' base models, and the types that every schema is made of."""

import re
from collections.abc import Iterable
from datetime import UTC, datetime
from enum import StrEnum
from typing import Annotated, Any, cast

from pydantic import (
    AfterValidator,
    AwareDatetime,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    GetCoreSchemaHandler,
    PlainSerializer,
    WithJsonSchema,
)
from pydantic.alias_generators import to_camel
from pydantic_core import CoreSchema


def rfc3339(moment: datetime) -> str:
    """`2025-11-03T14:32:00Z`: UTC, whole seconds."""
    return f"{moment.astimezone(UTC).replace(tzinfo=None).isoformat(timespec='seconds')}Z"


def absent(value: object) -> bool:
    """For `exclude_if`: this dialect leaves absent values out."""
    return value is None


def example(value: dict[str, Any], **other: Any) -> ConfigDict:
    """The configuration of a schema with its documented example, and whatever `other` JSON schema it needs."""
    return ConfigDict(json_schema_extra={"examples": [value], **other})


class OneOf:
    """Marks a `str` as one of some values, which OpenAPI shows as an enum of that name; what comes out is a
    `StrEnum` member, which is a `str`."""

    def __init__(self, name: str, values: Iterable[str]) -> None:
        members = [(value.upper(), value) for value in values]
        self._enum = StrEnum(name, members)  # type: ignore[misc]  # the values come from a registry

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        # A JSON string is what a client can send, so the enum is not strict where the model is.
        schema: Any = {**handler.generate_schema(self._enum), "strict": False}
        return cast(CoreSchema, schema)


Timestamp = Annotated[
    datetime,
    PlainSerializer(rfc3339, return_type=str),
    WithJsonSchema({"type": "string", "format": "date-time", "examples": ["2025-11-03T14:32:00Z"]}),
]
ShortText = Annotated[str, Field(min_length=1, max_length=255, pattern=r"^[^\x00]+$")]
LongText = Annotated[str, Field(min_length=1, max_length=500_000, pattern=r"^[^\x00]+$")]
Total = Annotated[int, Field(examples=[150])]
HasMore = Annotated[bool, Field(examples=[True])]
NextOffset = Annotated[int | None, Field(exclude_if=absent, examples=[60])]


def whole(value: Any) -> Any:
    """JSON knows one kind of number: `56.0` is the integer 56."""
    return int(value) if isinstance(value, float) and value.is_integer() else value


GracePeriod = Annotated[int, Field(ge=0, le=30 * 24 * 3600), BeforeValidator(whole)]
"""For how long what is replaced works on, in seconds."""


_RFC3339 = re.compile(r"\d{4}-\d\d-\d\d[Tt ]")
_EARLIEST, _LATEST = datetime(1970, 1, 1, tzinfo=UTC), datetime(9998, 12, 31, tzinfo=UTC)


def _written_out(value: Any) -> Any:
    """A time is text with a date: a bare number could mean anything."""
    if not isinstance(value, str) or not _RFC3339.match(value):
        raise ValueError("must be a time such as 2025-11-03T14:32:00Z")
    return value


def _within_reason(moment: datetime) -> datetime:
    """Calculations with times near the ends of the calendar overflow."""
    naive = moment.replace(tzinfo=None)
    if naive < _EARLIEST.replace(tzinfo=None):
        return _EARLIEST
    return _LATEST if naive > _LATEST.replace(tzinfo=None) else moment


Moment = Annotated[AwareDatetime, Field(strict=False), AfterValidator(_within_reason), BeforeValidator(_written_out)]
"""A time that a client writes out: RFC 3339 with a time zone."""


class Input(BaseModel):
    """What a client sends, camelCase: strict types, nothing undocumented."""

    model_config = ConfigDict(
        alias_generator=to_camel,
        validate_by_name=False,
        validate_by_alias=True,
        extra="forbid",
        strict=True,
    )


class Output(BaseModel):
    """What a client sees, camelCase, in the order of the fields."""

    model_config = ConfigDict(
        alias_generator=to_camel, validate_by_name=True, validate_by_alias=True, from_attributes=True
    )
