"""What went wrong at GitHub, read from its answers."""

from collections.abc import Mapping
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

import httpx

from releaseray.outbound import retry_after

SECONDARY_WAIT = 60.0


class Kind(StrEnum):
    """What a caller may want to tell apart."""

    REVOKED = "revoked"
    FORBIDDEN = "forbidden"
    NOT_FOUND = "not_found"
    MOVED = "moved"
    RATE_LIMITED = "rate_limited"
    INVALID = "invalid"
    UNREACHABLE = "unreachable"
    BROKEN = "broken"
    TOO_LARGE = "too_large"


KINDS = {401: Kind.REVOKED, 403: Kind.FORBIDDEN, 451: Kind.FORBIDDEN, 404: Kind.NOT_FOUND, 410: Kind.NOT_FOUND}
SENTENCES = {
    Kind.REVOKED: "GitHub does not accept the token: it was revoked, has expired or is wrong.",
    Kind.FORBIDDEN: "The token may not do this with {what}: {said}.",
    Kind.NOT_FOUND: "GitHub does not show {what}: it does not exist, was renamed or deleted, or is private and out of "
    "the token's reach.",
    Kind.INVALID: "GitHub refused the request for {what}: {said}.",
}


class GitHubError(Exception):
    """A call that GitHub did not answer as hoped; `message` is for the user and holds no secret.

    `wait`: seconds GitHub asks to wait; `until`: when its limit ends. `unsure`: the call may have been carried out
    all the same. `location`: where GitHub says the thing has moved.
    """

    def __init__(
        self,
        message: str,
        kind: Kind,
        *,
        wait: float | None = None,
        until: datetime | None = None,
        unsure: bool = False,
        location: str | None = None,
    ) -> None:
        super().__init__(message)
        self.message = message
        self.kind = kind
        self.wait = wait
        self.until = until
        self.unsure = unsure
        self.location = location

    @property
    def passing(self) -> bool:
        """Whether the same call may work later."""
        return self.kind in (Kind.RATE_LIMITED, Kind.UNREACHABLE, Kind.BROKEN)


def refusal(response: httpx.Response, what: str, now: datetime) -> GitHubError:
    """The error for an answer that is not a 2xx; `what` names what was asked for, e.g. `acme/myapp`."""
    status, said = response.status_code, said_by(response)
    if limited := _limit(response, said, now):
        return limited
    if status >= 500:
        wait = retry_after(response.headers, now)
        return GitHubError(f"GitHub answered {status}: {said}.", Kind.BROKEN, wait=wait, unsure=status in (502, 504))
    if status < 400:
        return GitHubError(f"{what} was renamed or moved.", Kind.MOVED, location=response.headers.get("location"))
    kind = KINDS.get(status, Kind.INVALID)
    return GitHubError(SENTENCES[kind].format(what=what, said=said) + _needed(response), kind)


def _needed(response: httpx.Response) -> str:
    """The permission that was missing, where GitHub names it."""
    headers = response.headers
    needed = headers.get("x-accepted-github-permissions") or headers.get("x-accepted-oauth-scopes")
    return f" It needs: {needed}." if needed and response.status_code == 403 else ""


def _limit(response: httpx.Response, said: str, now: datetime) -> GitHubError | None:
    """Primary and secondary rate limits, as GitHub's "Best practices for using the REST API" tells them apart."""
    if response.status_code not in (403, 429):
        return None
    wait = retry_after(response.headers, now)
    if wait is None and response.headers.get("x-ratelimit-remaining") == "0":
        wait = _reset(response.headers, now)
    if wait is None and (response.status_code == 429 or "secondary rate limit" in said.lower()):
        wait = SECONDARY_WAIT
    return None if wait is None else rate_limited(wait, now)


def _reset(headers: Mapping[str, str], now: datetime) -> float:
    reset = headers.get("x-ratelimit-reset", "")
    return max(1.0, float(reset) - now.timestamp()) if reset.isdecimal() and len(reset) < 12 else SECONDARY_WAIT


def rate_limited(wait: float, now: datetime) -> GitHubError:
    """The error for a limit that ends in `wait` seconds."""
    until = datetime.fromtimestamp(now.timestamp() + min(wait, 1e9), UTC).replace(microsecond=0)
    text = until.isoformat().replace("+00:00", "Z")
    return GitHubError(f"GitHub's rate limit is exhausted until {text}.", Kind.RATE_LIMITED, wait=wait, until=until)


def said_by(response: httpx.Response) -> str:
    """GitHub's own message with the codes of its `errors`, in one line."""
    try:
        body = response.json()
    except ValueError:
        body = None
    if not isinstance(body, dict):
        return response.reason_phrase or "no reason given"
    details = [_detail(error) for error in body.get("errors") or []] if isinstance(body.get("errors"), list) else []
    parts = [str(body.get("message") or response.reason_phrase), *filter(None, details)]
    return " ".join("; ".join(parts).split())[:300].rstrip(".")


def _detail(error: Any) -> str:
    if not isinstance(error, dict):
        return str(error)
    return " ".join(str(error[key]) for key in ("field", "code", "message") if error.get(key))
