"""What is in a pull request's text because of its template, and what its author put there."""

import pytest
from tests.notes.test_classify import verdict

from releaseray.notes.draft import Category
from releaseray.notes.history import Commit, History, Person, PullRequest
from releaseray.notes.link import link
from releaseray.notes.template import filled, ticked

TEMPLATE = """<!-- Thanks! Say "Fixes #1" where it closes an issue.
BREAKING CHANGE: if it breaks something -->
Speeds up the search.

- [{fix}] Bug fix (non-breaking change which fixes an issue)
- [{new}] ✨ New feature
- [{breaking}] Breaking change: something has to be changed by others
- [x] I have added tests
"""


def test_hints_and_open_boxes_are_left_away() -> None:
    left = filled(TEMPLATE.format(fix=" ", new="x", breaking=""))
    assert left.split("\n") == ["", "Speeds up the search.", "", "- [x] ✨ New feature", "- [x] I have added tests", ""]
    assert filled("a <!-- never closed") == "a "
    assert filled("Plain. [ ] is no box") == "Plain. [ ] is no box"


@pytest.mark.parametrize(
    ("fix", "new", "breaking", "kind"),
    [
        ("x", " ", " ", Category.FIX),
        (" ", "X", " ", Category.FEATURE),
        ("x", " ", "x", Category.BREAKING),
        ("x", "x", " ", None),
        (" ", " ", " ", None),
    ],
)
def test_the_ticked_box_names_the_kind(fix: str, new: str, breaking: str, kind: Category | None) -> None:
    assert ticked(TEMPLATE.format(fix=fix, new=new, breaking=breaking)) is kind


def test_a_list_of_tasks_names_no_kind() -> None:
    assert ticked("- [x] tests\n- [x] documentation\n- [x] fix the linter\n- [X] features that were asked for") is None


def test_a_ticked_kind_decides_and_a_label_decides_before_it() -> None:
    body = TEMPLATE.format(fix="x", new=" ", breaking=" ")
    found = verdict("Rework the search", body=filled(body))
    assert (found.category, found.reason) == (Category.FIX, "box ticked for fix")
    assert verdict("Rework the search", body=filled(body), labels=("enhancement",)).category is Category.FEATURE


def test_of_a_pull_request_only_what_its_author_wrote_is_read() -> None:
    commit = Commit("a" * 40, ("b" * 40,), Person("Ann", "ann@example.org"), 0, "Rework (#7)", "", ())
    pull = PullRequest(7, "Rework", body=TEMPLATE.format(fix=" ", new=" ", breaking=" "), shas=("a" * 40,))
    [change] = link(History("acme/app", "v1", "v2", (commit,), pulls={7: pull}))
    assert change.closes == ()
    assert change.body.strip() == "Speeds up the search.\n\n- [x] I have added tests"


def test_breaking_change_none_marks_none() -> None:
    assert verdict("feat: add a flag", body="BREAKING CHANGE: none").category is Category.FEATURE
    assert verdict("feat: add a flag", body="BREAKING CHANGE: none of the old flags work").category is Category.BREAKING


def test_what_ships_nothing_breaks_nothing() -> None:
    for title, files in (("Remove unused imports", "M src/a.py"), ("Remove the page on upgrades", "D docs/upgrade.md")):
        assert verdict(title, files=files).category is not Category.BREAKING
