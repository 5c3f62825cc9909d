"""Changelogs in the markups that projects use."""

from releaseray.notes.draft import Category
from releaseray.notes.own_changelog import LONGEST_NOTE, MOST_NOTES, Note, notes_of

MARKDOWN = """# Changelog

## [Unreleased]

## [1.2.0] - 2024-05-01

### Fixed

- Keep the order of headers
  across redirects ([#41](https://example.com/pull/41))
- [#42](https://example.com/pull/42): Close the file

### Contributors

- @somebody

## 1.1.0

### Changed

- **Breaking:** Drop Python 3.8 (#40)
"""

TOWNCRIER = """Changelog
=========

3.1.0 (2024-02-03)
==================

Bug fixes
---------

- Stopped dropping the last byte.


  *Related issues:*
  :issue:`7`.


----

Features
--------

- New ``--quiet`` flag. (`#8 <https://example.com/8>`_)
"""


def test_markdown_notes_stand_under_version_and_heading_with_their_numbers() -> None:
    assert notes_of(MARKDOWN) == [
        Note("1.2.0", "Fixed", Category.FIX, "Keep the order of headers across redirects (#41)", (41,)),
        Note("1.2.0", "Fixed", Category.FIX, "Close the file", (42,)),
        Note("1.1.0", "Breaking", Category.BREAKING, "Drop Python 3.8 (#40)", (40,)),
    ]


def test_underlined_headings_and_numbers_on_later_lines_are_read() -> None:
    found = [(note.version, note.category, note.numbers) for note in notes_of(TOWNCRIER)]
    assert found == [("3.1.0", Category.FIX, (7,)), ("3.1.0", Category.FEATURE, (8,))]


def test_a_mark_on_the_note_itself_says_its_category() -> None:
    notes = notes_of("## 2.0.0\n* [BUGFIX] TSDB: Mend the index. #9\n* [FEATURE] Add a query log. #8\n* Fix: a leak\n")
    assert [note.category for note in notes] == [Category.FIX, Category.FEATURE, Category.FIX]
    assert notes[0].text == "TSDB: Mend the index. #9"


def test_captions_in_capitals_are_headings() -> None:
    notes = notes_of("## 1.15.0 (May 2, 2024)\n\nBUG FIXES:\n\n* plan: crash on empty list ([#33](u))\n")
    assert notes == [Note("1.15.0", "BUG FIXES", Category.FIX, "plan: crash on empty list (#33)", (33,))]


def test_what_is_no_changelog_has_no_notes() -> None:
    assert notes_of("") == []
    assert notes_of("# About\n\nJust prose.\n\n- a list (#1)\n") == []


def test_hostile_changelogs_are_read_in_bounds() -> None:
    endless = "## 1.0.0\n" + "- x" + "[" * 50_000 + "\n" + "- note (#1)\n" * (MOST_NOTES + 50)
    notes = notes_of(endless)
    assert len(notes) == MOST_NOTES
    assert len(notes[0].text) <= LONGEST_NOTE
    assert notes_of("## " + "a-" * 50_000 + "\n" + "=" * 50_000) == []


def test_sphinx_directives_are_read_with_their_tags_and_tickets() -> None:
    text = (
        ".. changelog::\n    :version: 2.0.51\n    :released: June 15, 2026\n\n"
        "    .. change::\n        :tags: bug, sql\n        :tickets: 10827, 10830\n\n"
        "        Fixed an issue where a statement\n        would be lost.\n\n"
        "    .. change::\n        :tags: usecase, orm\n\n        Added a way to load twice.\n"
    )
    assert [(note.version, note.category, note.numbers) for note in notes_of(text)] == [
        ("2.0.51", Category.FIX, (10827, 10830)),
        ("2.0.51", Category.FEATURE, ()),
    ]


def test_versions_of_one_number_count_where_nothing_else_is_said() -> None:
    notes = notes_of("# Changelog\n\n## v12\n\n- Boots faster now\n\n## Version 11 (2020-01-02)\n\n- Boots at all\n")
    assert [note.version for note in notes] == ["12", "11"]


