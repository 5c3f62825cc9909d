"""Envelopes as the Python SDK sends them, some 6 kB each, and a client that sends them over one connection."""

import asyncio
import json
import time
from urllib.parse import urlsplit
from uuid import uuid4

_FRAMES = 20


def envelope(number: int, groups: int) -> bytes:
    """One event of error `number % groups`."""
    frames = [_frame(depth, number % groups) for depth in range(_FRAMES)]
    event = {
        "event_id": uuid4().hex,
        "timestamp": time.time(),
        "platform": "python",
        "level": "error",
        "release": "shop@1.0.0",
        "environment": "production",
        "server_name": "web-1",
        "exception": {"values": [{"type": "ValueError", "value": "bad amount", "stacktrace": {"frames": frames}}]},
        "tags": {"region": "eu", "plan": "pro"},
        "user": {"id": str(number % 1000)},
        "sdk": {"name": "sentry.python", "version": "2.75.0"},
    }
    payload = json.dumps(event).encode()
    header = json.dumps({"event_id": event["event_id"]}).encode()
    return b'%s\n{"type":"event","length":%d}\n%s\n' % (header, len(payload), payload)


def _frame(depth: int, group: int) -> dict[str, object]:
    line = f"    result = self.step_{depth}(order, amount=order.total, retry=False)"
    return {
        "function": f"step_{depth}" if depth < _FRAMES - 1 else f"fail_{_letters(group)}",
        "module": f"shop.orders.step{depth}",
        "filename": f"shop/orders/step{depth}.py",
        "abs_path": f"/srv/shop/orders/step{depth}.py",
        "lineno": 10 + depth,
        "in_app": True,
        "context_line": line,
        "pre_context": [line],
        "post_context": [line],
    }


def _letters(number: int) -> str:
    return "".join(chr(ord("a") + int(digit)) for digit in str(number))


class Sender:
    """One keep-alive connection to the envelope endpoint."""

    def __init__(self, url: str, project_id: int, public_key: str) -> None:
        parts = urlsplit(url)
        self._host, self._port = parts.hostname or "", parts.port or 80
        self._head = (
            f"POST /api/{project_id}/envelope/ HTTP/1.1\r\nHost: {parts.netloc}\r\n"
            f"X-Sentry-Auth: Sentry sentry_version=7, sentry_key={public_key}\r\nContent-Length: "
        ).encode()
        self._streams: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None

    async def send(self, body: bytes) -> int:
        """The status of the answer; raises `OSError` or `asyncio.IncompleteReadError` when there is none."""
        if self._streams is None:
            self._streams = await asyncio.open_connection(self._host, self._port)
        reader, writer = self._streams
        try:
            writer.write(b"%s%d\r\n\r\n%s" % (self._head, len(body), body))
            head = await reader.readuntil(b"\r\n\r\n")
            length = int(head.lower().split(b"content-length: ")[1].split(b"\r\n")[0])
            await reader.readexactly(length)
        except BaseException:
            self.close()
            raise
        return int(head.split(b" ", 2)[1])

    def close(self) -> None:
        """End the connection; the next event opens another."""
        if self._streams is not None:
            self._streams[1].close()
            self._streams = None
