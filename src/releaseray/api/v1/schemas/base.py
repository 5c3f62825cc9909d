"""The base models of the snake_case dialect, and the types that its schemas share."""

from typing import Annotated

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

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
