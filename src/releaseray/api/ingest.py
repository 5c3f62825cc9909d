"""Where Sentry SDKs send to: the envelope and store endpoints, authenticated by a service's DSN."""

import asyncio
import re
import time
from collections.abc import AsyncIterator
from typing import NamedTuple
from uuid import UUID, uuid4

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.types import ASGIApp, Receive, Scope, Send

from releaseray.api.limits import Limiter, Window
from releaseray.api.problems import STATUS, problem, rate_limited
from releaseray.errors import AppError, PayloadTooLarge, RateLimited, Unauthorized
from releaseray.models import InboxKind
from releaseray.repositories.inbox import Arrival
from releaseray.services.dsns import Dsns, Receiver
from releaseray.services.inbox import Inbox
from releaseray.tracking.dsn import parse_auth
from releaseray.tracking.envelope import EnvelopeReader, Item
from releaseray.tracking.sentry_event import MAX_EVENT_BYTES, EventError, parse_event_id, parse_json
from releaseray.tracking.sentry_limits import SentryLimit, rate_limit_headers
from releaseray.tracking.unpack import Unpacker

_PATH = re.compile(r"/api/([0-9]{1,19})/(envelope|store)/?")
_KEPT_BYTES = 8 * 2**20
_PIECES_A_TURN = 16
_CORS = {
    "Access-Control-Allow-Origin": "*",
    "Access-Control-Expose-Headers": "X-Sentry-Error, X-Sentry-Rate-Limits, Retry-After",
}
_PREFLIGHT = {
    "Access-Control-Allow-Methods": "POST",
    "Access-Control-Allow-Headers": "X-Sentry-Auth, X-Requested-With, Origin, Accept, Content-Type, Authentication, "
    "Authorization, Content-Encoding, Transfer-Encoding, sentry-trace, baggage",
    "Access-Control-Max-Age": "3600",
}


class _Route(NamedTuple):
    """What metrics name these requests by, as they do by a router's routes."""

    name: str


_ROUTE = _Route("ingest")


