"""A title is found by its words: the newest of that title that is older."""

import pytest

from releaseray.notes.change import Change
from releaseray.notes.headline import headline
from releaseray.notes.titles import Titles

CHANGES = [
    Change((str(at),), title, headline(title))
    for at, title in enumerate(
        ("Revert it", "Fix the parser", "feat(ui): Add *themes*", "fix: the parser", "Fix: the PARSER", "add themes")
    )
]


@pytest.mark.parametrize(
    ("at", "title", "found"),
    [
        (0, "Fix the parser", 1),
        (1, "Fix the parser", 3),
        (3, "fix THE parser!", 4),
        (4, "Fix the parser", None),
        (0, "the parser", 3),
        (0, "Add themes", 2),
        (2, "Add themes", 5),
        (0, "feat ui add themes", 2),
        (0, "Fix", None),
        (0, "...", None),
    ],
)
def test_a_title_is_found_by_its_words(at: int, title: str, found: int | None) -> None:
    assert Titles(CHANGES).before(at, title) == found


def test_one_search_does_not_spoil_the_next() -> None:
    titles = Titles(CHANGES)
    asked = [(0, "Nothing"), (1, "Fix the parser"), (0, "the parser"), (1, "Fix the parser"), (0, "Add themes")]
    assert [titles.before(at, title) for at, title in asked] == [None, 3, 3, 3, 2]