def test_a_heading_that_tells_a_story_names_no_category() -> None:
    log = "# 2.0.0\n\n## Emit deprecation warnings for configuration option renames\n\n- Fix the shuffle (#3)\n"
    assert [note.category for note in notes_of(log)] == [None]


def test_that_nothing_changed_is_no_note() -> None:
    notes = notes_of("## 8.1.3\n\n*   No changes.\n\n## 8.1.2\n\n*   No changes to the API are lost now\n")
    assert [note.version for note in notes] == ["8.1.2"]


def test_a_version_with_its_date_begins_anew_however_deep_it_stands() -> None:
    log = "2.0.0 (2024-01-02)\n++++++++++++++++++\n\n- Boots\n\n1.0.0 (2020-01-02)\n==================\n\n- Is there\n"
    assert [(note.version, note.text) for note in notes_of(log)] == [("2.0.0", "Boots"), ("1.0.0", "Is there")]


def test_names_dates_links_and_thanks_are_no_notes() -> None:
    lists = (
        "- @somebody\n- 2024-01-02\n- https://example.com/a.png\n- Thanks to @a and @b for their contributions to it.\n"
        "- Diff\n- [changelog](https://example.com/CHANGELOG.md#731)\n"
    )
    log = f"## 1.0.0\n\n{lists}- **Full Changelog**: https://example.com/compare\n- Thanks somebody who lost a byte\n"
    assert [note.text for note in notes_of(log)] == ["Thanks somebody who lost a byte"]


def test_an_example_in_a_note_is_no_heading() -> None:
    log = "# 1.0.0\n\n- Added a way to print.\n\nFor example:\n\n- Prints twice (#3)\n"
    assert {note.heading for note in notes_of(log)} == {""}


def test_what_comes_and_goes_under_one_heading_is_neither() -> None:
    notes = notes_of("# 1.0.0\n\n## New and removed platforms\n\n- Support Hurd\n\n## Removals\n\n- Drop Minix\n")
    assert [note.category for note in notes] == [None, Category.BREAKING]


def test_what_is_told_apart_from_the_rest_stands_under_no_heading_above_it() -> None:
    written = "2026.6.0\n--------\n\nDeprecations\n^^^^^^^^^^^^\n\n- The keyword goes (#1)\n\n"
    [gone, bumped] = notes_of(f"{written}.. dropdown:: Additional changes\n\n  - Bump actions/cache (#2)\n")
    assert (gone.category, bumped.category) == (Category.DEPRECATION, None)
    assert bumped.heading == "Additional changes"


LINKS = "https://example.com/acme/"


def test_numbers_of_other_projects_are_not_its_own() -> None:
    log = f"""## 2.0.0
- Keep the lid on ([#21]({LINKS}kettle/pull/21), [water #8]({LINKS}water/pull/8))
- Bump water to 7.31 (#22), see [what changed]({LINKS}water/blob/main/CHANGELOG.md#7310)
- Boil as water#9 and acme/kettle#23 ask, issue#24 too
- Whistle ([#25]({LINKS}kettle/-/merge_requests/25), [#8]({LINKS}kettle/issues/8), [water #8]({LINKS}water/pull/8))
"""
    assert [note.numbers for note in notes_of(log)] == [(21,), (22,), (23, 24), (25, 8)]


def test_the_name_that_a_project_had_before_is_its_own() -> None:
    now, then = f"- Boil ([#{{n}}]({LINKS}kettle/pull/{{n}}))\n", f"- Boil ([#{{n}}]({LINKS}teapot/pull/{{n}}))\n"
    log = "## 2.0.0\n" + "".join(now.format(n=n) for n in range(20, 30))
    log += "## 1.0.0\n" + "".join(then.format(n=n) for n in range(10, 16))
    assert [note.numbers[0] for note in notes_of(log)] == [*range(20, 30), *range(10, 16)]


def test_without_links_the_project_is_known_by_the_name_it_goes_by() -> None:
    log = "## 1.0.0\n- Pour slowly (#4, tidy/cup#5, kettle#6)\n"
    assert notes_of(log, "Kettle")[0].numbers == (4, 6)
    assert notes_of(log)[0].numbers == (4, 5, 6)
