"""Processes that die, by SIGKILL, at the very line that a test names."""

import asyncio
import multiprocessing
import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from typing import Any

import uvicorn

from releaseray import logs, worker
from releaseray.app import create_app
from releaseray.settings import Settings
from tests.ports import free_port
from tests.worker.stage import SECONDS

# Forked from a process that has imported everything: a worker a step is affordable.
_context = multiprocessing.get_context("forkserver")
_context.set_forkserver_preload([__name__])


def die(*_: object) -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def _mortal(step: str) -> None:
    """Let the process die as the coroutine function of a step (`before module:name` or `after module:name`) begins, or
    has just returned."""
    moment, _, place = step.partition(" ")
    module, _, name = place.partition(":")
    owner: Any = import_module(f"releaseray.{module}")
    *path, last = name.split(".")
    for part in path:
        owner = getattr(owner, part)
    original = getattr(owner, last)

    async def mortal(*arguments: Any, **options: Any) -> Any:
        if moment == "before":
            die()
        await original(*arguments, **options)
        die()

    setattr(owner, last, mortal)


def _work(settings: Settings, step: str) -> None:
    logs.configure("error", "json")
    if step:
        _mortal(step)
    asyncio.run(worker.run(settings, asyncio.Event()))


def _serve(settings: Settings, step: str, port: int) -> None:
    logs.configure("error", "json")
    if step:
        _mortal(step)
    uvicorn.run(create_app(settings), host="127.0.0.1", port=port, log_config=None)


def worker_dies(settings: Settings, step: str) -> None:
    """Let a worker work until it has died at a step."""
    process = _context.Process(target=_work, args=(settings, step), daemon=True)
    process.start()
    try:
        process.join(SECONDS)
        assert process.exitcode == -signal.SIGKILL, f"no worker came to {step}: {process.exitcode}"
    finally:
        process.kill()
        process.join()
        process.close()


@contextmanager
def worker_that_others_kill(settings: Settings) -> Iterator[Any]:
    """A worker as a process, killed at the end if nobody did before."""
    process = _context.Process(target=_work, args=(settings, ""), daemon=True)
    process.start()
    try:
        yield process
    finally:
        process.kill()
        process.join()
        process.close()


@contextmanager
def mortal_api(settings: Settings, step: str) -> Iterator[str]:
    """The address of an API that dies at a step; it has died when the block ends."""
    port = free_port()
    process = _context.Process(target=_serve, args=(settings, step, port), daemon=True)
    process.start()
    try:
        yield f"http://127.0.0.1:{port}"
        process.join(SECONDS)
        assert process.exitcode == -signal.SIGKILL, f"the API did not come to {step}"
    finally:
        process.kill()
        process.join()
        process.close()
