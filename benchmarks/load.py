"""Load on one address: `wrk` where it is installed, else a small client of our own."""

import asyncio
import re
import shutil
import subprocess
import time
from dataclasses import dataclass
from urllib.parse import urlsplit

import httptools

CONNECTIONS = 16


@dataclass(frozen=True)
class Load:
    """What a server answered."""

    requests: int
    seconds: float

    @property
    def per_second(self) -> float:
        """Requests per second."""
        return self.requests / self.seconds


def tool() -> str:
    """What makes the load."""
    return "wrk" if shutil.which("wrk") else "the client in benchmarks/load.py"


def load(url: str, key: str, seconds: int) -> Load:
    """Ask for `url` over and over on 16 connections; raises RuntimeError for any answer but 200."""
    return _wrk(url, key, seconds) if shutil.which("wrk") else asyncio.run(_python(url, key, seconds))


def _wrk(url: str, key: str, seconds: int) -> Load:
    command = ["wrk", "-t1", f"-c{CONNECTIONS}", f"-d{seconds}s", "-H", f"Authorization: Bearer {key}", url]
    said = subprocess.run(command, stdout=subprocess.PIPE, check=True, text=True).stdout
    count = re.search(r"(\d+) requests in ([\d.]+)(ms|s)", said)
    if count is None or "Non-2xx" in said or "Socket errors" in said:
        raise RuntimeError(f"the load failed:\n{said}")
    return Load(int(count[1]), float(count[2]) / (1000 if count[3] == "ms" else 1))


class _Client(asyncio.Protocol):
    """One connection that asks again as soon as it is answered."""

    def __init__(self, request: bytes) -> None:
        self.answered = 0
        self.failure: str | None = None
        self.ended = False
        self.closed = asyncio.get_running_loop().create_future()
        self._request = request

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = transport
        self._ask()

    def data_received(self, data: bytes) -> None:
        self._parser.feed_data(data)

    def on_message_complete(self) -> None:
        if self._parser.get_status_code() != 200:
            self.failure = f"an answer with status {self._parser.get_status_code()}"
        elif not self.ended:
            self.answered += 1
            asyncio.get_running_loop().call_soon(self._ask)

    def connection_lost(self, problem: Exception | None) -> None:
        if not self.ended:
            self.failure = "the server closed a connection"
        self.closed.set_result(None)

    def end(self) -> None:
        self.ended = True
        self._transport.close()

    def _ask(self) -> None:
        if not self.ended:
            self._parser = httptools.HttpResponseParser(self)
            self._transport.write(self._request)  # type: ignore[attr-defined]  # a TCP transport


async def _python(url: str, key: str, seconds: float) -> Load:
    where = urlsplit(url)
    host, port = where.hostname or "localhost", where.port or 80
    request = f"GET {where.path} HTTP/1.1\r\nHost: {where.netloc}\r\nAuthorization: Bearer {key}\r\n\r\n".encode()
    loop = asyncio.get_running_loop()
    dial = [loop.create_connection(lambda: _Client(request), host, port) for _ in range(CONNECTIONS)]
    clients = [client for _, client in await asyncio.gather(*dial)]
    began = time.perf_counter()
    await asyncio.sleep(seconds)
    took = time.perf_counter() - began
    for client in clients:
        client.end()
    await asyncio.gather(*(client.closed for client in clients))
    failures = {client.failure for client in clients if client.failure}
    if failures:
        raise RuntimeError(f"the load failed: {', '.join(sorted(failures))}")
    return Load(sum(client.answered for client in clients), took)
