"""A git directory of our own, made of parts of others: complete or not there at all."""

import os
import time
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from types import MappingProxyType
from typing import NamedTuple

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


class Layout(NamedTuple):
    """What a git directory of ours is made of. A changed layout makes it anew.

    `links` are parts of somebody else's git directory, `alternates` object directories, `origin` the URL it was
    fetched from, `include` a configuration file of the operator's.
    """

    object_format: str = "sha1"
    ref_storage: str = "files"
    links: Mapping[str, Path] = MappingProxyType({})
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


class Place:
    """The directory of one source: the git directory, and beside it what was worked out of it."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory
        self.git_dir = directory / "git"
        self.first_commits = directory / "first-commits.json"

    def is_laid_out(self, layout: Layout) -> bool:
        """Whether the git directory is there and has this layout."""
        return read_text(self.git_dir / "releaseray-layout") == layout.stamp

    def lay_out(self, layout: Layout, head: str) -> None:
        """Make the git directory, complete or not at all. Nobody else may be at it."""
        new = self.directory / "git.new"
        remove(new)
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

    def discard(self) -> None:
        """Throw the git directory away. Nobody else may be at it."""
        old = self.directory / "git.old"
        remove(old)
        if self.git_dir.exists():
            self.git_dir.rename(old)
            remove(old)


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
    write_bytes(path, text.encode("utf-8", "surrogateescape"))


def write_bytes(path: Path, content: bytes) -> None:
    """The same with bytes. What cannot be written to its end leaves nothing behind."""
    new = path.with_name(f"{path.name}.{os.getpid()}.{time.monotonic_ns()}.new")
    try:
        new.write_bytes(content)
        new.replace(path)
    except OSError:
        with suppress(OSError):
            new.unlink()
        raise


def remove(folder: Path) -> None:
    """Remove a folder of ours with all that is in it. Links are not followed, and what cannot be removed stays."""
    for where, _, _ in os.walk(folder, topdown=False):
        with suppress(OSError):
            for name in os.listdir(where):
                # The folders in it are gone by now
                with suppress(OSError):
                    os.unlink(f"{where}/{name}")
            os.rmdir(where)


def keep_newest(folder: Path, most: int) -> None:
    """Remove the files of a folder but the newest. Others may be at it too, and what cannot be removed stays."""
    ages = []
    with suppress(OSError), os.scandir(folder) as entries:
        for entry in entries:
            with suppress(OSError):
                ages.append((entry.stat().st_mtime_ns, entry.path))
    for _, path in sorted(ages)[:-most]:
        with suppress(OSError):
            os.unlink(path)
