"""A range that is read beside everything else `releaseray notes` does: its git works while the engine is imported."""

import os
from collections.abc import Callable, Iterator, Set
from contextlib import closing, contextmanager
from functools import partial
from importlib import import_module
from pathlib import Path
from typing import NamedTuple

from releaseray.cli.notes_cache import Cache, Kept
from releaseray.cli.notes_range import Asked, resolve
from releaseray.notes.history import Commit, History
from releaseray.sources.beside import Later, LaterSet, Threads
from releaseray.sources.git_earlier import by_walking
from releaseray.sources.git_layout import remove
from releaseray.sources.git_local import LocalRepository
from releaseray.sources.git_locations import ANYWHERE, check_location
from releaseray.sources.git_process import Git
from releaseray.sources.git_reading import Known
from releaseray.sources.git_trouble import explained


class Request(NamedTuple):
    """What the command was asked for: its arguments and options, by their meaning. Without a persona, the first."""

    spec: str = ""
    repo: str = "."
    persona: str = ""
    form: str = "md"
    unreleased: bool = False
    mask: tuple[str, ...] = ()
    cached: bool = True


class Read(NamedTuple):
    """The range that was asked for, and what is in it.

    `place` is where it is kept what its past teaches, if that can be kept, and `lessons` the text that is there;
    without it, the history has the past itself.
    """

    asked: Asked
    history: History
    place: Kept | None
    lessons: str | None


@contextmanager
def reading(request: Request) -> Iterator[Later[Read]]:
    """The reading of a range, under way until the `with` block ends. What is at a URL is fetched first.

    Raises `AppError` and `SourceError`, and so does the result.
    """
    where = check_location(_absolute(request.repo), ANYWHERE)
    with _scratch() as scratch, Threads() as threads:
        mirror = scratch / "mirror"
        if where.path:
            reader = _Reader(request, partial(LocalRepository.at, where.path, mirror))
        else:
            # What fetching takes is imported where something is fetched; and it is fetched where it can be aborted
            fetched = import_module("releaseray.cli.notes_remote").fetched(request.repo, mirror)
            reader = _Reader(request, lambda: fetched)
        try:
            yield threads.submit(reader.read, threads)
        finally:
            reader.kill()


class _Reader:
    """Opens a repository and reads what is asked for."""

    def __init__(self, request: Request, opened: Callable[[], LocalRepository]) -> None:
        self._request = request
        self._opened = opened
        self._repository: LocalRepository | None = None
        self._killed = False

    def kill(self) -> None:
        """Give up whatever is not read yet."""
        self._killed = True
        if self._repository:
            self._repository.kill()

    def read(self, threads: Threads) -> Read:
        """The range; who had commits before it is found out in a thread of its own, until somebody asks. Raises
        `AppError` and `SourceError`."""
        repository = self._repository = self._opened()
        if self._killed:
            repository.kill()
        with closing(repository):
            return self._range(repository, threads)

    def _range(self, repository: LocalRepository, threads: Threads) -> Read:
        asked = resolve(repository, self._request.spec, self._request.unreleased)
        cache = Cache(self._request.cached)
        # What a masked past teaches is not what the past does
        place = None if self._request.mask else cache.lessons(repository, asked)
        lessons = place.load() if place else None
        known = by_walking(asked.since.sha if asked.since else None, cache.authors(repository, asked.since))
        history = repository.history(asked.since, asked.until, _beside(threads, known), past=not lessons)
        asked.check(repository, history)
        return Read(asked, history, place, lessons)


def _beside(threads: Threads, known: Known) -> Known:
    """The same, found out while its answer is not needed."""

    def asked(git: Git, log: Later[tuple[Commit, ...]]) -> Set[str]:
        with explained():
            return known(git, log)

    return lambda git, log: LaterSet(threads.submit(asked, git, log))


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
