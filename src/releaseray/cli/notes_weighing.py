"""Long ranges on two processors: one links the commits to changes while the other weighs what each says by itself."""

import os
import pickle
from collections.abc import Callable, Sequence

from releaseray.notes.change import Change
from releaseray.notes.classify import Context
from releaseray.notes.history import Commit
from releaseray.notes.model import Model
from releaseray.notes.weigher import Weigher

SHARE = 4
"""One in so many commits, the newest, which are judged first, is weighed here: all are linked in half the time that
weighing them takes."""


def weighing_beside(context: Context, commits: Sequence[Commit]) -> Context:
    """The same context, which has begun to weigh the commits elsewhere, if there is where.

    The process is forked: what another thread holds at that moment, the new process must not need.
    """
    if (os.cpu_count() or 1) < 2:
        return context
    return context._replace(own=_Beside(context.own.model, commits))


class _Beside(Weigher):
    """A weigher that had another process begin; whatever that one did not weigh, it weighs itself."""

    def __init__(self, model: Model, commits: Sequence[Commit]) -> None:
        super().__init__(model)
        theirs = len(commits) // SHARE
        self._ours = frozenset(commit.sha for commit in commits[:theirs])
        self._answer: Callable[[], bytes] | None = _beside(lambda: _weighed(model, commits[theirs:]))

    def scores(self, change: Change) -> list[float]:
        """What the model says of the change; the first asked for that the other process was given waits for it."""
        if self._answer and change.shas[0] not in self._ours:
            told, self._answer = self._answer(), None
            if told:
                self.take(pickle.loads(told))  # noqa: S301 - from this very program, through a pipe
        return super().scores(change)


def _weighed(model: Model, commits: Sequence[Commit]) -> bytes:
    weigher = Weigher(model)
    weigher.foresee(commits)
    return pickle.dumps(weigher.weighed(), pickle.HIGHEST_PROTOCOL)


_WHOLE = b"whole"


def _beside(work: Callable[[], bytes]) -> Callable[[], bytes]:
    """Begin the work in a process of its own; the answer is empty where that process came to grief."""
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            os.close(reading)
            with open(writing, "wb") as end:
                end.write(work() + _WHOLE)
        finally:
            # It must not go on as its parent would, whatever happened
            os._exit(0)
    os.close(writing)

    def answer() -> bytes:
        with open(reading, "rb") as end:
            told = end.read()
        os.waitpid(child, 0)
        return told.removesuffix(_WHOLE) if told.endswith(_WHOLE) else b""

    return answer
