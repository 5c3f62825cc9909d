"""Long ranges on two processors: one links the commits to changes while the other weighs what each says by itself."""

import os
import pickle
from collections import deque
from collections.abc import Iterable, Iterator, Sequence

from releaseray.notes.change import Change
from releaseray.notes.classify import Context
from releaseray.notes.history import Commit
from releaseray.notes.model import Model
from releaseray.notes.surroundings import Surroundings
from releaseray.notes.weigher import Weighed, Weigher
from releaseray.sources.beside import Later, Threads

PART = 1_000
"""Commits that the other process tells of at once: the newest first, as they are asked for."""


def weighing_beside(context: Context, commits: Sequence[Commit]) -> Context:
    """The same context, which has begun to weigh the commits elsewhere, if there is where.

    The process is forked: what another thread holds at that moment, the new process must not need.
    """
    if (os.cpu_count() or 1) < 2:
        return context
    return context._replace(own=_Beside(context.own.model, commits))


class _Beside(Weigher):
    """A weigher that had another process begin; whatever that one does not weigh, it weighs itself."""

    def __init__(self, model: Model, commits: Sequence[Commit]) -> None:
        super().__init__(model)
        parts = [commits[at : at + PART] for at in range(0, len(commits), PART)]
        self._awaited = {commit.sha for commit in commits}
        self._coming = deque(zip(parts, _beside(model, parts), strict=True))

    def scores(self, change: Change, around: Surroundings) -> list[float]:
        """What the model says of the change, once its part was told of."""
        while change.shas[0] in self._awaited:
            part, weighed = self._coming.popleft()
            self._awaited.difference_update([commit.sha for commit in part])
            self.take(weighed.result())
        return super().scores(change, around)


def _beside(model: Model, parts: Sequence[Sequence[Commit]]) -> list[Later[Weighed]]:
    """What a process of its own tells of each part; nothing where that process came to grief."""
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            os.close(reading)
            with open(writing, "wb") as end:
                for weighed in _weighed(model, parts):
                    end.write(pickle.dumps(weighed, pickle.HIGHEST_PROTOCOL))
                    end.flush()
        finally:
            # It must not go on as its parent would, whatever happened
            os._exit(0)
    os.close(writing)
    told: list[Later[Weighed]] = [Later() for _ in parts]
    Threads().submit(_read, child, reading, told)
    return told


def _weighed(model: Model, parts: Iterable[Sequence[Commit]]) -> Iterator[Weighed]:
    weigher = Weigher(model)
    for part in parts:
        weigher.foresee(part)
        yield weigher.weighed()


def _read(child: int, reading: int, told: Iterable[Later[Weighed]]) -> None:
    """Tell what the process says as it comes: a pipe holds less than a part."""
    nothing: Weighed = {}, {}, {}
    with open(reading, "rb") as end:
        for later in told:
            try:
                later.set_result(pickle.load(end))  # noqa: S301 - from this very program, through a pipe
            except (EOFError, pickle.UnpicklingError):
                later.set_result(nothing)
    os.waitpid(child, 0)
