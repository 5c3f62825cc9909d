"""End services whose keeper was killed: they still hold the services' lock, and nobody keeps them."""

import asyncio
import contextlib
import os
import signal
import time
from pathlib import Path

import psutil

from releaseray.embedded.place import EmbeddedFailed, Place, try_lock

_POLITE_SECONDS, _FORCED_SECONDS = 15, 5


async def services_lock(place: Place) -> int:
    """The lock that every process of the services inherits; whoever still holds it is ended first.

    To be called by the keeper, whose own lock makes sure that what runs here is an orphan. Raises EmbeddedFailed.
    """
    for postgres_signal, redis_signal, seconds in (
        (signal.SIGINT, signal.SIGTERM, _POLITE_SECONDS),
        (signal.SIGKILL, signal.SIGKILL, _FORCED_SECONDS),
    ):
        lock = try_lock(place.services_lock)
        if lock is not None:
            return lock
        _signal(place.root / "postgres" / "postmaster.pid", "postgres", postgres_signal)
        _signal(place.root / "redis.pid", "redis", redis_signal)
        lock = await _wait_for_lock(place, seconds)
        if lock is not None:
            return lock
    raise EmbeddedFailed(f"Earlier services on {place.root} still run and cannot be ended; end them and start again.")


async def _wait_for_lock(place: Place, seconds: float) -> int | None:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        lock = try_lock(place.services_lock)
        if lock is not None:
            return lock
        await asyncio.sleep(0.02)
    return None


def _signal(pid_file: Path, name: str, number: signal.Signals) -> None:
    with contextlib.suppress(OSError, ValueError, IndexError, psutil.Error):
        pid = int(pid_file.read_text().split()[0])
        if _is_service(psutil.Process(pid), name):
            os.kill(pid, number)


def _is_service(process: psutil.Process, name: str) -> bool:
    """Whether the number still belongs to the service, or by now to a stranger."""
    return name in process.name() or (name == "redis" and "valkey" in process.name())
