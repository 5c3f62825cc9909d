"""The gate every request passes: request id, key, rate limit, usage, metrics, and the last word on failures."""

import re
import secrets
import time
from http import HTTPStatus

import structlog
from starlette.datastructures import Headers
from starlette.requests import ClientDisconnect
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from structlog.contextvars import bind_contextvars

from releaseray.api import metrics
from releaseray.api.auth import Caller, KeyRing, presented_key
from releaseray.api.limits import Limiter, Verdict
from releaseray.api.problems import crashed, problem, rate_limited, unavailable
from releaseray.db import is_outage
from releaseray.services.usage import UsageRecorder

_REQUEST_ID = re.compile(r"[A-Za-z0-9._:-]{1,100}")
_OWN_AUTH = re.compile(r"/api/(?:\d+/(?:envelope|store|security)/?|webhooks/github)$")
_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
_TEST_MODES = frozenset({"true", "false"})
_TRUE_OR_FALSE = "should be 'true' or 'false'"
_STORMS = "ingest"
"""The operation that comes by the thousand a second: a line for each accepted event would cost as much as taking it."""
_NO_KEY = "Invalid API key. Generate a new key in Settings → API Keys."
RawHeader = tuple[bytes, bytes]

log = structlog.stdlib.get_logger(__name__)


class Gate:
    """ASGI middleware around everything; only `/api/…` wants a key."""

    def __init__(self, app: ASGIApp, keys: KeyRing, limiter: Limiter, usage: UsageRecorder) -> None:
        self._app = app
        self._keys = keys
        self._limiter = limiter
        self._usage = usage

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        if scope["method"] == "HEAD" and scope["path"].startswith("/api/"):
            # The server, which knows the method as it came, keeps the body back
            scope = {**scope, "method": "GET"}
        headers = Headers(scope=scope)
        visit = _Visit(scope, send, _request_id(headers))
        # Nothing to unbind: every request runs in a task of its own.
        bind_contextvars(request_id=visit.request_id)
        try:
            await self._pass(scope, headers, receive, visit)
        except Exception as error:
            await visit.fail(error, receive)
        visit.record()

    async def _pass(self, scope: Scope, headers: Headers, receive: Receive, visit: "_Visit") -> None:
        state = scope.setdefault("state", {})
        state["request_id"] = visit.request_id
        path: str = scope["path"]
        if not path.startswith("/api/") or _OWN_AUTH.match(path):
            await self._app(scope, receive, visit.send)
            return
        secret = presented_key(headers)
        caller = await self._keys.find(secret) if secret else None
        if caller is None:
            await (await self._refuse(scope))(scope, receive, visit.send)
            return
        verdict = await self._check(caller)
        visit.limits = _limit_headers(verdict)
        if not verdict.allowed:
            await rate_limited(verdict.message, verdict.retry_after)(scope, receive, visit.send)
            return
        state["caller"] = caller
        wanted = headers.get("x-test-mode", "false").lower()
        if wanted not in _TEST_MODES:
            # A guess would either do what was only to be tried, or try what was to be done
            await problem(400, f"X-Test-Mode: {_TRUE_OR_FALSE}", {"X-Test-Mode": _TRUE_OR_FALSE})(
                scope, receive, visit.send
            )
            return
        state["test_mode"] = wanted == "true"
        if not state["test_mode"]:
            self._usage.count(caller.org_id, caller.key_id)
        await self._app(scope, receive, visit.send)

    async def _check(self, caller: Caller) -> Verdict:
        limits = self._limiter
        return await limits.check(
            [(limits.minute, caller.key_id), (limits.hour, caller.key_id), (limits.day, caller.org_id)]
        )

    async def _refuse(self, scope: Scope) -> ASGIApp:
        """401, or 429 for an address that keeps failing."""
        address = scope["client"][0] if scope.get("client") else "unknown"
        verdict = await self._limiter.check([(self._limiter.failures, address)])
        if not verdict.allowed:
            return rate_limited(verdict.message, verdict.retry_after)
        return problem(401, _NO_KEY, headers={"WWW-Authenticate": "Bearer"})


class _Visit:
    """One request on its way through: what its response must carry and what is recorded of it."""

    def __init__(self, scope: Scope, send: Send, request_id: str) -> None:
        self.request_id = request_id
        self.limits: tuple[RawHeader, ...] = ()
        self._scope = scope
        self._send = send
        self._status = 0
        self._began = time.perf_counter()

    async def send(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self._status = message["status"]
            own = (b"x-request-id", self.request_id.encode("latin-1"))
            message["headers"] = [*message.get("headers", ()), own, *self.limits]
        await self._send(message)

    async def fail(self, error: Exception, receive: Receive) -> None:
        if isinstance(error, ClientDisconnect):
            log.info("the client hung up", path=self._scope["path"])
            return
        outage = is_outage(error)
        if outage:
            log.warning("a service is out of reach", error=str(error))
        else:
            log.error("request failed", exc_info=error, path=self._scope["path"])
        if not self._status:
            response = unavailable() if outage else crashed(self.request_id)
            await response(self._scope, receive, self.send)

    def record(self) -> None:
        seconds = time.perf_counter() - self._began
        route = self._scope.get("route")
        operation = getattr(route, "operation", None) or getattr(route, "name", None) or "none"
        method = self._scope["method"] if self._scope["method"] in _METHODS else "other"
        metrics.requests(operation, method, self._status).inc()
        metrics.seconds(operation).observe(seconds)
        usual = operation == _STORMS or self._scope["method"] in ("GET", "HEAD")
        if self._status >= HTTPStatus.BAD_REQUEST or not usual:
            log.info(
                "request",
                method=self._scope["method"],
                path=self._scope["path"],
                status=self._status,
                ms=round(seconds * 1000, 1),
            )


def _request_id(headers: Headers) -> str:
    given = headers.get("x-request-id")
    return given if given and _REQUEST_ID.fullmatch(given) else secrets.token_hex(8)


def _limit_headers(verdict: Verdict) -> tuple[RawHeader, ...]:
    return (
        (b"x-ratelimit-limit", b"%d" % verdict.window.limit),
        (b"x-ratelimit-remaining", b"%d" % verdict.remaining),
        (b"x-ratelimit-reset", b"%d" % verdict.reset),
    )
