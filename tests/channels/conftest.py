"""A vendor that answers as a test tells it to, and a note to send there."""

import json
from collections.abc import Callable
from typing import Any

import httpx
import pytest

from releaseray.channels import Note

Answer = httpx.Response | Exception


class Vendor:
    """Answers requests one after the other from `answers`, or by `handler`; `requests` are what it was asked."""

    def __init__(self) -> None:
        self.answers: list[Answer] = []
        self.handler: Callable[[httpx.Request], Answer] | None = None
        self.requests: list[httpx.Request] = []
        self.http = httpx.AsyncClient(transport=httpx.MockTransport(self._answer))

    def _answer(self, request: httpx.Request) -> httpx.Response:
        self.requests.append(request)
        answer = self.handler(request) if self.handler else self.answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer

    def says(self, *answers: Answer) -> None:
        self.answers += answers

    def body(self, index: int = -1) -> Any:
        return json.loads(self.requests[index].content)

    @property
    def calls(self) -> list[str]:
        return [f"{request.method} {request.url.path}" for request in self.requests]


@pytest.fixture
def vendor() -> Vendor:
    return Vendor()


BODY = """\
## Features

- **Dark mode** for the [dashboard](https://example.com/dash) by @ada (#12)
  - follows the `system` setting
- ~~Old~~ *new* parser

## Upgrading

1. Stop the server
2. Run:

```sh
myapp migrate <all>
```
"""


@pytest.fixture
def note() -> Note:
    return Note(
        key="pub_1",
        title="myapp v1.2.0",
        version="v1.2.0",
        body_md=BODY,
        persona="engineer",
        full_name="acme/myapp",
        web_url="https://github.com/acme/myapp",
        compare_url="https://github.com/acme/myapp/compare/v1.1.0...v1.2.0",
        hosted_url="https://notes.example.com/acme-myapp/v1.2.0",
        highlights=("Dark mode", "New <parser>"),
        sha="a" * 40,
    )
