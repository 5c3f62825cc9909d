"""Headings, kinds and labels, read as categories."""

import pytest

from releaseray.notes.conventions import heading_category, label_category, says_no_note, spoken_category
from releaseray.notes.draft import Category
from releaseray.notes.headline import headline


@pytest.mark.parametrize(
    ("heading", "category"),
    [
        ("🐞 Bug fixes, Minor Improvements", None), ("New features and bug fixes", None),
        ("Bug fixes", "fix"), ("BUG FIXES", "fix"), (":bug: Bug Fix", "fix"), ("🧰 Bug fixes 🧰", "fix"),
        ("Added", "feature"), ("💡 Enhancements 💡", "feature"), ("New Lints", "feature"),
        ("Removals and backward incompatible breaking changes", "breaking"), ("Removed", "breaking"),
        ("Deprecations and Removals", "deprecation"), ("⚠ BREAKING CHANGES", "breaking"),
        ("Various fixes & improvements", None), ("Maintenance and upkeep improvements", "internal"),
        ("Maintenance and fixes", None), ("Other small changes and bug fixes", None), ("Fixes for packaging", "fix"),
        ("Continuous integration improvements", "internal"), ("Translations", "docs"), ("SQL translations", None),
        ("Performance Improvements", "perf"), ("Security", "security"), ("Improved documentation", "docs"),
        ("Contributor-facing changes", "internal"), ("Miscellaneous Chores", "internal"),
        ("Infrastructure and documentation", "internal"), ("CLEANUP", "internal"), ("Code clean-ups", "internal"),
        ("Changed", None), ("Preview style", None), ("", None),
    ],
)  # fmt: skip
def test_a_heading_names_a_category_or_says_no_more_than_changed(heading: str, category: str | None) -> None:
    assert heading_category(heading) == (Category(category) if category else None)


@pytest.mark.parametrize(
    ("title", "category"),
    [
        ("feat(parser): read TOML", "feature"), ("ENH: faster sort", "feature"), ("MAINT: tidy up", "internal"),
        ("[BUGFIX lts] Keep the order", "fix"), ("🐛 Fix crash", "fix"), ("http2: wait for the last frame", None),
        ("Fix crash", None),
    ],
)  # fmt: skip
def test_an_author_speaks_by_kind_tag_or_emoji(title: str, category: str | None) -> None:
    assert spoken_category(headline(title)) == (Category(category) if category else None)


@pytest.mark.parametrize(
    ("label", "category"), [("kind/bug", "fix"), ("C-enhancement", "feature"), ("needs-triage", None)]
)
def test_labels_are_read_without_their_family_name(label: str, category: str | None) -> None:
    assert label_category(label) == (Category(category) if category else None)


def test_some_labels_ask_for_no_note() -> None:
    assert says_no_note(("bug", "skip-changelog")) == "skip-changelog"
    assert says_no_note(("bug", "release-note")) is None
