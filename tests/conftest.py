"""What tests stand on: a real PostgreSQL, a real Redis, a real server and worker, real Git repositories."""

import asyncio
import contextlib
import gc
import os
import tempfile
import threading
import time
from collections.abc import Callable, Generator, Iterator
from dataclasses import dataclass
from ipaddress import ip_network
from pathlib import Path
from typing import Any

import asyncpg
import httpx
import hypothesis
import pytest
import uvicorn

from releaseray import logs, migrations, worker
from releaseray.app import create_app
from releaseray.embedded import running
from releaseray.models import Organization
from releaseray.services import keys
from releaseray.services.keys import DEFAULT_SCOPES, Scope
from releaseray.services.runtime import Runtime
from releaseray.settings import Settings
from tests.receiver import Receiver
from tests.repository import GitRepository

# Nobody is spoken to over the internet, and every new client would read all of its authorities first.
os.environ["SSL_CERT_DIR"] = os.devnull
os.environ.pop("SSL_CERT_FILE", None)

# Every run tries the same examples, however slow the machine; EXPLORE=1 looks for others.
hypothesis.settings.register_profile("the same", derandomize=True, deadline=None)
hypothesis.settings.register_profile("others", deadline=None)
hypothesis.settings.load_profile("others" if os.environ.get("EXPLORE") else "the same")

PLENTY = 1_000_000
LONGEST = (
    "test_schemathesis.py",
    "test_killed_at_every_step.py",
    "test_starting.py",
    "test_published.py",
    "test_automation.py",
    "test_release_ranges.py",
    "test_late_tags.py",
    "test_error_lists.py",
    "test_fixes_by_pull_request.py",
    "test_samples.py",
    "test_embedded.py",
    "test_processes.py",
    "test_long_ranges.py",
    "test_unavailable.py",
    "test_connecting.py",
    "test_ingest.py",
    "test_webhooks.py",
    "test_drafts.py",
    "test_pull_requests.py",
    "test_channels.py",
    "test_redis.py",
    "test_killed_publishing.py",
    "test_markdown.py",
    "test_signed.py",
    "test_what_a_deploy_brought.py",
    "test_app.py",
)
"""Files that take longest, which is mostly waiting, the longest first: so none runs alone at the end."""

# All that is imported and collected stays: to look for garbage in it takes a tenth of the time.
gc.disable()


@pytest.hookimpl(wrapper=True)
def pytest_collection() -> Generator[None, object, object]:
    try:
        return (yield)
    finally:
        gc.freeze()
        gc.enable()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    items.sort(key=lambda item: LONGEST.index(item.path.name) if item.path.name in LONGEST else len(LONGEST))


class Server:
    """The application behind a real uvicorn, in a thread of its own."""

    def __init__(self, settings: Settings) -> None:
        config = uvicorn.Config(create_app(settings), host="127.0.0.1", port=0, log_config=None)
        self._server = uvicorn.Server(config)
        self._runner = _runner()
        self._loop = self._runner.get_loop()
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self.app = config.app

    def _serve(self) -> None:
        with self._runner:
            self._runner.run(self._server.serve())

    def start(self) -> None:
        self._thread.start()
        ends = time.monotonic() + 20
        while not self._server.started:
            assert self._thread.is_alive(), "the server did not start"
            assert time.monotonic() < ends, "the server did not start in time"
            time.sleep(0.01)

    def stop(self) -> None:
        self._server.should_exit = True
        self._thread.join(20)

    @property
    def url(self) -> str:
        port = self._server.servers[0].sockets[0].getsockname()[1]
        return f"http://127.0.0.1:{port}"

    @property
    def runtime(self) -> Runtime:
        runtime: Runtime = self.app.state.runtime  # type: ignore[union-attr]  # it is our FastAPI
        return runtime

    def run(self, coroutine: Any) -> Any:
        """Run a coroutine on the server's own loop."""
        return asyncio.run_coroutine_threadsafe(coroutine, self._loop).result(30)


def _runner() -> asyncio.Runner:
    """A loop for a thread. What still runs at its end is ended with it: a query that was cancelled leaves a task of
    asyncpg's behind, with a connection that tells PostgreSQL so."""
    return asyncio.Runner(loop_factory=asyncio.new_event_loop)


@contextlib.contextmanager
def serving(settings: Settings) -> Iterator[Server]:
    """A server for as long as the block runs."""
    server = Server(settings)
    server.start()
    try:
        yield server
    finally:
        server.stop()


