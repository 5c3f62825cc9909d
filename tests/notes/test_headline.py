"""What authors put around a title's sentence, taken apart."""

import pytest

from releaseray.notes.headline import headline


@pytest.mark.parametrize(
    ("title", "text"),
    [
        ("feat(api)!: add paging (#123)", "add paging"),
        ("Fixed #1234, Refs #99 -- Made X do Y.", "Made X do Y."),
        ("gh-123: Fix a thing (GH-124) (#125)", "Fix a thing"),
        ("JIRA-12: Do a thing (PROJ-9)", "Do a thing"),
        ("12200 - do less work", "do less work"),
        ("Groups may be overwritten. fix issue #12", "Groups may be overwritten"),
        ("(MODULES-11739) Add RHEL 10 support", "Add RHEL 10 support"),
        ("Fix crash (fixes #12, #13)", "Fix crash"),
        ("http2: fix a leak, closes #12", "fix a leak"),
        ("[core] [skip ci] thing", "thing"),
        ("Support UTF-8 in names", "Support UTF-8 in names"),
        ("std::move fix", "std::move fix"),
        ("http://example.com is gone", "http://example.com is gone"),
        ("Fix a regression in #12, fixes #13", "Fix a regression"),
        ("Disable the cache to fix #12", "Disable the cache"),
        ("Let a tile pop in (#12)", "Let a tile pop in"),
        ("Print timestamps, refs other/repo#12", "Print timestamps"),
        ("Add a query set (#3489", "Add a query set"),
        ("Improve typing (4/5)", "Improve typing"),
        ("Correct usages [skip azp][no ci]", "Correct usages"),
        ("#12", "#12"),
        ("", ""),
    ],
)
def test_the_sentence_is_what_is_left(title: str, text: str) -> None:
    assert headline(title).text == text


def test_what_is_taken_off_becomes_structure() -> None:
    parts = headline("✨ [ui] feat(theme)!: add a dark mode")
    assert (parts.emoji, parts.tags, parts.kind, parts.scope, parts.breaking) == (
        ("✨",),
        ("ui",),
        "feat",
        "theme",
        True,
    )


@pytest.mark.parametrize(
    "title", ["feat!: x", "feat(api)!: x", "feat!(api): x", "feat(api!): x", "feat! x", "!feat(api): x"]
)
def test_the_mark_of_what_breaks_is_seen_wherever_it_stands(title: str) -> None:
    parts = headline(title)
    assert parts.breaking
    assert (parts.kind, parts.scope, parts.text) == ("feat", "api" if "api" in title else "", "x")


@pytest.mark.parametrize(
    ("title", "kind", "scope", "text"),
    [
        ("BREAKING: remove the api", "breaking", "", "remove the api"),
        ("BREAKING(Object) Remove lines", "breaking", "Object", "Remove lines"),
        ("BREAKING perf(): search faster", "perf", "", "search faster"),
        ("refactor(Canvas): BREAKING remove the button", "refactor", "Canvas", "remove the button"),
        ("refactor() BREAKING Remove an option", "refactor", "", "Remove an option"),
        ("fix(): a regression + BREAKING: drop its data (#3)", "fix", "", "a regression + drop its data"),
        ("feat(breaking): ask before publishing", "feat", "", "ask before publishing"),
        ("Breaking Change: Merge the dicts", "", "", "Merge the dicts"),
        ("[BREAKING BUGFIX beta] Drop Node 14", "", "", "Drop Node 14"),
        ("Rename the switch (#12) [breaking] [ci fast]", "", "", "Rename the switch"),
        ("chore: merge the updaters (breaking change) (#18)", "chore", "", "merge the updaters"),
    ],
)
def test_the_word_marks_what_breaks_too(title: str, kind: str, scope: str, text: str) -> None:
    parts = headline(title)
    assert parts.breaking
    assert (parts.kind, parts.scope, parts.text) == (kind, scope, text)


@pytest.mark.parametrize(
    "title",
    [
        "fix: see BREAKING CHANGE in footers",
        "docs: add BREAKING-CHANGES.md",
        "feat: warn of a breaking change",
        "Breaking changes to the forms",
        "NON-BREAKING: widen a type",
    ],
)
def test_who_speaks_of_breaking_marks_nothing(title: str) -> None:
    assert not headline(title).breaking


def test_an_area_before_the_colon_is_a_scope_and_no_kind() -> None:
    parts = headline("http2: fix a leak")
    assert (parts.kind, parts.scope) == ("", "http2")


@pytest.mark.parametrize(
    ("title", "kind", "scope", "text"),
    [
        ("fix:normalize types", "fix", "", "normalize types"),
        ("Feat/copy the page", "feat", "", "copy the page"),
        ("fix(css) the order of rules", "fix", "css", "the order of rules"),
        ("Test(s) for the order of rules", "", "", "Test(s) for the order of rules"),
        ("feat(ui)!:新しい", "feat", "ui", "新しい"),
        ("BUG, TST: wrong sign", "bug", "", "wrong sign"),
        ("BUG: f2py: restore access", "bug", "f2py", "restore access"),
        ("fix: TypeError: x is not a function", "fix", "", "TypeError: x is not a function"),
        ("fix: note: keep it", "fix", "", "note: keep it"),
        ("Bug Fix: checkbox is empty", "fix", "", "checkbox is empty"),
        ("feat!(api): drop v1", "feat", "api", "drop v1"),
        ("DEP: remove in1d", "deprecate", "", "remove in1d"),
        ("dep: bump packaging", "dep", "", "bump packaging"),
        ("DEPR: in1d", "deprecate", "", "in1d"),
        ("DOC/RLS: notes for 2.1", "doc", "", "notes for 2.1"),
        ("fix(ui) : keep the focus", "fix", "ui", "keep the focus"),
        ("fix : keep the focus", "fix", "", "keep the focus"),
        ("🤖 : keep the focus (stacked PR 2 of 3)", "", "", "keep the focus"),
        ("4.0 | Filters: keep the order", "", "Filters", "keep the order"),
        ("【Fix】 a leak", "", "", "a leak"),
    ],
)
def test_kinds_and_areas_however_they_are_written(title: str, kind: str, scope: str, text: str) -> None:
    parts = headline(title)
    assert (parts.kind, parts.scope, parts.text, parts.title) == (kind, scope, text, title)
