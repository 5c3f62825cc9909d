"""The git directory of our own through which every repository is read, and the lock around its changes."""

import asyncio
import fcntl
import os
import shutil
import time
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

from releaseray.sources import SourceError

LOCK_POLL = 0.05
PATIENCE = 600.0
NETWORK_CONFIG = """\
[credential]
\thelper =
[http]
\tlowSpeedLimit = 100
\tlowSpeedTime = 60
"""
CONFIG = """\
[core]
\trepositoryFormatVersion = 1
\tbare = true
\thooksPath = /dev/null
\tfsmonitor = false
\tattributesFile = /dev/null
\tlogAllRefUpdates = false
\talternateRefsCommand = true
[gc]
\tauto = 0
[maintenance]
\tauto = false
[submodule]
\trecurse = false
[fetch]
\trecurseSubmodules = false
[advice]
\tgraftFileDeprecated = false
"""


@dataclass(frozen=True, slots=True)
class Layout:
    """What a git directory of ours is made of. A changed layout makes it anew.

    `links` are parts of somebody else's git directory, `alternates` object directories, `origin` the URL it was
    fetched from, `include` a configuration file of the operator's.
    """

    object_format: str = "sha1"
    ref_storage: str = "files"
    links: Mapping[str, Path] = field(default_factory=dict)
    alternates: tuple[Path, ...] = ()
    origin: str = ""
    include: Path | None = None

    @property
    def config(self) -> str:
        """Our configuration; the extensions say how the borrowed objects and refs are stored."""
        lines = [f"\tobjectFormat = {self.object_format}"] if self.object_format != "sha1" else []
        lines += [f"\trefStorage = {self.ref_storage}"] if self.ref_storage != "files" else []
        operators = f"[include]\n\tpath = {_quoted(self.include)}\n" if self.include else ""
        return NETWORK_CONFIG + operators + CONFIG + "".join(f"{line}\n" for line in ["[extensions]", *lines] if lines)

    @property
    def stamp(self) -> str:
        """Text that is equal for equal layouts."""
        links = [f"{name} -> {target}" for name, target in sorted(self.links.items())]
        return "\n".join([self.config, self.origin, *links, *map(str, self.alternates)])


class Mirror:
    """One directory that belongs to one source: the git directory, what was worked out of it, and the lock."""

    def __init__(self, directory: Path, patience: float = PATIENCE) -> None:
        self.directory = directory
        self._patience = patience
        self.git_dir = directory / "git"
        self.first_commits = directory / "first-commits.json"

    @asynccontextmanager
    async def locked(self) -> AsyncIterator[int]:
        """Be the only one to change the mirror, across processes. Yields the lock's file descriptor.

        Raises `SourceError` when somebody else is at it for longer than the mirror's `patience` in seconds.
        """
        deadline = time.monotonic() + self._patience
        while (descriptor := self._try_lock()) is None:
            if time.monotonic() > deadline:
                raise SourceError("The repository is being fetched by another process; try again in a few minutes.")
            await asyncio.sleep(LOCK_POLL)
        try:
            yield descriptor
        finally:
            os.close(descriptor)

    def _try_lock(self) -> int | None:
        self.directory.mkdir(parents=True, exist_ok=True)
        path = self.directory / "lock"
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            # The directory may have been removed, lock and all, while this process was opening the file
            if os.path.exists(path) and os.path.samestat(os.stat(path), os.fstat(descriptor)):
                return descriptor
        except OSError:
            pass
        os.close(descriptor)
        return None

    def is_laid_out(self, layout: Layout) -> bool:
        """Whether the git directory is there and has this layout."""
        return read_text(self.git_dir / "releaseray-layout") == layout.stamp

    def lay_out(self, layout: Layout, head: str) -> None:
        """Make the git directory, complete or not at all. Call it with the lock held."""
        new = self.directory / "git.new"
        shutil.rmtree(new, ignore_errors=True)
        for part in ("objects/info", "objects/pack", "info"):
            (new / part).mkdir(parents=True)
        if "refs" not in layout.links:
            (new / "refs").mkdir()
        for name, target in layout.links.items():
            (new / name).symlink_to(target)
        write_text(new / "objects/info/alternates", "".join(f"{path}\n" for path in layout.alternates))
        write_text(new / "config", layout.config)
        write_text(new / "HEAD", f"{head}\n")
        write_text(new / "releaseray-layout", layout.stamp)
        self.discard()
        new.rename(self.git_dir)

    def set_head(self, head: str) -> None:
        """Point `HEAD` where the repository's own points."""
        if read_text(self.git_dir / "HEAD") != f"{head}\n":
            write_text(self.git_dir / "HEAD", f"{head}\n")

    def clear_leftovers(self) -> None:
        """Remove what a killed fetch left behind. Call it with the lock held.

        Refs that are somebody else's, borrowed by a link, are not touched.
        """
        for leftover in self._leftovers():
            leftover.unlink(missing_ok=True)

    def _leftovers(self) -> Iterator[Path]:
        yield from self.git_dir.glob("*.lock")
        if not (self.git_dir / "refs").is_symlink():
            yield from (self.git_dir / "refs").rglob("*.lock")
        yield from self.git_dir.glob("objects/pack/tmp_*")
        yield from self.git_dir.glob("objects/??/tmp_*")
        yield from self.git_dir.glob("objects/info/**/*.lock")
        for quarantine in self.git_dir.glob("objects/tmp_objdir-*"):
            shutil.rmtree(quarantine, ignore_errors=True)

    def size(self) -> int:
        """The bytes of its own objects, those still coming in included."""
        total = 0
        for stored in self.git_dir.glob("objects/**/*"):
            with suppress(FileNotFoundError):
                total += stored.stat().st_size
        return total

    def discard(self) -> None:
        """Throw the git directory away. Call it with the lock held."""
        old = self.directory / "git.old"
        shutil.rmtree(old, ignore_errors=True)
        if self.git_dir.exists():
            self.git_dir.rename(old)
            shutil.rmtree(old, ignore_errors=True)

    def remove(self) -> None:
        """Throw everything away, the lock last. Call it with the lock held."""
        self.discard()
        shutil.rmtree(self.directory, ignore_errors=True)


def _quoted(path: Path) -> str:
    """A path as a value in a configuration file of git."""
    return '"' + str(path).replace("\\", "\\\\").replace('"', '\\"') + '"'


def read_text(path: Path) -> str | None:
    """The text of a file of ours, None when it is not there."""
    try:
        return path.read_text("utf-8", "surrogateescape")
    except OSError:
        return None


def write_text(path: Path, text: str) -> None:
    """Replace a file's text as a whole: a reader sees the old or the new one."""
    new = path.with_name(f"{path.name}.{os.getpid()}.{time.monotonic_ns()}.new")
    new.write_text(text, "utf-8", "surrogateescape")
    new.replace(path)
