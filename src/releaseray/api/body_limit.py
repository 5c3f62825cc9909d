"""Bodies that are too large are refused in the documented form, whether or not they say how large they are."""

from collections.abc import Mapping
from types import MappingProxyType

from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from releaseray.api.problems import problem

_WITH_BODY = ("POST", "PUT", "PATCH", "DELETE")


class BodyLimit:
    """ASGI middleware: at most `most` bytes a body, or what `larger` says for a path."""

    def __init__(self, app: ASGIApp, most: int, larger: Mapping[str, int] = MappingProxyType({})) -> None:
        self._app = app
        self._most = most
        self._larger = larger

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["method"] not in _WITH_BODY:
            await self._app(scope, receive, send)
            return
        announced = Headers(scope=scope).get("content-length", "0")
        most = left = self._larger.get(scope["path"], self._most)
        if announced.isdigit() and int(announced) > most:
            await problem(413, f"The body is larger than {most} bytes.")(scope, receive, send)
            return

        async def counted() -> Message:
            nonlocal left
            message = await receive()
            left -= len(message.get("body", b""))
            if left < 0:
                # FastAPI lets exactly this kind through while it reads a body.
                raise HTTPException(413)
            return message

        await self._app(scope, counted, send)
