"""The one error format."""

from typing import Annotated

from pydantic import Field

from releaseray.api.schemas.base import OneOf, Output, absent, example

KINDS = {
    400: "Invalid request",
    401: "Unauthorized",
    403: "Forbidden",
    404: "Not found",
    405: "Method not allowed",
    409: "Conflict",
    412: "Precondition failed",
    413: "Payload too large",
    429: "Rate limit exceeded",
    500: "Internal server error",
    503: "Service unavailable",
}


class Error(Output):
    """`details` maps a field, as the client spelled it, to what is wrong with it."""

    model_config = example(
        {
            "error": "Invalid request",
            "message": "persona: should be 'engineer', 'internal' or 'customer'",
            "details": {"persona": "should be 'engineer', 'internal' or 'customer'"},
        }
    )

    error: Annotated[str, OneOf("ErrorKind", KINDS.values())]
    message: str
    details: Annotated[dict[str, str] | None, Field(exclude_if=absent)] = None


class RateLimitError(Output):
    """`retryAfter` is in seconds and agrees with `Retry-After`."""

    model_config = example(
        {
            "error": "Rate limit exceeded",
            "message": "Limit: 100 requests per minute. Try again in 42 seconds.",
            "retryAfter": 42,
        }
    )

    error: Annotated[str, OneOf("RateLimitKind", [KINDS[429]])]
    message: str
    retry_after: int


class Problem(Output):
    """Why a draft or a publication failed."""

    error: str
    message: str
