"""The route class of every API endpoint: strict parameters, test mode, one transaction a write, idempotency."""

import functools
import hashlib
from collections import Counter
from collections.abc import Awaitable, Callable, Coroutine, Sequence
from datetime import datetime, timedelta
from typing import Annotated, Any

from fastapi import Depends, Request, params
from fastapi.dependencies.utils import get_flat_params
from fastapi.routing import APIRoute
from starlette.responses import Response

from releaseray.api import ids
from releaseray.api.auth import EITHER_HEADER, check_scopes
from releaseray.api.openapi import operation_id
from releaseray.api.simulation import simulated, test_mode
from releaseray.api.texts import ways
from releaseray.db import UnitOfWork
from releaseray.errors import Conflict, InvalidRequest
from releaseray.models import now
from releaseray.repositories.organizations import Idempotency
from releaseray.secrets import SecretBox, SecretLost
from releaseray.services.keys import Scope
from releaseray.services.runtime import Runtime

_KEPT = timedelta(hours=24)
_KEY_LENGTH = 255
_STILL_RUNNING = "A request with this Idempotency-Key is still running."
_ANSWERED_ELSEWHERE = (
    "This request was answered before, with a secret that this server cannot show again. If the answer was lost, "
    "revoke what it made and send it with another Idempotency-Key."
)
_SEALED = b"gAAAA"
"""What everything sealed begins with, and no JSON."""
LONGEST_WAIT = timedelta(seconds=15)
"""How long `afterwards` may take at most."""
Handler = Callable[[Request], Coroutine[Any, Any, Response]]
Afterwards = Callable[[Response], Awaitable[Response]]


class Endpoint(APIRoute):
    """What is the same for every endpoint, so that routers hold only what is their own.

    It checks the scopes of `responses.scoped` itself: as dependencies they cost more than the rest of a read.
    """

    def __init__(
        self,
        path: str,
        endpoint: Callable[..., Awaitable[Any]],
        *,
        dependencies: Sequence[params.Depends] | None = None,
        **options: Any,
    ) -> None:
        secured = [one for one in dependencies or () if isinstance(one, params.Security)]
        self._scopes = frozenset(Scope(name) for one in secured for name in one.scopes or ())
        options["dependencies"] = [one for one in dependencies or () if one not in secured]
        options["openapi_extra"] = {**(options.get("openapi_extra") or {}), "security": EITHER_HEADER}
        super().__init__(path, _in_test_mode_simulated(self, endpoint), **options)
        self.operation = operation_id(self)

    def get_route_handler(self) -> Handler:
        """FastAPI's handler inside ours."""
        handle = super().get_route_handler()
        declared = get_flat_params(self.dependant)
        known = frozenset(field.alias for field in declared if isinstance(field.field_info, params.Query))
        writes = not (self.methods or set()) <= {"GET", "HEAD"}
        texts = ways(self.endpoint, self.param_convertors)

        async def answer(request: Request) -> Response:
            _check_query(request, known)
            ids.check(request.path_params)
            check_scopes(request.state.caller, self._scopes)
            test_mode.set(request.state.test_mode)
            if writes and not request.state.test_mode:
                return await _in_one_transaction(request, handle)
            if texts is not None and not request.state.test_mode:
                response: Response = await self.endpoint(**{name: found(request) for name, found in texts.items()})
                return response
            return await handle(request)

        return answer


def _in_test_mode_simulated(route: APIRoute, endpoint: Callable[..., Awaitable[Any]]) -> Callable[..., Any]:
    @functools.wraps(endpoint)
    async def call(**values: Any) -> Any:
        if test_mode.get():
            return simulated(route.response_model, values)
        return await endpoint(**values)

    return call


