"""A range that is read beside everything else `releaseray notes` does: its git works while the engine is imported."""

from collections.abc import Iterator, Set
from contextlib import contextmanager
from typing import NamedTuple

from releaseray.cli.notes_answer import Question
from releaseray.cli.notes_cache import Kept
from releaseray.notes.history import Commit, History
from releaseray.sources.beside import Later, LaterSet, Threads
from releaseray.sources.git_earlier import by_walking
from releaseray.sources.git_local_range import history
from releaseray.sources.git_process import Git
from releaseray.sources.git_reading import Known
from releaseray.sources.git_trouble import explained


class Read(NamedTuple):
    """What is in the range.

    `place` is where it is kept what its past teaches, if that can be kept, and `lessons` the text that is there;
    without it, the history has the past itself.
    """

    history: History
    place: Kept | None
    lessons: str | None


@contextmanager
def reading(put: Question) -> Iterator[Later[Read]]:
    """The reading of the range, under way until the `with` block ends. The result raises `AppError`, `SourceError`."""
    with Threads() as threads:
        try:
            yield threads.submit(_read, put, threads)
        finally:
            put.repository.kill()


def _read(put: Question, threads: Threads) -> Read:
    """The range; who had commits before it is found out in a thread of its own, until somebody asks."""
    request, repository, asked, cache = put
    # What a masked past teaches is not what the past does
    place = None if request.mask else cache.lessons()
    lessons = place.load() if place else None
    known = by_walking(asked.since.sha if asked.since else None, cache.authors())
    found = history(repository, asked.since, asked.until, _beside(threads, known), past=not lessons)
    asked.check(repository, found)
    cache.confirm()
    return Read(found, cache.lessons() if place else None, lessons)


def _beside(threads: Threads, known: Known) -> Known:
    """The same, found out while its answer is not needed."""

    def asked(git: Git, log: Later[tuple[Commit, ...]]) -> Set[str]:
        with explained():
            return known(git, log)

    return lambda git, log: LaterSet(threads.submit(asked, git, log))
