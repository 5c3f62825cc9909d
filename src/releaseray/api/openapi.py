"""The OpenAPI document: operation ids that read well in SDKs, examples in the documented order."""

import re
from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi
from fastapi.routing import APIRoute
from pydantic.alias_generators import to_camel

from releaseray.api import ids
from releaseray.api.auth import SECURITY_SCHEMES

DESCRIPTION = """
What changed in a release, told to each audience in its own words.

Connect a repository, make a range of two of its tags, generate a draft a persona, edit it, publish it. Every call
wants an API key: `Authorization: Bearer KEY` or `X-API-Key: KEY`. `X-Test-Mode: true` answers as documented and
does nothing. `Idempotency-Key` on a `POST` makes it safe to repeat.
"""


def operation_id(route: APIRoute) -> str:
    """`drafts.generate`: the tag and the route's name."""
    return f"{route.tags[0] if route.tags else 'default'}.{route.name}"


def document(app: FastAPI) -> dict[str, Any]:
    """The document, made once; examples ordered as their fields are."""
    if app.openapi_schema is None:
        made = get_openapi(
            title=app.title,
            version=app.version,
            description=app.description,
            routes=app.routes,
            tags=app.openapi_tags,
        )
        made["components"]["securitySchemes"] = SECURITY_SCHEMES
        _drop_validation_errors(made)
        made["paths"] = {_spelled(path, methods): methods for path, methods in made["paths"].items()}
        for schema in made["components"]["schemas"].values():
            _order_examples(schema, made["components"]["schemas"])
        app.openapi_schema = made
    return app.openapi_schema


def _drop_validation_errors(made: dict[str, Any]) -> None:
    """FastAPI declares a 422 of its own everywhere; ours is the documented 400."""
    for methods in made["paths"].values():
        for operation in methods.values():
            operation["responses"].pop("422", None)
    for name in ("HTTPValidationError", "ValidationError"):
        made["components"]["schemas"].pop(name, None)


def _spelled(path: str, methods: dict[str, Any]) -> str:
    """The path in its dialect's spelling (`{draftId}`, but `{release_id}` below `/api/v1`), with its operations'
    parameters and summaries put right."""
    camel = not path.startswith("/api/v1/")
    for operation in methods.values():
        operation["summary"] = operation.get("description", "").partition(".")[0]
        for parameter in operation.get("parameters", ()):
            if parameter["in"] == "path" and parameter["name"] in ids.KINDS:
                parameter["schema"]["pattern"] = ids.pattern(parameter["name"])
                parameter["example"] = f"{ids.KINDS[parameter['name']][1]}_abc123"
                parameter["name"] = to_camel(parameter["name"]) if camel else parameter["name"]
    return re.sub(r"\{(\w+)\}", lambda name: f"{{{to_camel(name[1])}}}", path) if camel else path


def _order_examples(schema: dict[str, Any], schemas: dict[str, Any]) -> None:
    if "examples" in schema and "properties" in schema:
        schema["examples"] = [_ordered(example, schema, schemas) for example in schema["examples"]]


def _ordered(value: Any, schema: dict[str, Any], schemas: dict[str, Any]) -> Any:
    """`value` with its keys in the order of the schema's properties, all the way down."""
    if "$ref" in schema:
        schema = schemas[schema["$ref"].rpartition("/")[2]]
    if isinstance(value, list):
        return [_ordered(item, schema.get("items", {}), schemas) for item in value]
    for choice in schema.get("anyOf", ()):
        if "$ref" in choice:
            return _ordered(value, choice, schemas)
    if not isinstance(value, dict) or "properties" not in schema:
        return value
    properties = schema["properties"]
    known = {name: _ordered(value[name], properties[name], schemas) for name in properties if name in value}
    return {**known, **{name: item for name, item in value.items() if name not in known}}
