"""GitHub's API with made-up answers, and no waiting."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import httpx
from pydantic import SecretStr

from releaseray.github import GitHubApi, TokenAuth

NOW = datetime(2026, 11, 22, 12, 0, 0, tzinfo=UTC)
Handler = Callable[[httpx.Request], httpx.Response]


class Memory:
    """A storage that forgets at the end of the test."""

    def __init__(self) -> None:
        self.kept: dict[str, bytes] = {}

    async def load(self, key: str) -> bytes | None:
        return self.kept.get(key)

    async def save(self, key: str, value: bytes) -> None:
        self.kept[key] = value


class Naps:
    """Sleeps without sleeping."""

    def __init__(self) -> None:
        self.taken: list[float] = []

    async def __call__(self, seconds: float) -> None:
        self.taken.append(seconds)


def api(handler: Handler, **options: Any) -> GitHubApi:
    http = httpx.AsyncClient(transport=httpx.MockTransport(handler))
    defaults: dict[str, Any] = {"auth": TokenAuth(SecretStr("ghp_1")), "sleep": Naps(), "now": lambda: NOW}
    return GitHubApi(http, **defaults | options)


def answers(*given: httpx.Response | Exception) -> Handler:
    left = list(given)

    def handler(request: httpx.Request) -> httpx.Response:
        answer = left.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer

    return handler
