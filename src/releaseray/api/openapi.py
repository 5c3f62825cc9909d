"""The OpenAPI document: operation ids that read well in SDKs, examples in the documented order."""

from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi
from fastapi.routing import APIRoute

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
