"""The base models of the snake_case dialect, and the types that its schemas share."""

from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field


def example(value: dict[str, Any], **other: Any) -> ConfigDict:
    """The model configuration that carries a schema's example, and other keywords of its JSON schema."""
    return ConfigDict(json_schema_extra={"examples": [value], **other})


class Input(BaseModel):
    """What a client sends, snake_case: strict types, nothing undocumented."""

    model_config = ConfigDict(extra="forbid", strict=True)


class Output(BaseModel):
    """What a client sees, snake_case, in the order of the fields; an absent value is `null`."""

    model_config = ConfigDict(from_attributes=True)


_ONE_LINE = r"^[^\s\x00-\x1f\x7f](?:[^\x00-\x1f\x7f]*[^\s\x00-\x1f\x7f])?$"
Name = Annotated[str, Field(min_length=1, max_length=200, pattern=_ONE_LINE)]
VersionName = Annotated[str, Field(min_length=1, max_length=200, pattern=_ONE_LINE, examples=["1.2.3"])]
Environment = Annotated[str, Field(min_length=1, max_length=64, pattern=_ONE_LINE, examples=["production"])]
Line = Annotated[str, Field(min_length=1, max_length=2000, pattern=_ONE_LINE)]
