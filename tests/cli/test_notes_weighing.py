"""Two processes weigh a long range as one does, and one does it all where the other comes to grief."""

import os
from collections.abc import Iterator, Sequence

import pytest

from releaseray.cli import notes_draft, notes_weighing
from releaseray.notes import engine
from releaseray.notes.draft import Draft
from releaseray.notes.history import Commit, FileChange, History, Person
from releaseray.notes.model import Model
from releaseray.notes.model_own import Lessons
from releaseray.notes.weigher import Weighed

# pytest's own threads do not mind: the forked process runs none of their code
pytestmark = pytest.mark.filterwarnings("ignore:This process .* is multi-threaded:DeprecationWarning")

WORDS = ("Add a theme", "Fix a crash in the parser", "Bump the cache", "Document flags", "Speed up search")


def history(commits: int) -> History:
    """So many commits of one person, each with a text and a file."""
    shas = [f"{number:040x}" for number in range(commits + 1)]
    return History(
        "acme/app",
        "v1",
        "v2",
        tuple(
            Commit(
                shas[number],
                (shas[number + 1],),
                Person("Ann", "ann@acme.test"),
                1_700_000_000 - number,
                f"{WORDS[number % 5]} {number} (#{number + 1})",
                f"Because of {WORDS[(number + 1) % 5]}.",
                (FileChange("M", f"src/part{number % 7}.py"),),
            )
            for number in range(commits)
        ),
    )


def drafted(read: History) -> Draft:
    return engine.build(notes_draft.prepared(read, Lessons()), "engineer")


@pytest.fixture
def forks(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """The processes begun, on a machine with two processors."""
    begun: list[int] = []
    fork = os.fork

    def counted() -> int:
        begun.append(child := fork())
        return child

    monkeypatch.setattr(os, "cpu_count", lambda: 2)
    monkeypatch.setattr(os, "fork", counted)
    return begun


@pytest.mark.parametrize("part", [1, 7, 60, 1_000])
def test_two_processes_find_what_one_finds(forks: list[int], monkeypatch: pytest.MonkeyPatch, part: int) -> None:
    read = history(60)
    alone = drafted(read)
    assert not forks
    monkeypatch.setattr(notes_draft, "LONG", 60)
    monkeypatch.setattr(notes_weighing, "PART", part)
    together = drafted(read)
    assert len(forks) == 1
    assert together.body_md == alone.body_md
    assert list(together.entries) == list(alone.entries)


def test_what_the_other_process_does_not_tell_is_found_here(
    forks: list[int], monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    def broken(model: Model, parts: object) -> Iterator[Weighed]:
        raise MemoryError

    read = history(60)
    alone = drafted(read)
    monkeypatch.setattr(notes_draft, "LONG", 60)
    monkeypatch.setattr(notes_weighing, "_weighed", broken)
    assert drafted(read).body_md == alone.body_md
    assert len(forks) == 1
    assert capfd.readouterr().err == ""


def test_what_the_other_process_told_before_it_came_to_grief_is_believed(
    forks: list[int], monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    weighed = notes_weighing._weighed

    def broken(model: Model, parts: Sequence[Sequence[Commit]]) -> Iterator[Weighed]:
        yield from weighed(model, parts[:2])
        raise MemoryError

    read = history(60)
    alone = drafted(read)
    monkeypatch.setattr(notes_draft, "LONG", 60)
    monkeypatch.setattr(notes_weighing, "PART", 20)
    monkeypatch.setattr(notes_weighing, "_weighed", broken)
    assert drafted(read).body_md == alone.body_md
    assert len(forks) == 1
    assert capfd.readouterr().err == ""


def test_one_processor_begins_no_second_process(forks: list[int], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "cpu_count", lambda: 1)
    drafted(history(notes_draft.LONG))
    assert not forks
