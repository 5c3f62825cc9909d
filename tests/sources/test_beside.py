"""Tasks in threads: their answers, what they raise, and what nobody will say."""

import threading
from collections.abc import Set

import pytest

from releaseray.sources.beside import Cancelled, Later, LaterSet, Threads


def test_tasks_run_at_once_and_may_begin_others() -> None:
    met = threading.Barrier(2, timeout=20)
    with Threads() as threads:
        first = threads.submit(lambda: (met.wait(), threads.submit(pow, 2, 5))[1])
        second = threads.submit(met.wait)
        assert first.result().result() == 32
        assert second.result() in (0, 1)


def test_what_a_task_raises_is_raised_where_its_answer_is_asked_for() -> None:
    with Threads() as threads:
        failed = threads.submit(int, "x")
    assert failed.done()
    for _ in range(2):
        with pytest.raises(ValueError, match="'x'"):
            failed.result()


def test_a_set_is_waited_for_by_whoever_asks_it() -> None:
    later = Later[Set[str]]()
    people = LaterSet(later)
    with Threads() as threads:
        asked = threads.submit(lambda: ("ann" in people, len(people), {"eve"} | people, people & {"bob"}))
        assert not asked.done()
        later.set_result(frozenset({"ann"}))
        assert asked.result() == (True, 1, {"ann", "eve"}, set())


def test_what_is_told_is_the_answer_and_what_is_cancelled_has_none() -> None:
    told, never = Later[str](), Later[str]()
    assert not told.done()
    told.set_result("yes")
    told.cancel()
    never.cancel()
    assert told.result() == "yes"
    with pytest.raises(Cancelled):
        never.result()
