"""A changelog in memory, and its pages: in this process, or on a real port."""

import socket
import threading
import time
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any

import httpx
import uvicorn
from fastapi import FastAPI

from releaseray.markdown import render
from releaseray.web.reading import Changelog, Note, Release, Repository
from releaseray.web.routes import pages_router

BODY = """## Breaking changes

- `client.retry` takes **seconds**, no longer milliseconds ([#482](https://github.com/acme/myapp/pull/482))

## Features

- Sign in with a passkey: no password to remember, and none to leak (#471)
- Export a report as CSV, up to 100,000 rows at a time (#468, thanks @rosa)
  - Dates follow the time zone of the account
- Search forgives typos ![a search](https://cdn.example/search.png)

## Fixes

1. The weekly mail is sent once on the day the clocks change
2. A file name with an emoji no longer stops an upload

| Browser | Oldest version |
|---------|---------------:|
| Firefox | 128 |
| Safari  | 17.4 |

> Upgrading takes about a minute, and needs no downtime.

```sh
pip install --upgrade "myapp>=2.4"
```

**Full changelog**: https://github.com/acme/myapp/compare/v2.3.0...v2.4.0
"""
SHORT = "### Fixes\n\n- Pages load again for accounts without a team (#{n})\n- *Rounding* of totals, to the cent\n"
DAY = datetime(2025, 11, 3, 14, 32, tzinfo=UTC)


rendered = cache(render)


def note(version: str, body: str = SHORT, when: datetime = DAY, **more: Any) -> Note:
    """A published note, rendered as a publisher would."""
    return Note(version, body, rendered(body, version), published_at=when, **({"updated_at": when} | more))


class Catalog:
    """Repositories and their notes, newest first, as `ChangelogReader` gives them; and a client of their pages."""

    def __init__(self, rate: str = "10000/minute", public_url: str | None = None) -> None:
        self.notes: dict[str, list[Note]] = {}
        self.repositories: dict[str, Repository] = {}
        self.asked: list[str] = []
        self.app = make_app(self, rate, public_url)

    def add(self, slug: str, notes: list[Note], name: str = "acme/myapp", description: str | None = None) -> None:
        self.repositories[slug] = Repository(slug, name, description)
        self.notes[slug] = notes

    async def page(self, slug: str, *, limit: int, offset: int) -> Changelog | None:
        self.asked.append(slug)
        if slug not in self.repositories:
            return None
        every = self.notes[slug]
        return Changelog(self.repositories[slug], tuple(every[offset : offset + limit]), len(every))

    async def note(self, slug: str, version: str) -> Release | None:
        self.asked.append(version)
        versions = [note.version for note in self.notes.get(slug, [])]
        if version not in versions:
            return None
        at = versions.index(version)
        newer = versions[at - 1] if at else None
        older = versions[at + 1] if at + 1 < len(versions) else None
        return Release(self.repositories[slug], self.notes[slug][at], newer, older)

    async def ask(
        self, method: str, path: str, headers: dict[str, str] | None = None, scope: Any = None
    ) -> httpx.Response:
        """What the pages answer to a request to `https://notes.example`; `scope` overrides what the server says."""

        async def app(given: Any, receive: Any, send: Any) -> None:
            await self.app(given | (scope or {}), receive, send)

        transport = httpx.ASGITransport(app)
        async with httpx.AsyncClient(transport=transport, base_url="https://notes.example") as client:
            return await client.request(method, path, headers=headers)

    async def get(self, path: str, **headers: str) -> httpx.Response:
        return await self.ask("GET", path, {name.replace("_", "-"): value for name, value in headers.items()})


def filled(rate: str = "10000/minute", public_url: str | None = None) -> Catalog:
    """An ordinary repository with 42 releases, one without any, and one with the oddest versions git allows."""
    catalog = Catalog(rate, public_url)
    newest = note("v2.4.0", BODY, compare_url="https://github.com/acme/myapp/compare/v2.3.0...v2.4.0")
    older = [note(f"v2.3.{n}", SHORT.format(n=400 + n), DAY - timedelta(days=9 * (41 - n))) for n in range(40, -1, -1)]
    catalog.add("acme-myapp", [newest, *older], "acme/myapp", "Reports that write themselves, for small teams.")
    catalog.add("acme-quiet", [], "acme/quiet")
    catalog.add("acme-mono", [note("@acme/core@1.2.0+b#7"), note("release/2025%41&<b>")], "acme/mono")
    return catalog


def make_app(read: Catalog, rate: str, public_url: str | None) -> FastAPI:
    app = FastAPI(title="ReleaseRay API", docs_url=None, redoc_url=None)
    app.include_router(pages_router(read, rate=rate, public_url=public_url))

    @app.get("/api/drafts/{draft_id}", tags=["drafts"], operation_id="drafts.get", summary="Get a draft")
    async def get_draft(draft_id: str) -> dict[str, str]:
        return {"id": draft_id}

    return app


class Served:
    """An app on a port of this machine, and every request that arrived there."""

    def __init__(self, app: Any) -> None:
        self.requests: list[tuple[str, int]] = []
        self._app = app
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._socket.getsockname()[1]}"
        config = uvicorn.Config(self._recorded, interface="asgi3", log_level="error", lifespan="off")
        self._server = uvicorn.Server(config)
        self._thread = threading.Thread(target=self._server.run, args=([self._socket],))

    async def _recorded(self, scope: Any, receive: Any, send: Any) -> None:
        async def note_status(message: Any) -> None:
            if message["type"] == "http.response.start":
                self.requests.append((scope["path"], message["status"]))
            await send(message)

        await self._app(scope, receive, note_status)

    def __enter__(self) -> "Served":
        self._thread.start()
        ends = time.monotonic() + 20
        while not self._server.started:
            assert self._thread.is_alive(), "the server did not start"
            assert time.monotonic() < ends, "the server did not start in time"
            time.sleep(0.01)
        return self

    def __exit__(self, *_: object) -> None:
        self._server.should_exit = True
        self._thread.join(timeout=20)
        self._socket.close()
