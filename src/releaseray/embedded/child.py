"""A service as a child process: in a session of its own, ended when the keeper dies, stopped in good order."""

import asyncio
import contextlib
import ctypes
import os
import signal
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, TypedDict

from releaseray.embedded.place import EmbeddedFailed, last_words

_PR_SET_PDEATHSIG = 1
_LIBC = ctypes.CDLL(None) if sys.platform == "linux" else None
_MOST_LOG = 5_000_000


@dataclass(frozen=True, slots=True)
class Account:
    """The system user a service runs as."""

    uid: int
    gid: int


class AccountArguments(TypedDict, total=False):
    """What `subprocess` takes for a system user."""

    user: int
    group: int
    extra_groups: list[int]


@dataclass(slots=True)
class Child:
    """One service's process. `goodbye` is the signal that makes it stop cleanly without waiting for clients."""

    name: str
    log: Path
    goodbye: signal.Signals
    lock: int
    process: asyncio.subprocess.Process | None = None
    _told: int = 0

    async def start(self, command: Sequence[str], account: Account | None = None) -> asyncio.subprocess.Process:
        """Start the command, writing to the log; it inherits the lock that tells it is alive.

        Raises EmbeddedFailed when the program cannot be run here.
        """
        with self.log_file() as log:
            try:
                self.process = await asyncio.create_subprocess_exec(
                    *command,
                    stdin=asyncio.subprocess.DEVNULL,
                    stdout=log,
                    stderr=log,
                    cwd="/",
                    start_new_session=True,
                    pass_fds=(self.lock,),
                    preexec_fn=_end_with_parent(self.goodbye),
                    **as_account(account),
                )
            except OSError as problem:
                raise EmbeddedFailed(f"{command[0]} cannot be run: {problem.strerror}") from problem
        return self.process

    @property
    def alive(self) -> bool:
        """Whether the process runs."""
        return self.process is not None and self.process.returncode is None

    def log_file(self) -> BinaryIO:
        """The log, opened for appending; `last_words` are those after this."""
        if self.log.exists() and self.log.stat().st_size > _MOST_LOG:
            self.log.replace(self.log.with_suffix(".log.1"))
        log = self.log.open("ab")
        self._told = log.tell()
        return log

    @property
    def last_words(self) -> str:
        """The line of the log since it was opened that most likely says what went wrong."""
        return last_words(self.log, self._told)

    async def stop(self, seconds: float = 15) -> None:
        """End the process in good order; by force when it takes longer than `seconds`."""
        if self.process is None or not self.alive:
            return
        with contextlib.suppress(ProcessLookupError):
            self.process.send_signal(self.goodbye)
        try:
            await asyncio.wait_for(self.process.wait(), seconds)
        except TimeoutError:
            self.process.kill()
            await self.process.wait()


def as_account(account: Account | None) -> AccountArguments:
    """The arguments that make a command run as the account; none for one's own."""
    return {} if account is None else {"user": account.uid, "group": account.gid, "extra_groups": []}


def _end_with_parent(goodbye: signal.Signals) -> Callable[[], None] | None:
    """What the child calls before it becomes the service: only Linux can tie it to its parent's life."""
    if _LIBC is None:
        return None
    libc, parent = _LIBC, os.getpid()

    def tie() -> None:
        libc.prctl(_PR_SET_PDEATHSIG, int(goodbye))
        if os.getppid() != parent:  # the parent died before the call above
            os._exit(1)

    return tie
