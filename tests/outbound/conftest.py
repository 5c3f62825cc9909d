"""A server that says what a test tells it to, byte by byte, and remembers what it was asked."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import suppress

import pytest_asyncio

Say = Callable[[bytes, asyncio.StreamWriter], Awaitable[None]]


class Server:
    """`requests` are the heads it read, `connections` how many were opened; `say` answers one request."""

    def __init__(self) -> None:
        self.requests: list[bytes] = []
        self.connections = 0
        self.port = 0
        self.say: Say = self.ok
        self._serving: set[asyncio.Task[None] | None] = set()

    async def ok(self, head: bytes, out: asyncio.StreamWriter) -> None:
        out.write(b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok")

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        self._serving.add(asyncio.current_task())
        try:
            while head := await reader.readuntil(b"\r\n\r\n"):
                self.requests.append(head)
                await self.say(head, writer)
                await writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            writer.close()
            with suppress(ConnectionError):
                await writer.wait_closed()

    async def hang_up(self) -> None:
        """End what is still open: a socket of a loop that has ended would be found in another test."""
        for task in filter(None, self._serving):
            task.cancel()
        await asyncio.gather(*filter(None, self._serving), return_exceptions=True)


@pytest_asyncio.fixture
async def server() -> AsyncIterator[Server]:
    mine = Server()
    listening = await asyncio.start_server(mine.serve, "127.0.0.1", 0)
    mine.port = listening.sockets[0].getsockname()[1]
    yield mine
    listening.close()
    await mine.hang_up()