class Ingest:
    """ASGI middleware in front of routing and its limit on bodies: events come in storms, and finding their route
    would cost as much as taking them. Bodies are bounded here, step by step."""

    def __init__(self, app: ASGIApp, inbox: Inbox, dsns: Dsns, limiter: Limiter) -> None:
        self._app = app
        self._inbox = inbox
        self._dsns = dsns
        self._limiter = limiter

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        match = _PATH.fullmatch(scope["path"]) if scope["type"] == "http" else None
        if match is None:
            await self._app(scope, receive, send)
            return
        scope["route"] = _ROUTE
        response = await self._answer(Request(scope, receive), int(match[1]), match[2] == "store")
        await response(scope, receive, send)

    async def _answer(self, request: Request, project_id: int, one_event: bool) -> Response:
        """Has what every answer to an SDK has: CORS for browsers, the protocol's headers when it shall hold back."""
        if request.method == "OPTIONS":
            return Response(status_code=204, headers={**_CORS, **_PREFLIGHT})
        if request.method != "POST":
            told = f"{request.url.path} takes POST, not {request.method}."
            return problem(405, told, headers={**_CORS, "Allow": "POST"})
        try:
            taken = await (self._store if one_event else self._envelope)(request, project_id)
        except RateLimited as limit:
            headers = rate_limit_headers([SentryLimit(limit.retry_after, (), "project")])
            return rate_limited(limit.message, limit.retry_after, {**_CORS, **headers})
        except AppError as error:
            reason = {"X-Sentry-Error": error.message.encode("ascii", "replace").decode()[:1000]}
            return problem(STATUS[_kind(error)], error.message, error.details, {**_CORS, **reason})
        return JSONResponse(taken, headers=_CORS)

    async def _envelope(self, request: Request, project_id: int) -> dict[str, str]:
        """Take the events and sessions of an envelope; whatever else is in it is skipped."""
        received = time.time()
        receiver = await self._early_receiver(request, project_id)
        reader, items, kept = EnvelopeReader(), list[Item](), 0
        async for piece in _unpacked(request):
            found = reader.feed(piece)
            if receiver is None and reader.header is not None:
                receiver = await self._authenticated(request, project_id, reader.header.dsn)
            items += found
            kept += sum(len(item.payload) for item in found)
            if kept > _KEPT_BYTES:
                raise PayloadTooLarge(f"The envelope has more than {_KEPT_BYTES} bytes of events and sessions.")
        items += reader.finish()
        header = reader.header
        if receiver is None or header is None:
            receiver = await self._authenticated(request, project_id, header.dsn if header else None)
        sent_at = header.sent_at if header else None
        event_id = header.event_id if header else None
        arrivals = [_arrival(receiver, item, received, sent_at, event_id) for item in items if item.wanted]
        await self._accept(receiver, arrivals)
        told = next((arrival.event_id.hex for arrival in arrivals if arrival.event_id), event_id)
        return {"id": told} if told else {}

    async def _store(self, request: Request, project_id: int) -> dict[str, str]:
        """Take one event, as older SDKs send it."""
        received = time.time()
        receiver = await self._early_receiver(request, project_id)
        receiver = receiver or await self._authenticated(request, project_id, None)
        body = bytearray()
        async for piece in _unpacked(request):
            body += piece
            if len(body) > MAX_EVENT_BYTES:
                raise PayloadTooLarge(f"The event has more than {MAX_EVENT_BYTES} bytes.")
        item = Item(InboxKind.EVENT, bytes(body), len(body), too_large=False, wanted=True)
        arrival = _arrival(receiver, item, received, None, None)
        await self._accept(receiver, [arrival])
        return {"id": arrival.event_id.hex} if arrival.event_id else {}

    async def _early_receiver(self, request: Request, project_id: int) -> Receiver | None:
        """The service that header or query name, so that strangers are refused before their body is read."""
        if _auth_header(request) or "sentry_key" in request.query_params:
            return await self._authenticated(request, project_id, None)
        return None

    async def _authenticated(self, request: Request, project_id: int, dsn: str | None) -> Receiver:
        """The service that the client's key belongs to, with one more request counted against its limit.

        Raises `Unauthorized` and, both for services that send and for addresses that fail too much, `RateLimited`.
        """
        try:
            auth = parse_auth(_auth_header(request), request.query_params, dsn)
            receiver = await self._dsns.find(auth.public_key, project_id)
            if receiver is None:
                raise Unauthorized(f"This key does not belong to project {project_id}.")
        except Unauthorized:
            address = request.client.host if request.client else "unknown"
            await self._count(self._limiter.failures, address)
            raise
        await self._count(self._limiter.events, receiver.service_id)
        return receiver

    async def _accept(self, receiver: Receiver, arrivals: list[Arrival]) -> None:
        """Write everything down. The protocol allows one event an envelope; each further one counts by itself."""
        further = sum(arrival.kind is InboxKind.EVENT for arrival in arrivals) - 1
        await asyncio.gather(*(self._count(self._limiter.events, receiver.service_id) for _ in range(further)))
        await self._inbox.accept(arrivals)

    async def _count(self, window: Window, name: str) -> None:
        verdict = await self._limiter.check([(window, name)])
        if not verdict.allowed:
            raise RateLimited(verdict.message, verdict.retry_after)


def _kind(error: AppError) -> type[AppError]:
    return next(kind for kind in type(error).__mro__ if kind in STATUS)


async def _unpacked(request: Request) -> AsyncIterator[bytes]:
    """The body, unpacked piece by piece; others get their turn in between."""
    unpacker, pieces = Unpacker(request.headers.get("content-encoding")), 0
    async for chunk in request.stream():
        for piece in unpacker.feed(chunk):
            yield piece
            pieces += 1
            if pieces % _PIECES_A_TURN == 0:
                await asyncio.sleep(0)
    unpacker.finish()


def _auth_header(request: Request) -> str | None:
    given = request.headers.get("x-sentry-auth")
    authorization = request.headers.get("authorization", "")
    return given or (authorization if authorization.lower().startswith("sentry ") else None)


def _arrival(receiver: Receiver, item: Item, received: float, sent_at: float | None, event_id: str | None) -> Arrival:
    """The item as a row of the inbox. What is refused here cannot be counted later: what is not JSON, not an object,
    too large, or an event whose id is none."""
    if item.too_large:
        raise PayloadTooLarge(f"The {item.type} has {item.size} bytes; at most {MAX_EVENT_BYTES} are taken.")
    raw = parse_json(item.payload)
    if not isinstance(raw, dict):
        raise EventError(f"The {item.type} is not a JSON object.")
    kind = InboxKind(item.type)
    id = None
    if kind is InboxKind.EVENT:
        given = event_id or raw.get("event_id")
        id = UUID(parse_event_id(given)) if given else uuid4()
    return Arrival(receiver.project_id, kind, id, received, sent_at, item.payload)
