"""Highlights: what an editor would name first."""

import pytest

from releaseray.notes.engine import build, prepare
from releaseray.notes.highlights import foremost, highlights, ranked
from releaseray.notes.history import Commit, FileChange, History, Person, PullRequest
from releaseray.notes.personas import persona
from releaseray.notes.prepared import Item

ANN = Person("Ann", "ann@example.org")


def told(*commits: tuple[str, str], labels: dict[int, tuple[str, ...]] | None = None) -> list[Item]:
    """What engineers are shown of commits, each a subject and its paths (`A` new, `M` where nothing is said)."""
    made = []
    for at, (subject, paths) in enumerate(commits):
        files = tuple(FileChange(path[:1], path[2:]) if path[1:2] == " " else FileChange("M", path)
                      for path in paths.split(", "))  # fmt: skip
        made.append(Commit(f"{at:040x}", (f"{at + 1:040x}",), ANN, 9 - at, subject, "", files))
    pulls = {
        number: PullRequest(number, title=made[at].subject, labels=marks, shas=(made[at].sha,))
        for at, (number, marks) in enumerate((labels or {}).items())
    }
    release = prepare(History("acme/app", "v1.0.0", "v1.1.0", tuple(made), pulls=pulls))
    return list(persona("engineer").shown(release))


def titles(items: list[Item]) -> list[str]:
    return [item.note for item in items]


def test_what_is_documented_and_new_comes_before_an_option_of_it() -> None:
    items = told(
        ("feat: add an option to rename the log label", "src/a.py"),
        ("feat: add drag and drop to the editor", "A src/drag.py, A src/drop.py, docs/editor.md, tests/test_drag.py"),
        ("fix: crash on save", "src/b.py"),
        ("fix: wrong total", "src/c.py"),
    )
    assert titles(ranked(items))[0] == "add drag and drop to the editor"


def test_upkeep_is_no_highlight_however_much_it_touches() -> None:
    many = ", ".join(f"src/{at}.py" for at in range(20))
    items = told(("feat: apply ruff to all", many), ("feat: add a dark mode", "src/dark.py"))
    assert titles(ranked(items))[0] == "add a dark mode"


def test_of_what_breaks_two_come_before_what_is_new() -> None:
    removed = [(f"feat!: remove the {name} page", "src/a.py, src/b.py, src/c.py") for name in ("old", "far", "odd")]
    items = told(*removed, ("feat: add a dark mode", "src/dark.py"))
    assert "add a dark mode" in titles(ranked(items))[:3]


def test_a_label_of_people_wins() -> None:
    items = told(
        ("feat: add a small thing", "src/a.py"),
        ("feat: support Python 3.15", "A src/py.py, docs/py.md"),
        labels={7: ("release highlight",), 8: ("enhancement",)},
    )
    assert titles(ranked(items))[0] == "add a small thing"


def test_behind_the_first_nothing_small_is_a_highlight() -> None:
    items = told(*((f"fix: handle the empty message of part {at}", "src/a.py") for at in range(9)))
    assert len(highlights(items)) == 1


@pytest.mark.parametrize(
    ("subject", "catchword"),
    [
        ("feat: add iTimeFocus uniform", "iTimeFocus uniform"),
        ("feat: introduce ha-checkbox with style", "ha-checkbox with style"),
        ("feat: add per-section themes", "Per-section themes"),
        ("feat: add dark mode", "Dark mode"),
        ("feat: introduce curl_peer", "Introduce curl_peer"),
    ],
)
def test_a_highlight_opens_with_a_large_letter_unless_it_is_a_name(subject: str, catchword: str) -> None:
    commit = Commit("a" * 40, ("b" * 40,), ANN, 1, subject, "", (FileChange("M", "src/a.py"),))
    assert build(History("acme/app", "v1", "v2", (commit,)), "engineer").flags.highlights == (catchword,)


def test_a_list_that_is_cut_begins_with_what_an_editor_would_name() -> None:
    small = [(f"feat: add an option for the label of part {at}", "src/a.py") for at in range(9)]
    items = told(*small, ("feat: add drag and drop", "A src/drag.py, docs/drag.md"))
    shown = foremost(items, 3)
    assert (titles(list(shown))[0], len(shown)) == ("add drag and drop", 10)
    assert foremost(items, 10) == items
