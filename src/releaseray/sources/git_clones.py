"""Finding one's way in somebody else's clone by reading plain files only: git never opens it."""

import os
import stat
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from releaseray.notes.regexes import regex
from releaseray.sources import SourceError
from releaseray.sources.git_locations import resolve_inside

MAX_ALTERNATES = 5
MAX_SMALL_FILE = 4_096
MAX_CONFIG = 1 << 20

_HEAD = regex(r"ref: refs/[^\x00-\x20\x7f]+|[0-9a-f]{40}|[0-9a-f]{64}")


class Clone(NamedTuple):
    """Where the parts of a clone are, all of them inside the allowed paths.

    `git_dir` has the `HEAD`, `common_dir` (the same but for linked worktrees) refs and configuration. `objects`
    are all object directories, borrowed ones included. `head` is the text of `HEAD`.
    """

    git_dir: Path
    common_dir: Path
    objects: tuple[Path, ...]
    head: str

    @property
    def config(self) -> Path:
        """The clone's configuration, to be read as a file, never to be applied."""
        return self.common_dir / "config"


def find_clone(path: Path, allowed_paths: Sequence[Path]) -> Clone:
    """The clone at a path: a work tree, a linked worktree, the `.git` of either, or a bare repository.

    Directories above the path are not searched. Raises `SourceError`.
    """
    git_dir = _git_dir(path, allowed_paths)
    common_dir = git_dir
    if (pointer := _small_file(git_dir / "commondir")) is not None:
        common_dir = _inside(git_dir / pointer.strip(), allowed_paths)
    head = _head(git_dir)
    if head is None or not (common_dir / "objects").is_dir() or not (common_dir / "refs").is_dir():
        raise SourceError(
            f"{path} is not a Git repository: give the path of a work tree, its .git, or a bare repository."
        )
    for part in ("refs", "packed-refs", "shallow", "info/grafts", "reftable", "config"):
        if os.path.lexists(common_dir / part):
            _inside(common_dir / part, allowed_paths)
    return Clone(git_dir, common_dir, tuple(_objects(common_dir / "objects", allowed_paths)), head)


def _inside(path: Path, allowed_paths: Sequence[Path]) -> Path:
    return resolve_inside(path, allowed_paths, named=f"{path}, which the repository refers to,")


def _git_dir(path: Path, allowed_paths: Sequence[Path]) -> Path:
    start = resolve_inside(path, allowed_paths, named=str(path))
    inner = start if start.is_file() or _head(start) is not None else start / ".git"
    if not os.path.lexists(inner):
        raise SourceError(
            f"{path} is not a Git repository: give the path of a work tree, its .git, or a bare repository."
        )
    inner = _inside(inner, allowed_paths)
    if (pointer := _small_file(inner)) is None:
        return inner
    if not pointer.startswith("gitdir: "):
        raise SourceError(
            f"{path} is not a Git repository: give the path of a work tree, its .git, or a bare repository."
        )
    return _inside(inner.parent / pointer.removeprefix("gitdir: ").strip(), allowed_paths)


def _head(git_dir: Path) -> str | None:
    head = git_dir / "HEAD"
    if head.is_symlink() and (target := os.readlink(head)).startswith("refs/"):
        return f"ref: {target}"
    text = (_small_file(head) or "").strip()
    return text if _HEAD.fullmatch(text) else None


def _small_file(path: Path) -> str | None:
    """The text of a small regular file, None when it is anything else."""
    try:
        if not stat.S_ISREG(path.stat().st_mode):
            return None
        with path.open("rb") as file:
            return file.read(MAX_SMALL_FILE).decode("utf-8", "surrogateescape")
    except OSError:
        return None


def _objects(directory: Path, allowed_paths: Sequence[Path], depth: int = 0) -> Iterator[Path]:
    objects = _inside(directory, allowed_paths)
    if any(character in str(objects) for character in '\n"'):
        raise SourceError(f"{objects} has a line break or a quotation mark in its name, which git cannot borrow from.")
    yield objects
    for entry in _links(objects):
        _inside(entry, allowed_paths)
    borrowed = _small_file(objects / "info" / "alternates") or ""
    for line in filter(None, borrowed.splitlines()):
        if line.startswith("#"):
            continue
        if depth == MAX_ALTERNATES:
            raise SourceError(f"{objects} borrows objects over more than {MAX_ALTERNATES} steps.")
        yield from _objects(objects / line, allowed_paths, depth + 1)


def _links(objects: Path) -> Iterator[Path]:
    """Symbolic links by which an object directory could reach elsewhere."""
    for directory in (objects, objects / "pack", objects / "info"):
        if directory.is_dir():
            with os.scandir(directory) as entries:
                yield from (Path(entry.path) for entry in entries if entry.is_symlink())
