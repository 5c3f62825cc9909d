"""One Redis connection that all requests of a process share: commands are sent at once, answers come in order."""

import asyncio
import ssl
from collections import deque
from typing import Any, cast
from urllib.parse import parse_qs, unquote, urlsplit

import hiredis

_CONNECT_SECONDS = 2.0
_ANSWER_SECONDS = 2.0
_RETRY_SECONDS = 0.5


class _Wire(asyncio.Protocol):
    """Matches answers to the futures that wait for them, first in, first out.

    What is asked for in one turn of the event loop leaves in one piece. A timer looks at the oldest question only:
    a timer for each would cost more than the question.
    """

    def __init__(self) -> None:
        self.transport: asyncio.Transport | None = None
        self._loop = asyncio.get_running_loop()
        self._reader = hiredis.Reader()
        self._waiting: deque[tuple[float, asyncio.Future[Any]]] = deque()
        self._unsent: list[bytes] = []
        self._watching = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast(asyncio.Transport, transport)

    def data_received(self, data: bytes) -> None:
        self._reader.feed(data)
        while (answer := self._reader.gets()) is not False:
            _, future = self._waiting.popleft()
            if future.done():
                continue
            if isinstance(answer, hiredis.ReplyError):
                future.set_exception(answer)
            else:
                future.set_result(answer)

    def connection_lost(self, exc: Exception | None) -> None:
        self.fail(ConnectionError("Redis closed the connection"))

    def fail(self, problem: Exception) -> None:
        """Tell everybody who waits, and take no more questions."""
        if self.transport is not None:
            self.transport.abort()
            self.transport = None
        for _, future in self._waiting:
            if not future.done():
                future.set_exception(problem)
        self._waiting.clear()

    def send(self, command: tuple[str | bytes | int, ...]) -> asyncio.Future[Any]:
        if self.transport is None:
            raise ConnectionError("not connected to Redis")
        future: asyncio.Future[Any] = self._loop.create_future()
        self._waiting.append((self._loop.time() + _ANSWER_SECONDS, future))
        if not self._watching:
            self._watch()
        if not self._unsent:
            self._loop.call_soon(self._flush)
        self._unsent.append(hiredis.pack_command(cast(Any, command)))
        return future

    def _flush(self) -> None:
        if self.transport is not None:
            self.transport.write(b"".join(self._unsent))
        self._unsent.clear()

    def _watch(self) -> None:
        """Give up when the oldest answer is overdue: those after a lost one would go to the wrong callers."""
        self._watching = bool(self._waiting)
        if self._waiting:
            due, _ = self._waiting[0]
            if due <= self._loop.time():
                self.fail(TimeoutError(f"Redis did not answer within {_ANSWER_SECONDS} seconds"))
            self._loop.call_at(due, self._watch)


class RedisPipe:
    """Commands over one shared connection, opened when first needed and again after a loss.

    Raises `ConnectionError` or `TimeoutError` when Redis is away; then, for half a second, at once.
    """

    def __init__(self, url: str) -> None:
        self._url = url
        self._wire: _Wire | None = None
        self._opening = asyncio.Lock()
        self._not_before = 0.0

    async def execute(self, *command: str | bytes | int) -> Any:
        """The answer to one command; Redis's own errors are raised as `hiredis.ReplyError`."""
        wire = self._wire
        if wire is None or wire.transport is None:
            wire = await self._open()
        return await wire.send(command)

    async def _open(self) -> _Wire:
        async with self._opening:
            if self._wire is not None and self._wire.transport is not None:
                return self._wire
            loop = asyncio.get_running_loop()
            if loop.time() < self._not_before:
                raise ConnectionError("Redis was out of reach a moment ago")
            try:
                self._wire = await asyncio.wait_for(_dial(self._url), _CONNECT_SECONDS)
            except (OSError, hiredis.HiredisError) as problem:
                self._not_before = loop.time() + _RETRY_SECONDS
                raise ConnectionError(f"Redis is out of reach: {problem}") from problem
            return self._wire

    def close(self) -> None:
        """Drop the connection; waiting callers get `ConnectionError`."""
        if self._wire is not None:
            self._wire.fail(ConnectionError("the connection to Redis was closed"))
        self._wire = None


async def _dial(url: str) -> _Wire:
    parts = urlsplit(url)
    query = parse_qs(parts.query)
    loop = asyncio.get_running_loop()
    if parts.scheme == "unix":
        _, wire = await loop.create_unix_connection(_Wire, unquote(parts.path))
        database = query.get("db", ["0"])[0]
    else:
        context = ssl.create_default_context() if parts.scheme == "rediss" else None
        _, wire = await loop.create_connection(_Wire, parts.hostname or "localhost", parts.port or 6379, ssl=context)
        database = parts.path.strip("/") or query.get("db", ["0"])[0]
    if parts.password:
        name = (unquote(parts.username),) if parts.username else ()
        await wire.send(("AUTH", *name, unquote(parts.password)))
    if database != "0":
        await wire.send(("SELECT", database))
    return wire
