"""Answers to browsers and feed readers: what they may do with them, and when they need not be sent again."""

from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import format_datetime
from hashlib import sha256

from fastapi import Request, Response

SAFE_HEADERS: Mapping[str, str] = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "strict-origin-when-cross-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}
PAGE_POLICY = (
    "default-src 'none'; style-src 'self'; img-src 'self' data:; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)


def answer(
    request: Request,
    body: str | bytes,
    media_type: str,
    headers: Mapping[str, str],
    *,
    status: int = 200,
    modified: datetime | None = None,
) -> Response:
    """`body`, or 304 when the client has it already.

    The `ETag` is the hash of the body, weak because a proxy may compress it. A date alone counts as known only
    when it is exactly the one sent before: after a note was taken back the newest date is an older one.
    """
    content = body.encode() if isinstance(body, str) else body
    known = {"ETag": f'W/"{sha256(content).hexdigest()[:32]}"'}
    if modified is not None:
        known["Last-Modified"] = format_datetime(modified.astimezone(UTC), usegmt=True)
    if status == 200 and _is_known(request, known):
        return Response(status_code=304, headers={**SAFE_HEADERS, **headers, **known})
    return Response(content, status, {**SAFE_HEADERS, **headers, **known}, media_type)


def _is_known(request: Request, known: Mapping[str, str]) -> bool:
    tags = request.headers.get("if-none-match")
    if tags is not None:
        mine = known["ETag"].removeprefix("W/")
        return any(tag.strip().removeprefix("W/") in (mine, "*") for tag in tags.split(","))
    return "Last-Modified" in known and request.headers.get("if-modified-since") == known["Last-Modified"]
