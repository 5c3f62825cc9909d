"""What the OpenAPI document declares beside each endpoint's own answer."""

from typing import Any

from fastapi import Security
from pydantic import BaseModel

from releaseray.api.auth import needs
from releaseray.api.schemas.errors import KINDS, Error, RateLimitError
from releaseray.services.keys import Scope

Responses = dict[int | str, dict[str, Any]]
_EVERYWHERE = (400, 401, 403, 429, 500, 503)
_LIMIT_HEADERS = {
    "X-RateLimit-Limit": "Requests the window allows",
    "X-RateLimit-Remaining": "Requests left in the window",
    "X-RateLimit-Reset": "When the window ends, in unix seconds",
}


def scoped(scope: Scope) -> list[Any]:
    """What makes an endpoint want a key with `scope`, and say so in the document."""
    return [Security(needs(scope), scopes=[scope])]


def responses(*statuses: int) -> Responses:
    """The declared failures: those that any endpoint may give, and `statuses`."""
    return {status: _declared(status) for status in sorted({*_EVERYWHERE, *statuses})}


def already(model: type[BaseModel], description: str) -> Responses:
    """A 200 beside the 201: what was asked for exists."""
    return {200: {"model": model, "description": description}}


def _declared(status: int) -> dict[str, Any]:
    model = RateLimitError if status == 429 else Error
    headers = {name: {"description": words, "schema": {"type": "integer"}} for name, words in _LIMIT_HEADERS.items()}
    declared: dict[str, Any] = {"model": model, "description": KINDS[status]}
    if status == 429:
        declared["headers"] = {"Retry-After": {"schema": {"type": "integer"}}, **headers}
    return declared
