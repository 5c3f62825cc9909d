"""Where GitHub's webhooks arrive: no key, but a signature over the raw body."""

import re
from typing import Any

from fastapi import APIRouter, Request, Response

from releaseray.api.limits import Limiter
from releaseray.api.problems import problem
from releaseray.api.responses import responses
from releaseray.api.schemas.incoming import Received
from releaseray.errors import InvalidRequest, RateLimited, Unauthorized
from releaseray.services import incoming
from releaseray.services.incoming import UNSIGNED, Answer, Arrival
from releaseray.services.runtime import Runtime
from releaseray.webhooks.github_signature import HEADER

PATH = "/api/webhooks/github"
MOST_BYTES = 10 * 2**20
_SIGNATURE = re.compile(r"sha256=[0-9a-f]{64}")
_NAME = re.compile(r"[!-~]{1,255}")
_OTHER_METHODS = ["GET", "HEAD", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE"]
_DOCUMENTED: dict[str, Any] = {
    "security": [],
    "parameters": [
        {"name": name, "in": "header", "required": True, "schema": {"type": "string", "pattern": f"^{form.pattern}$"}}
        for name, form in (("X-GitHub-Event", _NAME), ("X-GitHub-Delivery", _NAME), (HEADER, _SIGNATURE))
    ],
    "requestBody": {"required": True, "content": {"application/json": {"schema": {"type": "object"}}}},
}

router = APIRouter(prefix="/webhooks/github", tags=["webhooks"])


@router.post(
    "",
    name="github",
    status_code=202,
    response_model=Received,
    responses={**responses(409, 413), 200: {"model": Received, "description": "A ping, or a duplicate"}},
    openapi_extra=_DOCUMENTED,
)
async def receive(request: Request, response: Response) -> Received | Response:
    """Take a webhook of GitHub's, as JSON or as its form, at most 10 MB. It is signed with the secret that `PATCH
    /api/repos/{repoId}` set, or with that of the GitHub App. New tags make ranges and, where the repository says so,
    drafts and publications."""
    limiter: Limiter = request.app.state.limiter
    runtime: Runtime = request.app.state.runtime
    address = request.client.host if request.client else "unknown"
    refused = await limiter.full(limiter.failures, address)
    if refused is not None:
        raise RateLimited(refused.message, refused.retry_after)
    try:
        answer = await incoming.take(runtime, await _arrival(request))
    except (Unauthorized, InvalidRequest) as error:
        verdict = await limiter.check([(limiter.failures, address)])
        if not verdict.allowed:
            raise RateLimited(verdict.message, verdict.retry_after) from None
        if isinstance(error, InvalidRequest):
            raise
        return problem(401, error.message, headers={"WWW-Authenticate": HEADER})
    response.status_code = 200 if answer in (Answer.PONG, Answer.DUPLICATE) else 202
    return Received(status=answer)


async def _arrival(request: Request) -> Arrival:
    """The delivery; who cannot have signed it is refused before the body is read."""
    signature = request.headers.get(HEADER, "")
    if _SIGNATURE.fullmatch(signature) is None:
        raise Unauthorized(UNSIGNED)
    kind, delivery = (_header(request, name) for name in ("X-GitHub-Event", "X-GitHub-Delivery"))
    return Arrival(kind, delivery, signature, await request.body())


def _header(request: Request, name: str) -> str:
    value = request.headers.get(name, "")
    if _NAME.fullmatch(value) is None:
        raise InvalidRequest.field(name, "must have 1 to 255 characters of plain ASCII")
    return value


@router.api_route("", methods=_OTHER_METHODS, include_in_schema=False)
async def other_methods(request: Request) -> Response:
    """Say that only `POST` is taken; below, the word would pass for a webhook's id."""
    message = f"{request.url.path} takes POST, not {request.method}."
    return problem(405, message, headers={"Allow": "POST"})
