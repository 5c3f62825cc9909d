"""Who calls: keys looked up by digest, remembered for seconds, and what their scopes allow."""

import asyncio
import time
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Set
from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends, Request
from starlette.datastructures import Headers

from releaseray.db import Database
from releaseray.errors import Forbidden
from releaseray.services.keys import Scope, digest, well_formed

_REMEMBERED_SECONDS = 3.0
_REMEMBERED_KEYS = 10_000
_QUERY = """
SELECT id, org_id, scopes, extract(epoch FROM expires_at)::float8 AS expires
FROM api_keys WHERE digest = $1 AND revoked_at IS NULL
"""


@dataclass(frozen=True, slots=True)
class Caller:
    """The key behind a request; `expires` in unix seconds."""

    key_id: str
    org_id: str
    scopes: frozenset[str]
    expires: float | None


class KeyRing:
    """Finds the caller of a key. What it remembers is older than three seconds never, so that a revoked key stops
    working in every process within five."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._known: OrderedDict[bytes, tuple[float, asyncio.Future[Caller | None]]] = OrderedDict()

    async def find(self, secret: str) -> Caller | None:
        """The caller, or None for a key that is malformed, unknown, revoked or expired."""
        if not well_formed(secret):
            return None
        mark = digest(secret)
        caller = await self._remembered(mark)
        if caller is None or (caller.expires is not None and caller.expires <= time.time()):
            return None
        return caller

    async def _remembered(self, mark: bytes) -> Caller | None:
        known = self._known.get(mark)
        if known is not None and known[0] > time.monotonic():
            return known[1].result() if known[1].done() else await asyncio.shield(known[1])
        # One query for all who ask at the same time; a failure is not remembered.
        asking = asyncio.ensure_future(self._ask(mark))
        self._known[mark] = (time.monotonic() + _REMEMBERED_SECONDS, asking)
        if len(self._known) > _REMEMBERED_KEYS:
            self._known.popitem(last=False)
        try:
            return await asyncio.shield(asking)
        except BaseException:
            self._known.pop(mark, None)
            raise

    async def _ask(self, mark: bytes) -> Caller | None:
        row = await self._database.raw.fetchrow(_QUERY, mark)
        return row and Caller(row["id"], row["org_id"], frozenset(row["scopes"]), row["expires"])


def presented_key(headers: Headers) -> str | None:
    """The key a request carries: `Authorization: Bearer KEY`, else `X-API-Key: KEY`."""
    scheme, _, key = headers.get("authorization", "").partition(" ")
    if scheme.lower() == "bearer":
        return key.strip()
    return headers.get("x-api-key")


SECURITY_SCHEMES = {
    "bearer": {"type": "http", "description": "`Authorization: Bearer KEY`", "scheme": "bearer"},
    "apiKey": {"type": "apiKey", "description": "`X-API-Key: KEY`", "in": "header", "name": "X-API-Key"},
}
"""The two ways to present a key, as the OpenAPI document declares them."""
EITHER_HEADER: list[dict[str, list[str]]] = [{name: []} for name in SECURITY_SCHEMES]
"""What an operation that wants a key declares."""


async def current_caller(request: Request) -> Caller:
    """The caller that the gate found."""
    caller: Caller = request.state.caller
    return caller


CurrentCaller = Annotated[Caller, Depends(current_caller)]


def needs(scope: Scope) -> Callable[[Request], Awaitable[None]]:
    """A dependency that lets in keys with `scope` only; raises `Forbidden`, naming it."""

    async def check(request: Request) -> None:
        check_scopes(request.state.caller, {scope})

    return check


def check_scopes(caller: Caller, scopes: Set[Scope]) -> None:
    """Raise `Forbidden`, naming the scope, unless the key has them all."""
    for scope in scopes:
        if scope not in caller.scopes:
            raise Forbidden(f"This API key lacks the scope '{scope}', which this request needs.")
