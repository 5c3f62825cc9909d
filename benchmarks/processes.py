"""The processes that are measured: the product's own commands, started, watched and ended."""

import os
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psutil

from releaseray.embedded import running

_READY_SECONDS = 60
_END_SECONDS = 20
_MEGABYTE = 1_000_000
PLENTY = "1000000000"


@dataclass(frozen=True)
class Stage:
    """Services for one run of the benchmarks, and the environment that leads the product to them."""

    database_url: str
    redis_url: str
    environment: Mapping[str, str]

    def call(self, *words: str) -> str:
        """What a command of the product prints."""
        return subprocess.check_output(_product(words), env=dict(self.environment), text=True).strip()

    @contextmanager
    def serve(self, **settings: str) -> Iterator["Served"]:
        """An API process of its own, on a free port; `settings` are environment variables on top."""
        with self._started(_product(["serve"]), settings) as process:
            yield Served(_announced(process), psutil.Process(process.pid))

    @contextmanager
    def bare(self, **settings: str) -> Iterator["Served"]:
        """The smallest endpoint, in a process of its own."""
        with self._started([sys.executable, "-m", "benchmarks.bare"], settings) as process:
            yield Served(_announced(process), psutil.Process(process.pid))

    @contextmanager
    def worker(self) -> Iterator[psutil.Process]:
        """A worker process."""
        with self._started(_product(["worker"]), {}) as process:
            yield psutil.Process(process.pid)

    @contextmanager
    def _started(self, command: list[str], settings: Mapping[str, str]) -> Iterator["subprocess.Popen[str]"]:
        environment = {**self.environment, **settings}
        process = subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True)
        try:
            yield process
        finally:
            process.terminate()
            try:
                process.wait(_END_SECONDS)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
            if process.stdout:
                process.stdout.close()


@dataclass(frozen=True)
class Served:
    """A server: where it answers, and its process."""

    url: str
    process: psutil.Process


@contextmanager
def stage() -> Iterator[Stage]:
    """Fresh services in a temporary directory, migrated, with limits out of the way."""
    with tempfile.TemporaryDirectory(prefix="bench-") as folder, running(Path(folder)) as urls:
        environment = {
            **{name: value for name, value in os.environ.items() if not name.startswith("RELEASERAY_")},
            "RELEASERAY_DATA_DIR": folder,
            "RELEASERAY_DATABASE_URL": urls.database_url,
            "RELEASERAY_REDIS_URL": urls.redis_url,
            "RELEASERAY_PORT": "0",
            "RELEASERAY_REPO_PATHS": "/",
            "RELEASERAY_LOG_LEVEL": "error",
            "RELEASERAY_RATE_LIMIT_PER_MINUTE": PLENTY,
            "RELEASERAY_RATE_LIMIT_PER_HOUR": PLENTY,
            "RELEASERAY_RATE_LIMIT_ORG_PER_DAY": PLENTY,
        }
        made = Stage(urls.database_url, urls.redis_url, environment)
        made.call("migrate")
        yield made


def _product(words: tuple[str, ...] | list[str]) -> list[str]:
    return [sys.executable, "-m", "releaseray", *words]


def _announced(process: "subprocess.Popen[str]") -> str:
    """The address that a server prints once it is ready."""
    if process.stdout is None:
        raise ValueError("the server was started without a pipe")
    for line in process.stdout:
        _, found, address = line.rpartition("http://")
        if found:
            return f"http://{address.strip()}"
    raise RuntimeError(f"a server ended before it was ready, with {process.wait(_READY_SECONDS)}")


def cpu_seconds(process: psutil.Process) -> float:
    """Processor time that a process has used, its children apart."""
    times = process.cpu_times()
    return float(times.user + times.system)


def resident_megabytes(process: psutil.Process) -> float:
    """Memory that a process holds now, its children apart."""
    return float(process.memory_info().rss) / _MEGABYTE


class Peak:
    """The most memory that a process held while the block ran, in megabytes, its children apart."""

    _EVERY_SECONDS = 0.01

    def __init__(self, process: psutil.Process) -> None:
        self.megabytes = 0.0
        self._process = process
        self._done = threading.Event()
        self._watching = threading.Thread(target=self._watch, daemon=True)

    def __enter__(self) -> "Peak":
        self._watching.start()
        return self

    def __exit__(self, *problem: object) -> None:
        self._done.set()
        self._watching.join()

    def _watch(self) -> None:
        while not self._done.is_set():
            self.megabytes = max(self.megabytes, resident_megabytes(self._process))
            time.sleep(self._EVERY_SECONDS)
