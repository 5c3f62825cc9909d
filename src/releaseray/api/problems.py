"""The one error format: every failure, from a mistyped field to a crash, as the documented JSON."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

import structlog
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from sqlalchemy.exc import IntegrityError
from starlette.exceptions import HTTPException
from starlette.responses import JSONResponse, Response
from starlette.routing import Match

from releaseray import errors
from releaseray.api.schemas.errors import KINDS
from releaseray.api.schemas.repo_settings import PRINTABLE
from releaseray.api.schemas.repos import API_ADDRESS, ASCII_WORD, GIT_LOCATION, OWNER_AND_NAME
from releaseray.api.schemas.webhooks import WEB_ADDRESS
from releaseray.api.v1.schemas.base import ONE_LINE

STATUS: Mapping[type[errors.AppError], int] = {
    errors.InvalidRequest: 400,
    errors.Unauthorized: 401,
    errors.Forbidden: 403,
    errors.NotFound: 404,
    errors.Conflict: 409,
    errors.PreconditionFailed: 412,
    errors.PayloadTooLarge: 413,
    errors.RateLimited: 429,
    errors.Unavailable: 503,
}
_UNAVAILABLE_SECONDS = "2"
_NOUN = re.compile(r"^(?:Input|String|List) should")
_PATTERNS = {
    ONE_LINE: "must be one line of text, without spaces around it",
    r"^[^\x00]+$": "must not have a NUL character in it",
    r"^[0-9a-f]{32}$": "must be 32 hexadecimal digits, in lower case",
    OWNER_AND_NAME: "must be owner/name, as in acme/myapp",
    GIT_LOCATION: "must be a Git URL, as https://git.acme.com/myapp.git or git@git.acme.com:myapp.git, or an absolute "
    "path",
    API_ADDRESS: "must be the address of an API, as https://github.acme.com/api/v3, without user name or query",
    ASCII_WORD: "must be ASCII without spaces",
    WEB_ADDRESS: "must be an address that begins with https:// or http://, in ASCII without spaces",
    PRINTABLE: "must not have control characters in it",
}
_WORDS = {
    **dict.fromkeys(("datetime_parsing", "datetime_from_date_parsing"), "must be a time such as 2025-11-03T14:32:00Z"),
    "extra_forbidden": "unknown field",
    "missing": "is required",
    "model_attributes_type": "must be a JSON object, sent with Content-Type: application/json",
    "model_type": "must be a JSON object",
    "string_unicode": "must be valid Unicode text",
    "timezone_aware": "must say its time zone, as 2025-11-03T14:32:00Z does",
    "too_short": "should have at least one item",
}
_UNREADABLE = "cannot be read as JSON: it is nested too deeply, or not in UTF-8"

log = structlog.stdlib.get_logger(__name__)


def problem(
    status: int, message: str, details: Mapping[str, str] | None = None, headers: Mapping[str, str] | None = None
) -> JSONResponse:
    """The documented error body."""
    body: dict[str, Any] = {"error": KINDS.get(status, KINDS[400 if status < 500 else 500]), "message": message}
    if details:
        body["details"] = dict(details)
    return JSONResponse(body, status, dict(headers or {}))


def rate_limited(message: str, retry_after: int, headers: Mapping[str, str] | None = None) -> JSONResponse:
    """The documented 429."""
    body = {"error": KINDS[429], "message": message, "retryAfter": retry_after}
    return JSONResponse(body, 429, {**(headers or {}), "Retry-After": str(retry_after)})


def unavailable() -> JSONResponse:
    """A part of the service is away; the same request may work soon."""
    headers = {"Retry-After": _UNAVAILABLE_SECONDS}
    return problem(503, "The service cannot answer just now. Try again in a moment.", headers=headers)


def crashed(request_id: str) -> JSONResponse:
    """A defect of ours; the request id leads to the log."""
    return problem(500, f"Something went wrong on our side. It was logged as request {request_id}.")


def register(app: FastAPI) -> None:
    """Answer every kind of failure in the one format."""

    @app.exception_handler(errors.AppError)
    async def _app_error(request: Request, error: errors.AppError) -> Response:
        if isinstance(error, errors.RateLimited):
            return rate_limited(error.message, error.retry_after)
        pause = error.retry_after if isinstance(error, errors.Conflict) else None
        headers = {"Retry-After": str(pause)} if pause else None
        return problem(STATUS[type(error)], error.message, error.details, headers)

    @app.exception_handler(RequestValidationError)
    async def _invalid(request: Request, error: RequestValidationError) -> Response:
        details = explain(error.errors())
        return problem(400, "; ".join(f"{field}: {words}" for field, words in details.items()), details)

    @app.exception_handler(IntegrityError)
    async def _integrity(request: Request, error: IntegrityError) -> Response:
        log.warning("a reference vanished meanwhile", error=str(error.orig))
        return problem(409, "Something this request refers to was changed or removed meanwhile. Try again.")

    @app.exception_handler(HTTPException)
    async def _http(request: Request, error: HTTPException) -> Response:
        return _routing_problem(app, request, error)


def explain(found: Sequence[Any]) -> dict[str, str]:
    """Field → what is wrong with it, in the client's own spelling."""
    details: dict[str, str] = {}
    for error in found:
        place = error["loc"][1:] if len(error["loc"]) > 1 else error["loc"]
        if error["type"] == "json_invalid":
            details["body"] = f"is not valid JSON at character {error['loc'][-1]}: {error['ctx']['error']}"
            continue
        known = _WORDS.get(error["type"]) or _PATTERNS.get(error.get("ctx", {}).get("pattern", ""))
        words = known or _NOUN.sub("should", error["msg"].removeprefix("Value error, "))
        details[".".join(str(part) for part in place)] = words
    return details


def _routing_problem(app: FastAPI, request: Request, error: HTTPException) -> Response:
    path = request.url.path
    if error.status_code == 404:
        return problem(404, f"There is nothing at {path}.")
    if error.status_code == 405:
        methods = _methods(app, request)
        allowed = ", ".join(sorted(methods | {"HEAD"} if "GET" in methods else methods))
        return problem(405, f"{path} takes {allowed}, not {request.method}.", headers={"Allow": allowed})
    if error.status_code == 413:
        return problem(413, "The body is too large.")
    if error.status_code == 400:
        # FastAPI's word for whatever Python's parser gives up on
        return problem(400, f"body: {_UNREADABLE}", {"body": _UNREADABLE})
    return problem(error.status_code, str(error.detail), headers=error.headers)


def _methods(app: FastAPI, request: Request) -> set[str]:
    """Every method that some route takes at this path."""
    tried = ("GET", "POST", "PUT", "PATCH", "DELETE")
    return {method for method in tried if _takes(app, {**request.scope, "method": method})}


def _takes(app: FastAPI, scope: dict[str, Any]) -> bool:
    return any(route.matches(scope)[0] is Match.FULL for route in app.router.routes)
