"""The base models of the snake_case dialect, and the types that its schemas share."""

import re
from datetime import UTC, datetime
from typing import Annotated, Any

from pydantic import AfterValidator, AwareDatetime, BaseModel, BeforeValidator, ConfigDict, Field

from releaseray.api.schemas.base import whole


class Input(BaseModel):
    """What a client sends, snake_case: strict types, nothing undocumented."""

    model_config = ConfigDict(extra="forbid", strict=True)


class Output(BaseModel):
    """What a client sees, snake_case, in the order of the fields; an absent value is `null`."""

    model_config = ConfigDict(from_attributes=True)


# What counts as white space differs from one regular expression engine to the next: all of it is named.
ONE_LINE = r"^[^\s\x00-\x1f\x7f-\x9f\ufeff](?:[^\x00-\x1f\x7f-\x9f]*[^\s\x00-\x1f\x7f-\x9f\ufeff])?$"
Name = Annotated[str, Field(min_length=1, max_length=200, pattern=ONE_LINE)]
VersionName = Annotated[str, Field(min_length=1, max_length=200, pattern=ONE_LINE, examples=["1.2.3"])]
Environment = Annotated[str, Field(min_length=1, max_length=64, pattern=ONE_LINE, examples=["production"])]
Line = Annotated[str, Field(min_length=1, max_length=2000, pattern=ONE_LINE)]


PositiveNumber = Annotated[int, Field(ge=1, le=2**31 - 1), BeforeValidator(whole)]


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
