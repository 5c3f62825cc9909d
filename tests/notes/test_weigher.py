"""What a change weighs is the same whether it was foreseen or not, and what was foreseen is not weighed again."""

from pathlib import Path

import pytest

from releaseray.notes.history import History
from releaseray.notes.link import link
from releaseray.notes.model import Model, shipped
from releaseray.notes.model_features import features_of
from releaseray.notes.surroundings import Surroundings, pulls_among
from releaseray.notes.weigher import Weigher

from .histories import load, parse

CASES = sorted((Path(__file__).parent / "golden").iterdir())
BRANCH = """
m1 < b1 a1 | Ann <ann@example.org> | Merge pull request #12 from ann/topic
    Speed up the importer
  M src/importer.py

a1 < b1 | Ann <ann@example.org> | Untangle the importer
  M src/importer.py

b1 | Bob <bob@example.org> | Fix the exporter
    It forgot the last row.
  M src/exporter.py
"""


class Asked(dict[str, int]):
    """A table that tells how often it was asked."""

    times = 0

    def get(self, feature: str, default: int | None = None) -> int | None:  # type: ignore[override]  # no overloads
        self.times += 1
        return super().get(feature, default)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_a_change_weighs_what_the_model_says_of_its_features(case: Path) -> None:
    history, _ = load(case / "history.txt")
    fresh, foreseeing = Weigher(shipped()), Weigher(shipped())
    foreseeing.foresee(history.commits)
    changes = link(history)
    around = Surroundings.of(history.to_tag, pulls_among(changes))
    for change in changes:
        expected = shipped().scores(features_of(change, around))
        assert fresh.scores(change, around) == foreseeing.scores(change, around) == expected


def asked(history: History, foreseen: bool) -> list[int]:
    """How many features each change's scoring asked for."""
    table = Asked(shipped().table)
    weigher = Weigher(Model(table, 0.0))
    if foreseen:
        weigher.foresee(history.commits)
    counts = []
    for change in link(history):
        before = table.times
        weigher.scores(change, Surroundings())
        counts.append(table.times - before)
    return counts


def test_of_a_commit_that_was_foreseen_only_the_rest_is_weighed() -> None:
    history, _ = parse(BRANCH)
    (merge, fix), (merge_foreseen, fix_foreseen) = asked(history, foreseen=False), asked(history, foreseen=True)
    assert fix_foreseen == 1 < fix
    assert 1 < merge_foreseen < merge  # the text that its branch gives it


def test_what_a_merge_brought_in_is_not_foreseen() -> None:
    history, _ = parse(BRANCH)
    whole, line = Asked(shipped().table), Asked(shipped().table)
    Weigher(Model(whole, 0.0)).foresee(history.commits)
    Weigher(Model(line, 0.0)).foresee(commit for commit in history.commits if commit.subject != "Untangle the importer")
    assert whole.times == line.times


def test_what_touches_nothing_that_users_get_is_not_foreseen() -> None:
    history, _ = parse("a1 | Ann <ann@example.org> | Count the rows twice\n  M tests/test_rows.py\n")
    table = Asked(shipped().table)
    weigher = Weigher(Model(table, 0.0))
    before = table.times
    weigher.foresee(history.commits)
    assert table.times == before


def test_what_was_weighed_is_told_once() -> None:
    history, _ = parse(BRANCH)
    weigher, other = Weigher(shipped()), Weigher(shipped())
    for part in ([commit] for commit in history.commits):
        weigher.foresee(part)
        other.take(weigher.weighed())
    assert weigher.weighed() == ({}, {}, {})
    whole = Weigher(shipped())
    whole.foresee(history.commits)
    assert other.weighed() == whole.weighed()
