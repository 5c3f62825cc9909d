"""A client that sends prepared envelopes as fast as they are answered, and remembers when each was accepted."""

import asyncio
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import cast
from urllib.parse import urlsplit

import httptools
import uvloop

CONNECTIONS = 16
_PATIENCE_SECONDS = 20


@dataclass(frozen=True)
class Target:
    """Where events go: a server, and one of its projects."""

    url: str
    project_id: int
    public_key: str

    def head(self, length: int) -> bytes:
        """The request's head, as the Python SDK writes it."""
        return (
            f"POST /api/{self.project_id}/envelope/ HTTP/1.1\r\nHost: {urlsplit(self.url).netloc}\r\n"
            "Content-Type: application/x-sentry-envelope\r\nContent-Encoding: gzip\r\n"
            "User-Agent: sentry.python/2.75.0\r\nX-Sentry-Auth: Sentry sentry_key="
            f"{self.public_key}, sentry_version=7, sentry_client=sentry.python/2.75.0\r\n"
            f"Content-Length: {length}\r\n\r\n"
        ).encode()


@dataclass
class Accepted:
    """What came of a load: when each 200 came, by the monotonic clock, and how many other answers there were."""

    began: float
    at: list[float] = field(default_factory=list)
    refused: int = 0

    @property
    def per_second(self) -> float:
        """Events accepted per second, from the first request to the last answer."""
        return len(self.at) / (self.at[-1] - self.began)


class _Connection(asyncio.Protocol):
    """Sends the next envelope as soon as the one before is answered; connects again when the server hangs up."""

    def __init__(self, target: Target, bodies: Iterator[bytes], accepted: Accepted, ends: float) -> None:
        self.done: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._target, self._bodies, self._accepted, self._ends = target, bodies, accepted, ends
        self._parser = httptools.HttpResponseParser(self)
        self._transport: asyncio.Transport | None = None
        self._body: bytes | None = None
        self._keep_alive = True

    async def connect(self) -> None:
        parts = urlsplit(self._target.url)
        await asyncio.get_running_loop().create_connection(lambda: self, parts.hostname or "", parts.port or 80)

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport, self._parser = cast(asyncio.Transport, transport), httptools.HttpResponseParser(self)
        self._send()

    def data_received(self, data: bytes) -> None:
        self._parser.feed_data(data)

    def on_message_complete(self) -> None:
        if self._parser.get_status_code() == 200:
            self._accepted.at.append(time.monotonic())
        else:
            self._accepted.refused += 1
        self._body = None
        if self._parser.should_keep_alive():
            self._send()
        elif self._transport is not None:
            self._transport.close()

    def connection_lost(self, exc: Exception | None) -> None:
        """What was not answered is sent again, as an SDK with retries would."""
        if not self.done.done():
            self._reconnecting = asyncio.create_task(self.connect())

    async def end(self) -> None:
        """Hang up, once the last answer is there."""
        await self.done
        if self._transport is not None:
            self._transport.close()

    def _send(self) -> None:
        if self._body is None:
            self._body = next(self._bodies, None) if time.monotonic() < self._ends else None
        if self._transport is None or self._body is None:
            if not self.done.done():
                self.done.set_result(None)
            return
        self._transport.write(self._target.head(len(self._body)) + self._body)


def send(target: Target, bodies: Iterator[bytes], seconds: float) -> Accepted:
    """Send for so many seconds, or until there are no more; then wait for the last answers."""
    return uvloop.run(_send(target, bodies, seconds))


async def _send(target: Target, bodies: Iterator[bytes], seconds: float) -> Accepted:
    accepted = Accepted(time.monotonic())
    connections = [_Connection(target, bodies, accepted, accepted.began + seconds) for _ in range(CONNECTIONS)]
    async with asyncio.timeout(seconds + _PATIENCE_SECONDS):
        await asyncio.gather(*(connection.connect() for connection in connections))
        await asyncio.gather(*(connection.end() for connection in connections))
        await asyncio.sleep(0)  # in which they close
    return accepted
