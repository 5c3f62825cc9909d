"""Work in threads, a thread a task: what `concurrent.futures` does, whose import takes longer than a short range."""

import threading
from collections.abc import Callable, Iterable, Iterator, Set
from types import TracebackType
from typing import Any, Generic, ParamSpec, Self, TypeVar

P = ParamSpec("P")
T = TypeVar("T")


class Cancelled(Exception):
    """Nobody will say any more what was waited for."""


class Later(Generic[T]):
    """What is known later: the answer of a task, or what `set_result` tells."""

    def __init__(self) -> None:
        self._known = threading.Event()
        self._answer: Callable[[], T] = _never

    def result(self) -> T:
        """The answer, waited for. Raises what the task raised, and `Cancelled`."""
        self._known.wait()
        return self._answer()

    def done(self) -> bool:
        """Whether `result` need not wait."""
        return self._known.is_set()

    def set_result(self, value: T) -> None:
        """Tell the answer."""
        self._tell(lambda: value)

    def cancel(self) -> None:
        """Let nobody wait any longer; does nothing when the answer is known."""
        if not self.done():
            self._tell(_never)

    def run(self, work: Callable[[], T]) -> None:
        """Find out the answer."""
        try:
            self.set_result(work())
        except BaseException as problem:  # raised again where the answer is asked for
            self._tell(_raising(problem))

    def _tell(self, answer: Callable[[], T]) -> None:
        self._answer = answer
        self._known.set()


def _never() -> Any:
    raise Cancelled


def _raising(problem: BaseException) -> Callable[[], Any]:
    def answer() -> Any:
        raise problem

    return answer


class LaterSet(Set[T]):
    """A set that is known later: whoever asks it anything waits for it."""

    def __init__(self, later: Later[Set[T]]) -> None:
        self._later = later

    def __contains__(self, thing: object) -> bool:
        return thing in self._later.result()

    def __iter__(self) -> Iterator[T]:
        return iter(self._later.result())

    def __len__(self) -> int:
        return len(self._later.result())

    @classmethod
    def _from_iterable(cls, things: Iterable[Any]) -> Set[Any]:
        return frozenset(things)


class Threads:
    """Tasks that are begun at once, each in a thread of its own; a `with` block ends when all of them have."""

    def __init__(self) -> None:
        self._begun: list[threading.Thread] = []

    def submit(self, work: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> Later[T]:
        """Begin a task; tasks may begin others."""
        later: Later[T] = Later()
        thread = threading.Thread(target=later.run, args=(lambda: work(*args, **kwargs),))
        self._begun.append(thread)
        thread.start()
        return later

    def join(self) -> None:
        """Wait until all tasks have ended."""
        for thread in self._begun:
            thread.join()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.join()