@contextlib.contextmanager
def working(settings: Settings) -> Iterator[None]:
    """A worker for as long as the block runs."""
    runner, stop = _runner(), asyncio.Event()

    def work() -> None:
        with runner:
            runner.run(worker.run(settings, stop))

    thread = threading.Thread(target=work, daemon=True)
    thread.start()
    try:
        yield
    finally:
        runner.get_loop().call_soon_threadsafe(stop.set)
        thread.join(20)


@dataclass(frozen=True)
class Org:
    """An organization and a client that carries its key."""

    id: str
    key: str
    client: httpx.Client


@pytest.fixture(scope="session")
def settings() -> Iterator[Settings]:
    """Settings on embedded, migrated services; limits are out of the way of tests that are not about them."""
    logs.configure("info", "json")
    # Not below pytest's own folder, which every other run of pytest closes to PostgreSQL's user again.
    with tempfile.TemporaryDirectory(prefix="releaseray-tests-") as folder, running(Path(folder)) as urls:
        migrations.upgrade(urls.database_url)
        asyncio.run(_wait_for_no_disk(urls.database_url))
        yield Settings(
            data_dir=Path(folder),
            database_url=urls.database_url,
            redis_url=urls.redis_url,
            repo_paths=(Path("/"),),
            rate_limit_per_minute=PLENTY,
            rate_limit_per_hour=PLENTY,
            rate_limit_org_per_day=PLENTY,
            unauthorized_per_minute=PLENTY,
            outbound_allow=(ip_network("127.0.0.1/32"),),
            sweep_seconds=1,
        )


async def _wait_for_no_disk(database_url: str) -> None:
    """Let commits be durable when a server dies, but not when the machine does, which no test outlives."""
    connection = await asyncpg.connect(database_url)
    for waits in ("fsync", "full_page_writes"):
        await connection.execute(f"ALTER SYSTEM SET {waits} = off")
    await connection.execute("SELECT pg_reload_conf()")
    await connection.close()


@pytest.fixture(scope="session")
def server(settings: Settings) -> Iterator[Server]:
    with serving(settings) as server, working(settings):
        yield server


def make_org(server: Server, scopes: tuple[Scope, ...] = (*DEFAULT_SCOPES, Scope.ADMIN)) -> Org:
    """A new organization, so that no test sees another's."""

    async def create() -> tuple[str, str]:
        async with server.runtime.database.unit_of_work() as uow:
            organization = Organization(name="Acme", tier="growth")
            uow.session.add(organization)
            await uow.session.flush()
            _, secret = await keys.create(uow, organization.id, "tests", scopes)
            return organization.id, secret

    org_id, secret = server.run(create())
    headers = {"Authorization": f"Bearer {secret}"}
    return Org(org_id, secret, httpx.Client(base_url=server.url, headers=headers, timeout=60))


@pytest.fixture
def org(server: Server) -> Iterator[Org]:
    made = make_org(server)
    with made.client:
        yield made


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    """Somebody else's server, for what goes out."""
    with Receiver().running() as receiver:
        yield receiver


@pytest.fixture
def client(org: Org) -> httpx.Client:
    return org.client


@pytest.fixture
def new_org(server: Server) -> Iterator[Callable[..., Org]]:
    with contextlib.ExitStack() as stack:

        def make(*scopes: Scope) -> Org:
            made = make_org(server, *((scopes,) if scopes else ()))
            stack.enter_context(made.client)
            return made

        yield make


@pytest.fixture
def git_repo(tmp_path: Path) -> GitRepository:
    """A small repository with three releases, cloned from `acme/myapp` on GitHub."""
    return GitRepository.acme(tmp_path / "myapp")


@pytest.fixture
def repo_id(client: httpx.Client, git_repo: GitRepository) -> str:
    answer = client.post("/api/repos", json={"url": str(git_repo.path)})
    assert answer.status_code == 201, answer.text
    return str(answer.json()["id"])


@pytest.fixture
def range_id(client: httpx.Client, repo_id: str) -> str:
    body = {"repoId": repo_id, "fromTag": "v1.0.0", "toTag": "v1.1.0"}
    answer = client.post("/api/ranges", json=body)
    assert answer.status_code == 201, answer.text
    return str(answer.json()["id"])


def finished(client: httpx.Client, draft_id: str) -> dict[str, Any]:
    """The draft once it is no longer in process."""
    for _ in range(10):
        draft: dict[str, Any] = client.get(f"/api/drafts/{draft_id}", headers={"Prefer": "wait=10"}).json()
        if draft.get("status") != "processing":
            return draft
    raise AssertionError("the draft was not finished in time")


@pytest.fixture
def draft(client: httpx.Client, range_id: str) -> dict[str, Any]:
    answer = client.post(f"/api/drafts/{range_id}/generate", json={"persona": "engineer"})
    assert answer.status_code == 201, answer.text
    return finished(client, answer.json()["id"])
