"""Running git: an environment of our own, a deadline on everything, and nothing left running."""

import os
import selectors
import signal
import subprocess
import threading
import time
from collections.abc import Generator, Iterator, Mapping, Sequence
from contextlib import suppress
from importlib import import_module
from pathlib import Path
from types import TracebackType
from typing import IO, Self

from releaseray.sources import SourceError

PIPE = 1 << 20
CHUNK = 1 << 16
"""Bytes in a pipe, and read at once: what is read is allocated at full size first, and that is dear for a megabyte."""

ROOM = 4_096
"""Bytes that every pipe has room for."""

STDERR_KEPT = 8_000
OUTPUT_LIMIT = 64 << 20
READ_TIMEOUT = 60.0
HISTORY_TIMEOUT = 900.0
FROM_OUTSIDE = ("PATH", "TMPDIR", "SSL_CERT_FILE", "SSL_CERT_DIR")


class GitError(Exception):
    """git refused or failed; `stderr` is what it said, for the log and not for the user."""

    def __init__(self, command: str, returncode: int, stderr: str) -> None:
        super().__init__(f"git {command} ended with {returncode}: {stderr}")
        self.returncode = returncode
        self.stderr = stderr


class GitGivenUp(GitError):
    """git was ended, for nobody wants its answer any more: nothing is wrong."""


class GitTimeout(GitError):
    """git did not finish in time and was ended."""


def environment(git_dir: Path, extra: Mapping[str, str] | None = None) -> dict[str, str]:
    """All that a git process gets to know: nothing of the server's own GIT_* variables, home or configuration."""
    outside = {name: os.environ[name] for name in FROM_OUTSIDE if name in os.environ}
    return {
        "PATH": os.defpath,
        **outside,
        "GIT_DIR": str(git_dir),
        "HOME": str(git_dir),
        "XDG_CONFIG_HOME": str(git_dir),
        "LC_ALL": "C",
        "GIT_CONFIG_NOSYSTEM": "1",
        "GIT_CONFIG_GLOBAL": os.devnull,
        "GIT_ATTR_NOSYSTEM": "1",
        "GIT_ALLOW_PROTOCOL": "none",
        "GIT_PROTOCOL_FROM_USER": "0",
        "GIT_NO_LAZY_FETCH": "1",
        "GIT_OPTIONAL_LOCKS": "0",
        "GIT_TERMINAL_PROMPT": "0",
        "GIT_PAGER": "cat",
        "GIT_DEFAULT_REF_FORMAT": "files",
        # Or `git log` writes each commit by itself, and both sides spend a third of their time on that
        "GIT_FLUSH": "0",
        **(extra or {}),
    }


class Git:
    """git on one git directory, for one task; `kill` from any thread ends whatever of it is running."""

    def __init__(self, git_dir: Path, extra_env: Mapping[str, str] | None = None, keep_fds: Sequence[int] = ()) -> None:
        self.git_dir = git_dir
        self._env = environment(git_dir, extra_env)
        self._keep_fds = tuple(keep_fds)
        self._lock = threading.Lock()
        self._children: set[Child] = set()
        self.killed = False

    def run(self, *args: str, stdin: bytes = b"", timeout: float = READ_TIMEOUT, limit: int = OUTPUT_LIMIT) -> bytes:
        """The whole output of a command, at most `limit` bytes. Raises `GitError`."""
        output = bytearray()
        for chunk in self.stream(*args, stdin=stdin, timeout=timeout):
            output += chunk
            if len(output) > limit:
                raise GitError(args[0], -1, f"more than {limit} bytes of output")
        return bytes(output)

    def stream(self, *args: str, stdin: bytes = b"", timeout: float = READ_TIMEOUT) -> Generator[bytes]:
        """The output of a command as it comes. Raises `GitError` at its end when the command failed."""
        with _source(stdin) as source, self.start(args, source, timeout) as child:
            yield from child.output()

    def start(self, args: Sequence[str], stdin: IO[bytes] | int, timeout: float) -> "Child":
        """A running command, which is killed when its `with` block ends."""
        with self._lock:
            if self.killed:
                raise GitGivenUp(args[0], -1, "the task was cancelled")
            child = Child(self, args, stdin, timeout)
            self._children.add(child)
        return child

    def popen(self, args: Sequence[str], stdin: IO[bytes] | int) -> subprocess.Popen[bytes]:
        """The process itself, in a process group of its own so that its helpers end with it."""
        try:
            return subprocess.Popen(  # noqa: S603 - a list of arguments, no shell; what clients name is checked before
                ["git", "--no-pager", *args],  # noqa: S607 - git is wherever the operator's PATH has it
                stdin=stdin,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                env=self._env,
                cwd=self.git_dir,
                start_new_session=True,
                pass_fds=self._keep_fds,
                pipesize=PIPE,
            )
        except FileNotFoundError as error:
            if self.git_dir.is_dir():
                raise SourceError("git is not installed on this server; its operator has to install it.") from error
            raise GitError(args[0], -1, "the git directory is gone") from error

    def forget(self, child: "Child") -> None:
        """Take a finished child off the list of what `kill` ends."""
        with self._lock:
            self._children.discard(child)

    def kill(self) -> None:
        """End every command of this task, now and for good."""
        with self._lock:
            self.killed = True
            children = list(self._children)
        for child in children:
            child.kill()


