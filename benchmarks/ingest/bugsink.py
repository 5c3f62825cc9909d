"""Bugsink from PyPI in a virtual environment of its own, set up as its guide for a single production server says.

That is the `singleserver` template of `bugsink-create-conf` (SQLite, events digested by snappea with 4 workers) behind
gunicorn with a worker a core, at most 4, as Bugsink's own container starts it. Only what would stop a benchmark
differs: its quota (1,000 events in 5 minutes), its retention (10,000 events a project), and the address.
"""

import os
import re
import socket
import sqlite3
import subprocess
import sys
import time
import urllib.error
import urllib.request
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from benchmarks.ingest.load import Target

VERSION = "2.6.1"
_WORKERS = min(os.cpu_count() or 1, 4)
CONFIGURATION = f"Bugsink {VERSION}: singleserver template, SQLite, gunicorn with {_WORKERS} workers, snappea with 4"
_READY_SECONDS = 60
_NO_QUOTA = 1_000_000_000
_DIFFERENT = """
# For the benchmark: reached without a proxy, and never over quota.
ALLOWED_HOSTS = ["*"]
BUGSINK["BASE_URL"] = "http://127.0.0.1:{port}"
BUGSINK["PHONEHOME"] = False
for _span in ("5_MINUTES", "HOUR", "MONTH"):
    BUGSINK["MAX_EVENTS_PER_" + _span] = BUGSINK["MAX_EVENTS_PER_PROJECT_PER_" + _span] = {quota}
"""
_NEW_PROJECT = """
from projects.models import Project
project = Project.objects.create(name="{name}", slug="{name}", retention_max_event_count={quota})
print("made", project.id, project.sentry_key.hex)
"""


def install(folder: Path) -> Path:
    """A virtual environment with Bugsink, made once; its folder of programs. Raises `CalledProcessError`."""
    place = folder / f"bugsink-{VERSION}"
    if not (place / "bin" / "bugsink-manage").exists():
        print(f"installing Bugsink {VERSION} …", file=sys.stderr)
        subprocess.run([sys.executable, "-m", "venv", "--clear", place], check=True)
        pip: list[str | Path] = [
            place / "bin" / "pip",
            "install",
            "--quiet",
            "--disable-pip-version-check",
            f"bugsink=={VERSION}",
        ]
        subprocess.run(pip, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    return place / "bin"


@dataclass(frozen=True)
class Bugsink:
    """A running server."""

    programs: Path
    home: Path
    url: str

    def project(self) -> Target:
        """A new project to send to."""
        name = f"shop-{uuid.uuid4().hex[:8]}"
        code = _NEW_PROJECT.format(name=name, quota=_NO_QUOTA)
        said = subprocess.check_output(
            [self.programs / "bugsink-manage", "shell", "-c", code], cwd=self.home, text=True, stderr=subprocess.DEVNULL
        )
        made = re.search(r"^made (\d+) (\w+)$", said, re.MULTILINE)
        if made is None:
            raise RuntimeError(f"Bugsink made no project: {said}")
        return Target(self.url, int(made[1]), made[2])

    def counted(self, project_id: int) -> int:
        """Events of a project that were digested: those that are really there."""
        with sqlite3.connect(f"file:{self.home / 'db.sqlite3'}?mode=ro", uri=True, timeout=30) as database:
            query = "SELECT count(*) FROM events_event WHERE project_id = ?"
            return int(database.execute(query, (project_id,)).fetchone()[0])


@contextmanager
def running(folder: Path, programs: Path) -> Iterator[Bugsink]:
    """Bugsink with fresh databases in `folder`, ended with the block."""
    port = _free_port()
    _configure(folder, programs, port)
    gunicorn: list[str | Path] = [
        programs / "gunicorn",
        f"--bind=127.0.0.1:{port}",
        f"--workers={_WORKERS}",
        "--timeout=6",
        "--access-logfile=-",
        "--max-requests=1000",
        "--max-requests-jitter=100",
        "bugsink.wsgi",
    ]
    with _started(folder, [programs / "bugsink-runsnappea"]), _started(folder, gunicorn):
        url = f"http://127.0.0.1:{port}"
        _wait_for(f"{url}/health/ready")
        yield Bugsink(programs, folder, url)


def _configure(folder: Path, programs: Path, port: int) -> None:
    create = ["--template=singleserver", "--host=127.0.0.1", f"--port={port}", f"--base-dir={folder}"]
    _call(folder, programs / "bugsink-create-conf", *create)
    with (folder / "bugsink_conf.py").open("a") as configuration:
        configuration.write(_DIFFERENT.format(port=port, quota=_NO_QUOTA))
    _call(folder, programs / "bugsink-manage", "migrate")
    _call(folder, programs / "bugsink-manage", "migrate", "snappea", "--database=snappea")


def _call(folder: Path, *command: str | Path) -> None:
    subprocess.run(command, cwd=folder, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


@contextmanager
def _started(folder: Path, command: list[str | Path]) -> Iterator[None]:
    process = subprocess.Popen(command, cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        yield
    finally:
        process.terminate()
        try:
            process.wait(20)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _wait_for(url: str) -> None:
    ends = time.monotonic() + _READY_SECONDS
    while True:
        try:
            urllib.request.urlopen(url, timeout=5).close()
            return
        except (urllib.error.URLError, ConnectionError, TimeoutError):
            if time.monotonic() > ends:
                raise
            time.sleep(0.2)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
