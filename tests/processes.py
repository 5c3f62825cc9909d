"""Looking at real processes: who runs on a data directory, and waiting until they have ended."""

import os
import time
from collections.abc import Callable, Iterable
from pathlib import Path

import psutil


def processes(data_dir: Path) -> list[psutil.Process]:
    """Everything that runs on a data directory: the keeper, PostgreSQL, Redis. `info` has what was seen of each."""
    found = []
    for process in psutil.process_iter(["cmdline", "cwd", "name"]):
        words = " ".join(process.info["cmdline"] or [])
        if str(data_dir) in words or str(data_dir) in (process.info["cwd"] or ""):
            found.append(process)
    return [process for process in found if process.pid != os.getpid()]


def the(name: str, data_dir: Path) -> psutil.Process:
    """The first process of that kind: `keeper`, `postgres` or `redis-server`."""
    seen = processes(data_dir)
    kind = [p for p in seen if name in " ".join((p.info["cmdline"] or [])[:3]) or name == p.info["name"]]
    return min(kind, key=lambda process: process.pid)


def alive(those: Iterable[psutil.Process]) -> list[psutil.Process]:
    """Those that still run; one that only waits to be reaped does not."""
    return [process for process in those if _runs(process)]


def _runs(process: psutil.Process) -> bool:
    try:
        return process.is_running() and process.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def wait_until(
    condition: Callable[[], object], seconds: float = 60, shown: Callable[[], object] = lambda: "it did not happen"
) -> None:
    """Wait for something to come true, ever longer, as to ask takes time from what is waited for; fails with `shown`
    when it does not."""
    deadline, pause = time.monotonic() + seconds, 0.02
    while not condition():
        assert time.monotonic() < deadline, shown()
        time.sleep(pause)
        pause = min(0.2, pause * 1.5)
