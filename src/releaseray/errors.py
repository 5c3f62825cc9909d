"""The kinds of failure the product tells its callers about; knows no HTTP."""

from collections.abc import Mapping


class AppError(Exception):
    """A failure with a message for the caller.

    `details` maps a field, in the client's own spelling, to what is wrong with it.
    """

    def __init__(self, message: str, details: Mapping[str, str] | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.details = dict(details) if details else None


class InvalidRequest(AppError):
    """The input cannot be accepted; `details` names the fields."""

    @classmethod
    def field(cls, name: str, problem: str) -> "InvalidRequest":
        """The error for one field, which the message names too."""
        return cls(f"{name}: {problem}", {name: problem})


class Unauthorized(AppError):
    """No key, or one that is not valid."""


class Forbidden(AppError):
    """The key is valid, but not for this."""


class NotFound(AppError):
    """No such thing, or not the caller's: the two are never told apart."""

    @classmethod
    def of(cls, kind: str, id: str) -> "NotFound":
        """The documented body for a resource, e.g. `of("Draft", "draft_abc123")`."""
        return cls(f"{kind} {id} not found or you don't have access.")


class Conflict(AppError):
    """The request is well formed but collides with the state of the resource, or of the world.

    `retry_after`: whole seconds after which the same request may work, where that is known.
    """

    def __init__(self, message: str, details: Mapping[str, str] | None = None, retry_after: int | None = None) -> None:
        super().__init__(message, details)
        self.retry_after = retry_after


class PreconditionFailed(AppError):
    """The resource changed since the caller read it (`If-Match`)."""


class PayloadTooLarge(AppError):
    """More bytes than the endpoint takes."""


class RateLimited(AppError):
    """Too many requests; `retry_after` is in whole seconds."""

    def __init__(self, message: str, retry_after: int) -> None:
        super().__init__(message)
        self.retry_after = retry_after


class Unavailable(AppError):
    """A part the answer needs is out of reach just now; the same request may work later."""
