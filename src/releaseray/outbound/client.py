"""The HTTP client for addresses that clients name."""

import asyncio
import ssl
import zlib
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from functools import cache
from http.cookiejar import CookieJar, DefaultCookiePolicy
from typing import Any
from weakref import WeakValueDictionary

import httpcore
import httpx

from releaseray import __version__
from releaseray.outbound.addresses import (
    Networks,
    OutboundRefused,
    Resolve,
    check_host,
    check_shape,
    system_resolve,
)

GZIP_WINDOW = 16 + zlib.MAX_WBITS


class AnswerTooLarge(httpx.TransportError):
    """The answer is larger than the client reads, packed or unpacked. The request was carried out."""


def never_sent(error: httpx.HTTPError) -> bool:
    """Whether the request surely did not reach the other side, so that trying again cannot do things twice."""
    return isinstance(error, httpx.ConnectError | httpx.ConnectTimeout | httpx.PoolTimeout | OutboundRefused)


class PinnedBackend(httpcore.AsyncNetworkBackend):
    """Opens connections to checked addresses only; the name is not looked up again."""

    def __init__(self, allow: Networks, resolve: Resolve) -> None:
        self._allow = allow
        self._resolve = resolve
        self._sockets = httpcore.AnyIOBackend()

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,  # noqa: ASYNC109 - httpcore's interface
        local_address: str | None = None,
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> httpcore.AsyncNetworkStream:
        try:
            async with asyncio.timeout(timeout):
                addresses = await check_host(host, self._allow, port=port, resolve=self._resolve)
                share = None if timeout is None else timeout / len(addresses)
                return await self._first_open(addresses, port, share, local_address, socket_options)
        except TimeoutError as error:
            raise httpcore.ConnectTimeout(f"{host} does not answer.") from error

    async def _first_open(
        self,
        addresses: list[str],
        port: int,
        share: float | None,
        local_address: str | None,
        options: Iterable[httpcore.SOCKET_OPTION] | None,
    ) -> httpcore.AsyncNetworkStream:
        for address in addresses[:-1]:
            try:
                return await self._sockets.connect_tcp(address, port, share, local_address, options)
            except (httpcore.ConnectError, httpcore.ConnectTimeout):
                continue
        return await self._sockets.connect_tcp(addresses[-1], port, share, local_address, options)

    async def connect_unix_socket(
        self,
        path: str,
        timeout: float | None = None,  # noqa: ASYNC109 - httpcore's interface
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> httpcore.AsyncNetworkStream:
        raise OutboundRefused("Unix sockets are not called.")

    async def sleep(self, seconds: float) -> None:
        await self._sockets.sleep(seconds)


class _PinnedTransport(httpx.AsyncHTTPTransport):
    """httpx's own transport over a pool that connects through `PinnedBackend`."""

    def __init__(self, backend: PinnedBackend, tls: ssl.SSLContext, connections: int) -> None:
        self._pool = httpcore.AsyncConnectionPool(
            ssl_context=tls,
            max_connections=connections,
            max_keepalive_connections=min(connections, 20),
            keepalive_expiry=5.0,
            network_backend=backend,
        )


class OutboundClient(httpx.AsyncClient):
    """An httpx client for addresses that clients name; share one a process and close it at the end.

    `allow`: the operator's networks. `total`: seconds for a whole exchange. `limit`: bytes of an unpacked answer;
    a longer one is an error or, with `cut`, cut there. `connections`: how many may be open at once,
    `per_host` of them to one host; calls beyond that wait for their turn. Raises
    httpx's errors, `OutboundRefused` and `AnswerTooLarge` among them; redirects come back as they are, never
    followed; cookies are not kept; answers are read whole.
    """

    def __init__(
        self,
        allow: Networks = (),
        *,
        total: float = 15.0,
        limit: int = 5_000_000,
        cut: bool = False,
        connections: int = 100,
        per_host: int = 20,
        resolve: Resolve = system_resolve,
        tls: ssl.SSLContext | None = None,
    ) -> None:
        self._total = total
        self._limit = limit
        self._cut = cut
        self._per_host = per_host
        self._gates: WeakValueDictionary[tuple[str, int | None], asyncio.Semaphore] = WeakValueDictionary()
        backend = PinnedBackend(allow, resolve)
        tls = tls or _authorities()
        super().__init__(
            transport=_PinnedTransport(backend, tls, connections),
            trust_env=False,
            follow_redirects=False,
            # Connecting, TLS and the pool have a quarter each: the total can only run out once all is sent.
            timeout=httpx.Timeout(total, connect=total / 4, pool=total / 4),
            cookies=CookieJar(DefaultCookiePolicy(allowed_domains=[])),
            headers={"User-Agent": f"ReleaseRay/{__version__}", "Accept-Encoding": "gzip"},
        )

    async def send(self, request: httpx.Request, **options: Any) -> httpx.Response:
        check_shape(request.url)
        async with self._turn(request):
            return await self._exchange(request, options)

    @asynccontextmanager
    async def _turn(self, request: httpx.Request) -> AsyncIterator[None]:
        """A place among the calls to one host, so that a host that hangs does not take every connection."""
        host = (request.url.host, request.url.port)
        gate = self._gates.setdefault(host, asyncio.Semaphore(self._per_host))
        try:
            async with asyncio.timeout(self._total / 4):
                await gate.acquire()
        except TimeoutError as error:
            message = f"Too many calls to {request.url.host} are under way."
            raise httpx.PoolTimeout(message, request=request) from error
        try:
            yield
        finally:
            gate.release()

    async def _exchange(self, request: httpx.Request, options: dict[str, Any]) -> httpx.Response:
        try:
            async with asyncio.timeout(self._total):
                response = await super().send(request, **{**options, "stream": True, "follow_redirects": False})
                try:
                    return await _read(response, self._limit, self._cut)
                finally:
                    await response.aclose()
        except TimeoutError as error:
            raise httpx.ReadTimeout(f"No whole answer within {self._total:g} seconds.", request=request) from error


async def _read(response: httpx.Response, limit: int, cut: bool) -> httpx.Response:
    """The whole answer, unpacked no further than to the limit."""
    content = await _content(response, limit + 1)
    if len(content) > limit and not cut:
        raise AnswerTooLarge(f"The answer is larger than {limit} bytes.", request=response.request)
    headers = [(k, v) for k, v in response.headers.multi_items() if k not in ("content-encoding", "content-length")]
    return httpx.Response(
        response.status_code,
        headers=headers,
        content=content[:limit],
        request=response.request,
        extensions={"http_version": response.extensions.get("http_version", b"HTTP/1.1")},
    )


async def _content(response: httpx.Response, most: int) -> bytes:
    encoding = response.headers.get("content-encoding", "identity").lower()
    if encoding not in ("gzip", "identity"):
        raise httpx.DecodingError(f"The answer is packed as {encoding[:20]!r}, which was not asked for.")
    packed, content = False, bytearray()
    unpacker = zlib.decompressobj(GZIP_WINDOW)
    async for chunk in response.aiter_raw():
        packed = encoding == "gzip"
        content += _unpack(unpacker, chunk, most - len(content)) if packed else chunk
        if len(content) >= most:
            return bytes(content)
    if packed and not unpacker.eof:
        raise httpx.DecodingError("The answer ends too early.", request=response.request)
    return bytes(content)


def _unpack(unpacker: "zlib._Decompress", chunk: bytes, room: int) -> bytes:
    try:
        return unpacker.decompress(chunk, room)
    except zlib.error as error:
        raise httpx.DecodingError("The answer is not the gzip it says it is.") from error


@cache
def _authorities() -> ssl.SSLContext:
    """Who vouches for the servers of others. One a process: it holds megabytes and takes longest of all to make."""
    return httpx.create_ssl_context()
