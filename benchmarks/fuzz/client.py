"""A client that can be as wrong as it likes: it writes HTTP itself, and reads what is answered."""

import json
import socket
from collections.abc import Iterator
from http.client import HTTPException, HTTPResponse
from typing import NamedTuple
from urllib.parse import urlsplit

from benchmarks.fuzz.bodies import Sending

ANSWERS = frozenset({200, 400, 401, 404, 413, 429})
"""What the protocol knows; 404 for paths that are no endpoint's."""


class Answer(NamedTuple):
    """A status and its body."""

    status: int
    body: bytes

    @property
    def fault(self) -> str | None:
        """What is wrong with an answer of the server's, None when nothing is."""
        if self.status not in ANSWERS:
            return f"status {self.status}: {self.body[:300]!r}"
        try:
            told = json.loads(self.body)
        except ValueError:
            return f"no JSON with status {self.status}: {self.body[:300]!r}"
        if self.status == 200:
            return None if isinstance(told, dict) and set(told) <= {"id"} else f"an odd 200: {told}"
        wanted = {"error", "message"} <= set(told) <= {"error", "message", "details", "retryAfter"}
        return None if wanted else f"an odd error: {told}"

    @property
    def event_id(self) -> str | None:
        """The id of the event that was taken."""
        return json.loads(self.body).get("id") if self.status == 200 else None


def send(url: str, project_id: int, key: str, sending: Sending, seconds: float = 30) -> Answer | None:
    """The answer; None when the server hung up on a request that was cut off, which is its right.

    Raises OSError when it hangs up on a complete one, or does not answer in time.
    """
    address = urlsplit(url)
    with socket.create_connection((address.hostname or "", address.port or 80), seconds) as connection:
        try:
            for piece in _written(project_id, key, sending):
                connection.sendall(piece)
            if sending.cut:
                connection.shutdown(socket.SHUT_WR)
        except OSError:
            pass  # Whoever refuses a body early need not read the rest of it; what it answered is there.
        try:
            with HTTPResponse(connection) as response:
                response.begin()
                return Answer(response.status, response.read())
        except (HTTPException, ConnectionResetError):
            if sending.cut:
                return None
            raise


def _written(project_id: int, key: str, sending: Sending) -> Iterator[bytes]:
    framing = "Transfer-Encoding: chunked" if sending.said is None else f"Content-Length: {sending.said}"
    headers = "".join(f"{name}: {value}\r\n" for name, value in sending.headers.items())
    yield (
        f"POST /api/{project_id}/{sending.path}/ HTTP/1.1\r\nHost: fuzz\r\nConnection: close\r\n"
        f"X-Sentry-Auth: Sentry sentry_key={key}\r\n{headers}{framing}\r\n\r\n"
    ).encode("latin-1")
    for chunk in sending.chunks:
        if chunk:
            yield chunk if sending.said is not None else b"%x\r\n%s\r\n" % (len(chunk), chunk)
    if sending.said is None and not sending.cut:
        yield b"0\r\n\r\n"
