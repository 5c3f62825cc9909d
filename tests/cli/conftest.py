"""The command line as its users run it: real processes, real signals."""

import os
import re
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import psutil
import pytest

from tests.ports import free_port
from tests.processes import alive, processes, wait_until
from tests.repository import GitRepository

SECONDS = 60
Start = Callable[..., "Command"]


class Command:
    """`releaseray …` running in a session of its own, as in a terminal of its own."""

    def __init__(self, data_dir: Path, arguments: tuple[str, ...], settings: dict[str, str]) -> None:
        self.port = free_port()
        self.base = f"http://127.0.0.1:{self.port}"
        self.data_dir = data_dir
        self._lines: list[str] = []
        self.process = subprocess.Popen(
            [sys.executable, "-m", "releaseray", *arguments],
            env=environment(data_dir, {"RELEASERAY_PORT": str(self.port), **settings}),
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )
        self._reading = threading.Thread(target=self._read, daemon=True)
        self._reading.start()

    def _read(self) -> None:
        assert self.process.stdout
        for line in self.process.stdout:
            self._lines.append(line)

    @property
    def output(self) -> str:
        return "".join(self._lines)

    def ready(self) -> "Command":
        """Wait for the line that says so."""
        wait_until(lambda: "is ready" in self.output or self.process.poll() is not None, SECONDS)
        assert self.process.poll() is None, self.process.communicate()
        return self

    def everything(self) -> list[psutil.Process]:
        """This process, its children, and the services on its data directory."""
        me = psutil.Process(self.process.pid)
        return [me, *me.children(recursive=True), *processes(self.data_dir)]

    def workers(self) -> list[psutil.Process]:
        return [child for child in psutil.Process(self.process.pid).children() if "worker" in _words(child)]

    def press_ctrl_c(self) -> int:
        """What a terminal does: the signal goes to the whole foreground group."""
        os.killpg(self.process.pid, signal.SIGINT)
        return self.end()

    def end(self) -> int:
        self.process.wait(SECONDS)
        self._reading.join(SECONDS)
        for stream in (self.process.stdout, self.process.stderr):
            assert stream
            stream.close()
        return self.process.returncode


def _words(process: psutil.Process) -> list[str]:
    """The words of its command line; none when it has ended meanwhile."""
    with suppress(psutil.NoSuchProcess):
        return process.cmdline()
    return []


def environment(data_dir: Path, settings: dict[str, str]) -> dict[str, str]:
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("RELEASERAY_")}
    return {**inherited, "RELEASERAY_DATA_DIR": str(data_dir), "RELEASERAY_SHUTDOWN_SECONDS": "5", **settings}


def run(data_dir: Path, *arguments: str, **settings: str) -> subprocess.CompletedProcess[str]:
    """A command to its end."""
    return subprocess.run(
        [sys.executable, "-m", "releaseray", *arguments],
        env=environment(data_dir, settings),
        capture_output=True,
        text=True,
        timeout=SECONDS,
        check=False,
    )


def ids(output: str, kind: str) -> set[str]:
    return set(re.findall(rf"{kind}_\w+", output))


@pytest.fixture(scope="session")
def myapp(tmp_path_factory: pytest.TempPathFactory) -> GitRepository:
    return GitRepository.acme(tmp_path_factory.mktemp("repository") / "myapp")


@pytest.fixture(scope="session")
def first_start(tmp_path_factory: pytest.TempPathFactory, myapp: GitRepository) -> Command:
    """The very first `releaseray try`, ended by Ctrl-C."""
    command = Command(tmp_path_factory.mktemp("first") / "data", ("try", str(myapp.path)), {}).ready()
    assert command.press_ctrl_c() == 0
    wait_until(lambda: not alive(processes(command.data_dir)))
    return command


@pytest.fixture
def data_dir(first_start: Command, tmp_path: Path) -> Iterator[Path]:
    """A copy of what the first start left; nothing may run on it when the test has ended."""
    path = tmp_path / "data"
    subprocess.run(["cp", "-a", first_start.data_dir, path], check=True)
    yield path
    wait_until(lambda: not alive(processes(path)))


@pytest.fixture
def start(data_dir: Path) -> Iterator[Start]:
    """Starts commands on the data directory, and kills what a failed test left."""
    started = []

    def launch(*arguments: str, **settings: str) -> Command:
        command = Command(data_dir, arguments, settings)
        started.append(command)
        return command

    yield launch
    for command in started:
        if command.process.poll() is None:
            command.process.kill()
            command.end()
