"""The answer of `releaseray notes`: printed as it is kept, or drawn anew by what is imported only then."""

import os
from collections.abc import Iterator
from contextlib import closing, contextmanager
from importlib import import_module
from pathlib import Path
from typing import NamedTuple

from releaseray.cli.notes_cache import Cache, Kept
from releaseray.cli.notes_range import Asked, resolve
from releaseray.sources.git_layout import remove
from releaseray.sources.git_local import LocalRepository
from releaseray.sources.git_locations import ANYWHERE, check_location


class Request(NamedTuple):
    """What the command was asked for: its arguments and options, by their meaning."""

    spec: str = ""
    repo: str = "."
    persona: str = "engineer"
    form: str = "md"
    unreleased: bool = False
    mask: tuple[str, ...] = ()
    cached: bool = True


class Question(NamedTuple):
    """What a request means in its repository at this moment, and what may be kept of it."""

    request: Request
    repository: LocalRepository
    asked: Asked
    cache: Cache

    def kept(self) -> Kept | None:
        """Where the answer is kept, if it can be."""
        request = self.request
        return self.cache.draft(request.persona, request.form, request.mask)


def answer(request: Request) -> tuple[Asked, str]:
    """The range asked for, and its draft as it is printed.

    Raises `AppError` and `SourceError`, and `InvalidRequest` for a persona that does not exist.
    """
    with question(request) as put:
        kept = put.kept()
        told = kept.load() if kept else None
        return put.asked, _drawn(put) if told is None else told


def _drawn(put: Question) -> str:
    with import_module("releaseray.cli.notes_reading").reading(put) as later:
        # The engine takes as long to import as git to read a short range
        drawn: str = import_module("releaseray.cli.notes_draft").drawn(put.request, later)
    if kept := put.kept():
        kept.keep(drawn)
    put.cache.trim()
    return drawn


@contextmanager
def question(request: Request) -> Iterator[Question]:
    """What is asked, and of which repository, open until the `with` block ends. What is at a URL is fetched first.

    Raises `AppError` and `SourceError`.
    """
    where = check_location(_absolute(request.repo), ANYWHERE)
    with _scratch() as scratch, closing(_opened(request, where.path, scratch / "mirror")) as repository:
        asked = resolve(repository, request.spec, request.unreleased)
        yield Question(request, repository, asked, Cache(request.cached, repository, asked))


def _opened(request: Request, path: Path | None, directory: Path) -> LocalRepository:
    if path:
        return LocalRepository.at(path, directory)
    # What fetching takes is imported where something is fetched
    fetched: LocalRepository = import_module("releaseray.cli.notes_remote").fetched(request.repo, directory)
    return fetched


def _absolute(repo: str) -> str:
    """A path made absolute; what is none, as it is."""
    path = os.path.expanduser(repo)
    return os.path.abspath(path) if repo and os.path.exists(path) else repo


@contextmanager
def _scratch() -> Iterator[Path]:
    """A new folder of ours, and gone in the end."""
    folder = os.path.join(os.environ.get("TMPDIR") or "/tmp", f"releaseray-{os.urandom(8).hex()}")  # noqa: S108 - made here, by nobody else
    try:
        os.mkdir(folder, 0o700)
    except OSError:
        # Looks for a place, and is not imported where there is one
        folder = import_module("tempfile").mkdtemp(prefix="releaseray-")
    try:
        yield Path(folder)
    finally:
        remove(Path(folder))
