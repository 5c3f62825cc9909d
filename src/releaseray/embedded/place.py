"""Where the embedded services keep what: data, logs, locks and sockets of one data directory."""

import contextlib
import hashlib
import os
import re
import shutil
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from releaseray.errors import AppError

if sys.platform != "win32":
    import fcntl

MAX_SOCKET_PATH = 103
"""Bytes a Unix socket's path may have where the limit is lowest (macOS; Linux takes 107)."""
LEAST_FREE_BYTES = 100_000_000
_LONGEST_SOCKET = "postgres/.s.PGSQL.5432.lock"

FAREWELL = b"the services stay\n"
"""What the keeper says to a member that leaves others behind; to the last one it hangs up when all has ended."""


class EmbeddedFailed(AppError):
    """The embedded services cannot run here; the message is one line that says why."""


@dataclass(frozen=True, slots=True)
class Place:
    """The paths of one data directory's services; `sockets` lies elsewhere when the data directory lies deep."""

    root: Path
    sockets: Path

    @property
    def control(self) -> Path:
        """The socket on which the keeper takes members."""
        return self.sockets / "keeper.sock"

    @property
    def keeper_lock(self) -> Path:
        """Held as long as a keeper lives."""
        return self.root / "keeper.lock"

    @property
    def services_lock(self) -> Path:
        """Held as long as any process of PostgreSQL or Redis lives: they inherit it."""
        return self.root / "services.lock"

    def log(self, name: str) -> Path:
        """The log file of the keeper or of a service."""
        return self.root / f"{name}.log"

    @classmethod
    def of(cls, data_dir: Path) -> "Place":
        """The place of a data directory, which is made if need be.

        Raises EmbeddedFailed when the directory cannot be made or written.
        """
        root = data_dir.expanduser().resolve()
        with explained(root):
            root.mkdir(mode=0o700, parents=True, exist_ok=True)
            _refuse_unusable(root)
        sockets = _socket_dir(root)
        with explained(sockets):
            _make_private(sockets)
        return cls(root, sockets)


@contextlib.contextmanager
def explained(path: Path) -> Iterator[None]:
    """Turn a file system's refusal into one line about the data directory."""
    try:
        yield
    except OSError as error:
        advice = "Set RELEASERAY_DATA_DIR to a folder you may write to."
        raise EmbeddedFailed(f"Cannot write to {path}: {error.strerror or error}. {advice}") from error


def _refuse_unusable(root: Path) -> None:
    lock = root / "keeper.lock"
    if lock.exists() and lock.stat().st_uid != os.getuid():
        raise EmbeddedFailed(f"{root} was made by another user. Run as that user, or set RELEASERAY_DATA_DIR.")
    free = shutil.disk_usage(root).free
    if free < LEAST_FREE_BYTES:
        raise EmbeddedFailed(
            f"Only {free // 1_000_000} MB are free on the disk of {root}; {LEAST_FREE_BYTES // 1_000_000} "
            "are needed. Set RELEASERAY_DATA_DIR to a folder with more."
        )


def _socket_dir(root: Path) -> Path:
    near = root / "run"
    plain = re.fullmatch(r"[A-Za-z0-9._/-]+", str(near))  # clients read these paths out of URLs
    if plain and len(os.fsencode(near / _LONGEST_SOCKET)) <= MAX_SOCKET_PATH:
        return near
    name = hashlib.sha256(os.fsencode(root)).hexdigest()[:16]
    return Path("/tmp") / f"releaseray-{os.getuid()}-{name}"  # noqa: S108 - checked to be ours; $TMPDIR may be deep


def _make_private(path: Path) -> None:
    with contextlib.suppress(FileExistsError):
        path.mkdir(mode=0o700)
    status = path.lstat()
    if path.is_symlink() or status.st_uid != os.getuid():
        raise EmbeddedFailed(f"{path} belongs to somebody else; remove it and start again.")
    path.chmod(status.st_mode & 0o711 | 0o700)


def try_lock(path: Path) -> int | None:
    """A descriptor that holds the lock file until its last copy closes, or None when another has it."""
    with explained(path):
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(descriptor)
        return None
    return descriptor


def last_words(log: Path, since: int = 0) -> str:
    """The line of a log, from the byte `since`, that most likely says what went wrong."""
    with contextlib.suppress(OSError):
        text = log.read_bytes()[since:].decode(errors="replace")
        lines = [line.strip() for line in text.splitlines() if line.strip()]
        telling = [line for line in lines if re.search(r"fatal|error|could not|can't|failed", line, re.IGNORECASE)]
        return (telling or lines or [""])[-1]
    return ""
