"""The pages in a real browser: whether they render, what its console says, and what they load."""

import re
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from fastapi import FastAPI, Response
from fastapi.responses import HTMLResponse

from releaseray.markdown import render
from tests.web.catalog import Catalog, Served, filled
from tests.web.test_hostile import PAYLOADS

QUIET = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--hide-scrollbars"]
QUIET += ["--disable-background-networking", "--disable-component-update", "--disable-sync", "--disable-dev-shm-usage"]
QUIET += ["--enable-logging=stderr", "--virtual-time-budget=10000"]
CONSOLE = re.compile(r":CONSOLE[:(]\d+\)?\] (.*)")


@dataclass
class Visit:
    """What came of opening a page: the document when it was done, and every line of the browser's console."""

    document: str
    console: list[str]


class Browser:
    """Headless Chromium, with a fresh profile for each visit."""

    def __init__(self, folder: Path) -> None:
        found = shutil.which("chromium") or shutil.which("chromium-browser")
        assert found, "These tests need a browser: install Chromium (Debian: apt-get install chromium)."
        self._command = found
        self._folder = folder
        self._visits = 0

    def open(self, url: str) -> Visit:
        self._visits += 1
        profile = f"--user-data-dir={self._folder / str(self._visits)}"
        command = [self._command, *QUIET, profile, "--dump-dom", url]
        done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
        assert done.returncode == 0, done.stderr
        return Visit(done.stdout, CONSOLE.findall(done.stderr))


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Browser:
    return Browser(tmp_path_factory.mktemp("browser"))


@pytest.fixture(scope="module")
def catalog() -> Catalog:
    return filled()


@pytest.fixture
def served(catalog: Catalog) -> Iterator[Served]:
    with Served(catalog.app) as server:
        yield server


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("/changelog/acme-myapp", "Sign in with a passkey"),
        ("/changelog/acme-myapp/releases/v2.4.0", "Sign in with a passkey"),
        ("/changelog/acme-quiet", "Nothing published yet"),
        ("/", "API documentation"),
    ],
)
def test_a_page_loads_its_stylesheet_and_nothing_is_blocked(
    browser: Browser, served: Served, path: str, text: str
) -> None:
    visit = browser.open(served.url + path)
    assert text in visit.document
    assert visit.console == []
    assert any(asked.startswith("/assets/site.") for asked, _ in served.requests)
    assert {status for _, status in served.requests} == {200}


def test_the_documentation_renders_operations_under_its_policy(browser: Browser, served: Served) -> None:
    visit = browser.open(served.url + "/docs")
    assert '<div class="opblock opblock-get" id="operations-drafts-' in visit.document
    assert "Get a draft" in visit.document
    assert visit.console == []
    assert ("/openapi.json", 200) in served.requests
    assert {status for _, status in served.requests} == {200}


def test_the_documentation_renders_behind_a_proxys_prefix(browser: Browser, catalog: Catalog) -> None:
    front = FastAPI(docs_url=None, redoc_url=None)
    front.mount("/tools/notes", catalog.app)
    with Served(front) as proxy:
        visit = browser.open(proxy.url + "/tools/notes/docs")
    assert '<div class="opblock opblock-get" id="operations-drafts-' in visit.document
    assert visit.console == []
    assert ("/tools/notes/openapi.json", 200) in proxy.requests


def test_the_browser_tells_of_a_breach_of_the_policy(browser: Browser) -> None:
    app = FastAPI()

    @app.get("/")
    async def page() -> Response:
        policy = {"Content-Security-Policy": "default-src 'none'"}
        return HTMLResponse("<script>document.title = 'ran'</script>", headers=policy)

    with Served(app) as served:
        visit = browser.open(served.url)
    assert "Content Security Policy" in visit.console[0]


@pytest.mark.parametrize(("body", "caught"), [("<img src=x onerror=alert(1)>", True), ("", False)])
def test_hostile_notes_do_nothing_even_without_a_policy(browser: Browser, body: str, caught: bool) -> None:
    app = FastAPI()
    trap = "<script>alert = prompt = confirm = () => { document.documentElement.id = 'caught' }</script>"
    notes = "".join(render(payload, "v1") for payload in [*PAYLOADS, "\n\n".join(PAYLOADS)])

    @app.get("/")
    async def page() -> Response:
        return HTMLResponse(f"<!doctype html><title>x</title>{trap}<body>{body or notes}</body>")

    with Served(app) as served:
        visit = browser.open(served.url)
    assert "<title>x</title>" in visit.document
    assert ('<html id="caught">' in visit.document) is caught
    loaded = {path for path, _ in served.requests} - {"/", "/favicon.ico"}
    assert loaded == ({"/x"} if caught else set())