class Child:
    """One running command: its output in chunks, its complaints bounded, its deadline kept."""

    def __init__(self, git: Git, args: Sequence[str], stdin: IO[bytes] | int, timeout: float) -> None:
        self._git = git
        self._command = args[0]
        self._timeout = timeout
        self._deadline = time.monotonic() + timeout
        self._errors = bytearray()
        self.process = git.popen(args, stdin)
        self._selector = selectors.DefaultSelector()
        self._stdout = pipe(self.process.stdout).fileno()
        self._selector.register(self._stdout, selectors.EVENT_READ)
        self._selector.register(pipe(self.process.stderr).fileno(), selectors.EVENT_READ)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """End the process and let go of its pipes; may be done again."""
        self.kill()
        self.process.wait()
        self._selector.close()
        for pipe in (self.process.stdin, self.process.stdout, self.process.stderr):
            # Closing writes what is still buffered, to a process that has ended.
            with suppress(BrokenPipeError):
                if pipe:
                    pipe.close()
        self._git.forget(self)

    def output(self) -> Iterator[bytes]:
        """What the command writes, to its end. Raises `GitError` there when it failed."""
        while chunk := self.read():
            yield chunk
        self.finish()

    def read(self) -> bytes:
        """The next piece of output, empty at its end. Raises `GitTimeout` at the deadline."""
        while self._selector.get_map():
            ready = self._selector.select(max(0.0, self._deadline - time.monotonic()))
            if not ready:
                raise GitTimeout(self._command, -1, f"not finished after {self._timeout:.0f} seconds")
            for key, _ in ready:
                data = os.read(key.fd, CHUNK)
                if not data:
                    self._selector.unregister(key.fd)
                elif key.fd == self._stdout:
                    return data
                else:
                    self._errors = (self._errors + data)[-STDERR_KEPT:]
        return b""

    def finish(self) -> None:
        """Wait for the end. Raises `GitError` unless the command succeeded."""
        try:
            returncode = self.process.wait(max(0.1, self._deadline - time.monotonic()))
        except subprocess.TimeoutExpired as error:
            raise GitTimeout(self._command, -1, f"not finished after {self._timeout:.0f} seconds") from error
        if returncode != 0:
            raise self.failure(returncode)

    def failure(self, returncode: int = -1) -> GitError:
        """The error that says what the command complained of."""
        kind = GitGivenUp if self._git.killed else GitError
        return kind(self._command, returncode, self._errors.decode("utf-8", "replace").strip())

    def kill(self) -> None:
        """End the command and the helpers it started."""
        if self.process.poll() is None:
            try:
                os.killpg(self.process.pid, signal.SIGKILL)
            except ProcessLookupError:
                return


def _source(stdin: bytes) -> IO[bytes]:
    """What gives the bytes to whoever reads it."""
    if len(stdin) > ROOM:
        # Imported for long ranges: it takes as long as git does for a short one
        file: IO[bytes] = import_module("tempfile").TemporaryFile()
        file.write(stdin)
        file.seek(0)
        return file
    reading, writing = os.pipe()
    os.write(writing, stdin)
    os.close(writing)
    return open(reading, "rb")


def pipe(stream: IO[bytes] | None) -> IO[bytes]:
    """A stream of a process that was asked for as a pipe."""
    if stream is None:
        raise ValueError("the process was started without this pipe")
    return stream
