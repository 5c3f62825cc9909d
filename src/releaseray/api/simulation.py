"""Test mode: the documented answer, made of the schema's own example and of what the caller sent."""

import types
import typing
from contextvars import ContextVar
from typing import Any, get_args, get_origin

from pydantic import BaseModel
from pydantic.alias_generators import to_camel
from typing_extensions import TypeAliasType

test_mode: ContextVar[bool] = ContextVar("test_mode", default=False)


def simulated(response_model: Any, values: dict[str, Any]) -> BaseModel:
    """An answer of the documented shape; fields that the caller named (in the path, the query or the body) echo
    what was sent, and `id` echoes the id in the path when the answer is about that very resource."""
    model = _first_model(response_model)
    example = dict(_example(model))
    example.update(_echoes(model, example, values))
    return model.model_validate(example)


def _first_model(response_model: Any) -> type[BaseModel]:
    if isinstance(response_model, TypeAliasType):
        return _first_model(response_model.__value__)
    if get_origin(response_model) in (types.UnionType, typing.Union, typing.Annotated):
        return _first_model(get_args(response_model)[0])
    model: type[BaseModel] = response_model
    return model


def _example(model: type[BaseModel]) -> dict[str, Any]:
    extra = model.model_config.get("json_schema_extra")
    if not isinstance(extra, dict) or not isinstance(extra.get("examples"), list):
        raise LookupError(f"{model.__name__} has no example")
    example: dict[str, Any] = typing.cast(list[Any], extra["examples"])[0]
    return example


def _echoes(model: type[BaseModel], example: dict[str, Any], values: dict[str, Any]) -> dict[str, Any]:
    sent: dict[str, Any] = {}
    for name, value in values.items():
        if isinstance(value, BaseModel):
            sent.update(value.model_dump(by_alias=True, exclude_none=True))
        elif isinstance(value, str):
            sent[to_camel(name)] = value
            sent[name] = value
    known = {field.alias or name for name, field in model.model_fields.items()}
    echoes = {name: value for name, value in sent.items() if name in known}
    prefix = str(example.get("id", "")).partition("_")[0]
    for value in sent.values():
        if isinstance(value, str) and prefix and value.startswith(f"{prefix}_"):
            echoes["id"] = value
    return echoes
