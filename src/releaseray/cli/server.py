"""Run the API in this process and a worker beside it, until a signal, and end both in order."""

import asyncio
import errno
import gc
import os
import signal
import socket
import sys
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from typing import Any

import structlog
import uvicorn
from fastapi import FastAPI

from releaseray.app import create_app
from releaseray.errors import Unavailable
from releaseray.settings import Settings

_KEEP_ALIVE_SECONDS = 75
_WORKER_PAUSE_SECONDS = 1.0
_BACKLOG = 2048
_PORT_PATIENCE_SECONDS = 1.0

log = structlog.stdlib.get_logger(__name__)


class _Server(uvicorn.Server):
    """uvicorn without its signal handlers, which would end the process before ours have run; `up` once it serves."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.up = asyncio.Event()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        if self.started:
            self.up.set()

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


@contextmanager
def bound(settings: Settings) -> Iterator[tuple[socket.socket, Settings]]:
    """The listening socket, and the settings with the port it got. Raises Unavailable when it is taken."""
    try:
        family, kind, proto, _, address = socket.getaddrinfo(
            settings.host, settings.port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
        listener = socket.socket(family, kind, proto)
    except OSError as problem:
        raise Unavailable(
            f"RELEASERAY_HOST={settings.host} is no address of this machine: {problem.strerror}"
        ) from None
    with listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            _bind(listener, address)
        except OSError as problem:
            raise Unavailable(
                f"Cannot listen on {settings.host} port {settings.port}: {problem.strerror}. "
                "Set RELEASERAY_PORT (or RELEASERAY_HOST) to another."
            ) from None
        yield listener, settings.model_copy(update={"port": listener.getsockname()[1]})


def _bind(listener: socket.socket, address: Any) -> None:
    """Take the port; one that is taken is asked for again, as the server before us may just be ending."""
    deadline = time.monotonic() + _PORT_PATIENCE_SECONDS
    while True:
        try:
            listener.bind(address)
        except OSError as problem:
            if problem.errno != errno.EADDRINUSE or time.monotonic() > deadline:
                raise
            time.sleep(0.1)
        else:
            listener.listen(_BACKLOG)
            return


async def run(
    settings: Settings, listener: socket.socket, *, with_worker: bool, then: Callable[[FastAPI], Awaitable[bool]]
) -> None:
    """Serve on the socket until SIGINT or SIGTERM. Once requests are answered `then` runs; False from it ends too.

    What `then` raises ends the server and is raised.
    """
    stop = _stop_signals()
    app = create_app(settings)
    server = _Server(_config(app, settings))
    async with _worker(settings) if with_worker else _nothing():
        serving = asyncio.create_task(server.serve(sockets=[listener]))
        guide = asyncio.create_task(_once_up(server, then, app))
        stopping = asyncio.create_task(stop.wait())
        try:
            await _first_reason_to_end(serving, guide, stopping)
        finally:
            server.should_exit = True
            for task in (guide, stopping):
                task.cancel()
            await asyncio.gather(guide, stopping, serving, return_exceptions=True)


def _stop_signals() -> asyncio.Event:
    """Set by the first signal; a second one ends the process where it stands."""
    stop, loop = asyncio.Event(), asyncio.get_running_loop()

    def told(number: signal.Signals) -> None:
        stop.set()
        loop.remove_signal_handler(number)

    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, told, number)
    return stop


def _config(app: FastAPI, settings: Settings) -> uvicorn.Config:
    return uvicorn.Config(
        app,
        http="httptools",
        lifespan="on",
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=True,
        forwarded_allow_ips=list(settings.trusted_proxies),
        timeout_keep_alive=_KEEP_ALIVE_SECONDS,
        timeout_graceful_shutdown=settings.shutdown_seconds,
    )


async def _once_up(server: _Server, then: Callable[[FastAPI], Awaitable[bool]], app: FastAPI) -> bool:
    await server.up.wait()
    _keep_what_started()
    return await then(app)


def _keep_what_started() -> None:
    """Take what the start made, which stays, out of every later search for garbage."""
    gc.collect()
    gc.freeze()


async def _first_reason_to_end(
    serving: asyncio.Task[None], guide: asyncio.Task[bool], stopping: asyncio.Task[bool]
) -> None:
    waiting: set[asyncio.Task[None] | asyncio.Task[bool]] = {serving, guide, stopping}
    while True:
        done, waiting = await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
        if guide in done and not guide.result():
            return
        if serving in done:
            await serving
            raise Unavailable("The server ended by itself; the log says why.")
        if stopping in done:
            return


@asynccontextmanager
async def _nothing() -> AsyncIterator[None]:
    yield


@asynccontextmanager
async def _worker(settings: Settings) -> AsyncIterator[None]:
    """A worker process, started again when it dies, ended with the block."""
    keeping = asyncio.create_task(_keep_worker(settings))
    try:
        yield
    finally:
        keeping.cancel()
        with suppress(asyncio.CancelledError):
            await keeping


async def _keep_worker(settings: Settings) -> None:
    while True:
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "releaseray", "worker", "--until-stdin-ends"),
            stdin=asyncio.subprocess.PIPE,
            start_new_session=True,
            env=_worker_environment(settings),
        )
        try:
            code = await process.wait()
        except asyncio.CancelledError:
            await _end(process, settings.shutdown_seconds + 5)
            raise
        log.warning("the worker ended, starting it again", code=code)
        await asyncio.sleep(_WORKER_PAUSE_SECONDS)


def _worker_environment(settings: Settings) -> dict[str, str]:
    """Ours, with what this process found out on top."""
    found = {
        "RELEASERAY_DATABASE_URL": settings.database_url or "",
        "RELEASERAY_REDIS_URL": settings.redis_url or "",
        "RELEASERAY_PORT": str(settings.port),
        "RELEASERAY_LOG_LEVEL": settings.log_level,
        "RELEASERAY_REPO_PATHS": ",".join(map(str, settings.repo_paths or ())),
    }
    return {**os.environ, **found}


async def _end(process: asyncio.subprocess.Process, seconds: float) -> None:
    with suppress(ProcessLookupError):
        process.terminate()
        try:
            await asyncio.wait_for(process.wait(), seconds)
        except TimeoutError:
            process.kill()
            await process.wait()
