"""What stands around a change: the step its version is, and whether pull requests are the way in."""

import pytest

from releaseray.notes.change import Change
from releaseray.notes.classify import context_for, context_of
from releaseray.notes.classify_words import explained
from releaseray.notes.draft import Category
from releaseray.notes.headline import headline
from releaseray.notes.history import Commit, History, Person
from releaseray.notes.model import shipped
from releaseray.notes.model_own import Lessons
from releaseray.notes.prepare import prepare
from releaseray.notes.surroundings import Surroundings, level_features, pulls_among

PULL = Change(("a1",), "Count rows", headline("Count rows"), pr=7)
PUSH = Change(("b2",), "Count rows", headline("Count rows"))


@pytest.mark.parametrize(
    ("version", "features"),
    [
        ("v1.2.3", ("at:patch",)),
        ("7.0.8.4", ("at:patch",)),
        ("1.4.0", ("at:minor",)),
        ("@acme/ui@2.0.0", ("at:major",)),
        ("v2.0.0-rc.1", ("at:major", "at:pre")),
        ("0.4.0", ("at:0.minor",)),
        ("0.4.1", ("at:0.patch",)),
        ("Unreleased", ("at:none",)),
        ("HEAD", ("at:none",)),
        ("ab12345", ("at:none",)),
        ("", ("at:none",)),
    ],
)
def test_a_version_says_how_big_a_step_it_is(version: str, features: tuple[str, ...]) -> None:
    assert level_features(version) == features


def test_to_be_pushed_past_review_tells_most_where_nearly_everything_is_reviewed() -> None:
    assert pulls_among([*[PULL] * 6, PUSH, PUSH]) == 0.75
    assert pulls_among([PULL, PUSH]) == 0.0  # by chance
    nearly_all, some, none = (Surroundings.of("1.4.0", share) for share in (0.9, 0.5, 0.0))
    assert nearly_all.features(PUSH) == ("at:minor", "no pr:3")
    assert nearly_all.features(PULL) == ("at:minor", "pr:3")
    assert some.features(PUSH) == ("at:minor", "no pr:2")
    assert none.features(PUSH) == ("at:minor",)


def test_only_some_versions_may_break_what_nobody_says() -> None:
    may = [version for version in ("2.0.0", "0.5.0", "1.4.0", "1.4.2", "Unreleased") if _around(version).may_break]
    assert may == ["2.0.0", "0.5.0"]


def _around(version: str) -> Surroundings:
    return Surroundings.of(version, 0.0)


def test_the_past_knows_better_than_the_range_how_changes_come_in() -> None:
    alone, known = context_of(Lessons()), context_of(Lessons(notes=30, pulls=0.9))
    assert alone.within("1.4.0", 0.0).around == Surroundings.of("1.4.0", 0.0)
    assert known.within("1.4.0", 0.0).around == Surroundings.of("1.4.0", 0.9)


def test_a_push_among_reviewed_changes_is_told_last() -> None:
    subjects = [
        f"Let the {thing} report what they counted"
        for thing in ("gates", "walls", "doors", "roofs", "lamps", "stairs", "wells")
    ]
    pushed = "Add a way to count the paths"
    reviewed = _keep([*(f"{subject} (#{at})" for at, subject in enumerate(subjects, 1)), pushed])
    nobody = _keep([*subjects, pushed])
    assert reviewed[pushed] < nobody[pushed]


def test_to_be_pushed_past_review_is_a_reason() -> None:
    features = Surroundings.of("1.4.0", 0.9).features(PUSH)
    assert explained(Category.INTERNAL, features, shipped(), own=False) == "no pull request, where others are"


def _keep(subjects: list[str]) -> dict[str, float]:
    ann = Person("Ann", "ann@example.org")
    commits = tuple(
        Commit(f"{at:040x}", (f"{at + 1:040x}",), ann, 0, subject, "", ()) for at, subject in enumerate(subjects)
    )
    history = History("acme/house", "v1.3.0", "v1.4.0", commits)
    made = prepare(history, context_for(history))
    return {item.change.headline.text: item.keep for item in made.items if item.category is not Category.INTERNAL}
