"""Bodies that are too large are refused in the documented form, whether or not they say how large they are."""

import re

from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from releaseray.api.problems import problem

_WITH_BODY = ("POST", "PUT", "PATCH", "DELETE")


class BodyLimit:
    """ASGI middleware: at most `most` bytes a body, except where the path says that the endpoint has its own limit."""

    def __init__(self, app: ASGIApp, most: int, own_limit: re.Pattern[str]) -> None:
        self._app = app
        self._most = most
        self._own_limit = own_limit

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["method"] not in _WITH_BODY or self._own_limit.match(scope["path"]):
            await self._app(scope, receive, send)
            return
        announced = Headers(scope=scope).get("content-length", "0")
        if announced.isdigit() and int(announced) > self._most:
            await problem(413, f"The body is larger than {self._most} bytes.")(scope, receive, send)
            return
        left = self._most

        async def counted() -> Message:
            nonlocal left
            message = await receive()
            left -= len(message.get("body", b""))
            if left < 0:
                # FastAPI lets exactly this kind through while it reads a body.
                raise HTTPException(413)
            return message

        await self._app(scope, counted, send)