def _check_query(request: Request, known: frozenset[str]) -> None:
    if not request.scope["query_string"]:
        return
    given = Counter(name for name, _ in request.query_params.multi_items())
    wrong = {name: "is given more than once" for name, times in given.items() if times > 1}
    wrong |= {name: "unknown query parameter" for name in given if name not in known}
    if wrong:
        raise InvalidRequest("; ".join(f"{name}: {words}" for name, words in wrong.items()), wrong)


async def _in_one_transaction(request: Request, handle: Handler) -> Response:
    """Commit what the endpoint did only once its answer is made, and before the client has it.

    An endpoint that waits for what it began sets `request.state.afterwards`, which gives the final answer when the
    transaction is over. One whose answer has a secret in it calls `shown_once`.
    """
    runtime: Runtime = request.app.state.runtime
    key = request.headers.get("idempotency-key") if request.method == "POST" else None
    request.state.afterwards = None
    request.state.shown_once = False
    async with runtime.database.request() as uow:
        request.state.uow = uow
        response = await (handle(request) if key is None else _once(uow, request, key, handle))
    afterwards: Afterwards | None = request.state.afterwards
    if afterwards is None:
        return response
    response = await afterwards(response)
    if key is not None:
        async with runtime.database.request() as uow:
            await _remember(uow, request, key, response)
    return response


async def _once(uow: UnitOfWork, request: Request, key: str, handle: Handler) -> Response:
    """Replay the answer that the same key got before, or write the answer down in the transaction it is about."""
    if not 0 < len(key) <= _KEY_LENGTH:
        raise InvalidRequest.field("Idempotency-Key", f"must have 1 to {_KEY_LENGTH} characters")
    remembered = Idempotency(uow.session, request.state.caller.org_id)
    if not await remembered.try_lock(key):
        raise Conflict(_STILL_RUNNING)
    earlier = await remembered.find(key, now() - _KEPT)
    if earlier is None:
        response = await handle(request)
        await _remember(uow, request, key, response, now() + LONGEST_WAIT if request.state.afterwards else None)
        return response
    if earlier.request_digest != await _fingerprint(request):
        raise Conflict("This Idempotency-Key was used for another request.")
    if earlier.running_until is not None and earlier.running_until > now():
        raise Conflict(_STILL_RUNNING)
    body = _opened(request, earlier.body)
    return Response(body, earlier.status, {"Idempotent-Replayed": "true"}, media_type="application/json")


async def _remember(
    uow: UnitOfWork, request: Request, key: str, response: Response, running_until: datetime | None = None
) -> None:
    remembered = Idempotency(uow.session, request.state.caller.org_id)
    digest, body = await _fingerprint(request), bytes(response.body)
    if request.state.shown_once:
        body = _secrets_of(request).seal(body.decode()).encode("ascii")
    await remembered.remember(key, digest, response.status_code, body, running_until=running_until)


def shown_once(request: Request) -> None:
    """The answer to this request has a secret in it, which is not to be kept in plain text."""
    request.state.shown_once = True


def _opened(request: Request, body: bytes) -> bytes:
    """A remembered answer; raises `Conflict` for one with a secret that this server cannot open."""
    if not body.startswith(_SEALED):
        return body
    try:
        return _secrets_of(request).open(body.decode("ascii")).encode()
    except SecretLost:
        raise Conflict(_ANSWERED_ELSEWHERE) from None


def _secrets_of(request: Request) -> SecretBox:
    runtime: Runtime = request.app.state.runtime
    return runtime.secrets


async def _fingerprint(request: Request) -> bytes:
    target = f"{request.method} {request.url.path}?{request.url.query}\n".encode()
    return hashlib.sha256(target + await request.body()).digest()


async def _current_uow(request: Request) -> UnitOfWork | None:
    uow: UnitOfWork | None = getattr(request.state, "uow", None)
    return uow


async def _current_runtime(request: Request) -> Runtime:
    runtime: Runtime = request.app.state.runtime
    return runtime


Uow = Annotated[UnitOfWork, Depends(_current_uow)]
CurrentRuntime = Annotated[Runtime, Depends(_current_runtime)]
