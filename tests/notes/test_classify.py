"""Verdicts, by what the author wrote and by what the change looks like."""

import pytest

from releaseray.notes.breaking import breaks_nothing, goes_unsaid, takes_a_name_away
from releaseray.notes.change import Change, Fragment
from releaseray.notes.classify import Verdict, classify, context_for
from releaseray.notes.draft import Category
from releaseray.notes.headline import headline
from releaseray.notes.history import FileChange, History

EMPTY = History("acme/app", "v1", "v2", ())


def change(title: str, *, body: str = "", files: str = "M src/app.py", **more: object) -> Change:
    touched = tuple(FileChange(entry[0], entry[2:]) for entry in files.split(", ") if entry)
    return Change(("a" * 40,), title, headline(title), body=body, files=touched, **more)  # type: ignore[arg-type]  # test data


def verdict(title: str, history: History = EMPTY, **more: object) -> Verdict:
    one = change(title, **more)  # type: ignore[arg-type]  # passed on
    return classify([one], context_for(history))[0]


@pytest.mark.parametrize(
    ("body", "category", "kept", "reason"),
    [
        ("```release-note\nNONE\n```", None, False, "release-note block says none"),
        ("```release-notes\n[ENHANCEMENT] UI: add colors\n```", Category.FEATURE, True, "release-note block"),
        ("```release-note:bug\nMended.\n```", Category.FIX, True, "release-note block"),
        ("Text.\n\nChangelog: added", Category.FEATURE, True, "trailer Changelog: added"),
        ("Text.\n\nBREAKING CHANGE: the flag is gone", Category.BREAKING, True, "footer BREAKING CHANGE"),
    ],
)
def test_what_is_written_in_the_body_decides(body: str, category: Category | None, kept: bool, reason: str) -> None:
    found = verdict("Update the thing", body=body)
    assert category is None or found.category is category
    assert (found.keep >= 0.5) is kept
    assert found.reason == reason


@pytest.mark.parametrize(
    ("path", "text", "category", "kept"),
    [
        ("changes/12.bugfix.rst", "Fixed it.", Category.FIX, True),
        ("newsfragments/12.misc.rst", "", Category.INTERNAL, False),
        (".changelog/12.added", "`app`: point at the new page", Category.FEATURE, True),
        ("changelog.d/12.removed", "The old way", Category.BREAKING, True),
        (".changes/unreleased/Fixed-20240101.yaml", "kind: Fixed\nbody: it", Category.FIX, True),
        (".chloggen/leak.yaml", "change_type: 'breaking'\nnote: x", Category.BREAKING, True),
        (".changeset/brave-cats.md", "---\n'@acme/app': minor\n---\n\nA flag", Category.FEATURE, True),
        (".changeset/brave-dogs.md", "---\n'@acme/app': patch\n---\n\nfix: a leak", Category.FIX, True),
        (".changeset/brave-hens.md", "---\n'@acme/app': patch\n---\n\nFix the speed dial", Category.FIX, True),
        (".changelog/12.txt", "```release-note:security\nui: escape it\n```", Category.SECURITY, True),
        ("releasenotes/notes/x-1.yaml", "---\ndeprecations:\n  - the old way\n", Category.DEPRECATION, True),
    ],
)
def test_a_news_fragment_says_what_it_is_about(path: str, text: str, category: Category, kept: bool) -> None:
    found = verdict("Something", fragments=(Fragment(path, text),))
    assert (found.category, found.keep >= 0.5) == (category, kept)
    assert found.reason.startswith("news fragment ")


@pytest.mark.parametrize(
    "title",
    ["Drop support for the old format", "Removed support for SSL 3", "Drop Ruby 2.7", "Drop Python 3.8 support"],
)
def test_what_ends_support_is_breaking(title: str) -> None:
    assert verdict(title).category is Category.BREAKING
    assert verdict(f"docs: {title}").category is not Category.BREAKING


def test_a_changeset_for_a_patch_breaks_nothing() -> None:
    title = "Remove deprecated methods"
    assert verdict(title).category is Category.BREAKING
    fragment = Fragment(".changeset/brave-cats.md", f"---\n'@acme/app': patch\n---\n\n{title}")
    assert verdict(title, fragments=(fragment,)).category is not Category.BREAKING


@pytest.mark.parametrize(
    "title",
    [
        "doh: Drop redundant free() call in doh_probe_done()",
        "Drop stray casts for iov_len",
        "Drop two wrong leftover casts to ssize_t",
        "runtests: Drop orphaned, no-op -k option",
        "Moving related things into subdir",
        "Rename init() to setup() and make it static",
    ],
)
def test_tidying_up_breaks_nothing(title: str) -> None:
    assert verdict(title).category is not Category.BREAKING


@pytest.mark.parametrize(
    "title",
    [
        "Fix the builder corrupting its copy when a key is removed twice",
        "Drop unused curlx headers",
        "Remove the unused is_ngtcp2() function",
        "Replace deprecated `@abstractproperty` with `@property`",
        "Use non-deprecated knownhost_addc()",
        "Use `remotes::local_install` instead of deprecated `devtools::install_local`",
        "Allow deprecated `Atomic::fetch_update`",
        "Move curl_http_test classes into anonymous namespace",
        "[CODE HEALTH] Remove last unused nostd namespace alias",
        "Silence datetime accessor deprecation warnings",
        "Generalize the use of build_from_crawler() internally",
        "Remove remaining cross-imports in test modules",
        "Rename CIFuzz workflow to fuzz",
        "Remove CircleCI",
        "Rename what the code style rules check",
        "Warn on clippy::needless_raw_strings",
        "Remove the importlib-metadata dependency",
        "Migrate the pages to the renderer that is the default",
        "Reject headers that have no name",
        "Remove duplicative logging in the exporter",
        "Minor cleanup in the exporter",
        "Remove what the old tests left",
        "Revert the switch to the new parser",
    ],
)
def test_what_only_mends_or_stays_inside_breaks_nothing(title: str) -> None:
    assert breaks_nothing(change(title), may_break=True)


@pytest.mark.parametrize(
    ("title", "takes"),
    [
        ("Remove `Reader::read_with_u8_array()`", True),
        ("drop the deprecated make_namespace function", True),
        ("Remove the old parser", False),
        ("Remove the call of read_all from the exporter", False),
        ("feat: remove make_namespace", False),
    ],
)
def test_a_name_of_code_that_is_gone_breaks_who_used_it(title: str, takes: bool) -> None:
    assert takes_a_name_away(change(title)) is takes
    if takes:
        assert verdict(title).category is Category.BREAKING


def test_a_title_that_turns_nothing_does_not_say_that_something_breaks() -> None:
    assert goes_unsaid(change("Add a property to configure the telemetry version"))
    assert not goes_unsaid(change("Add a property to configure the telemetry version", body="A breaking change."))
    assert not goes_unsaid(change("End support for the old format"))


@pytest.mark.parametrize(
    "title",
    [
        "Fix the parser and drop the old syntax",
        "[BREAKING BUGFIX] Adds a tracking transaction",
        "Allow only strict mode by default",
        "Add a required field",
        "Remove the deprecated parser",
        "Deprecate the parser",
        "Drop the tests command",
    ],
)
def test_what_may_break_is_left_to_the_model(title: str) -> None:
    assert not breaks_nothing(change(title), may_break=False)
    assert not goes_unsaid(change(title))


def test_what_a_project_adds_to_its_own_tests_and_tools_is_no_feature() -> None:
    for title in ("Add codespell", "Add test cases for Config properties", "Add unit tests for the parser"):
        assert verdict(title).category is not Category.FEATURE
    assert verdict("Add missing word in manual for rawfile").category is Category.DOCS
    assert verdict("feat: Add GitHub Actions reporter").category is Category.FEATURE


@pytest.mark.parametrize("kind", ["chore: ", "refactor: ", "test: ", "[chore] "])
def test_what_its_author_calls_upkeep_breaks_nothing_unless_it_ends_something(kind: str) -> None:
    assert verdict(f"{kind}Remove the legacy archive reader interface").category is not Category.BREAKING
    assert verdict(f"{kind}Deprecate the archive reader interface").category is Category.DEPRECATION
    assert verdict(f"{kind}Drop support for Node 12").category is Category.BREAKING


def test_what_its_author_calls_a_change_is_not_breaking() -> None:
    title = "Remove deprecated methods"
    assert verdict(title).category is Category.BREAKING
    assert verdict(title, fragments=(Fragment("changelog.d/12.change.md", title),)).category is not Category.BREAKING


def test_labels_speak_where_the_author_does_not() -> None:
    assert verdict("Rework parser", labels=("kind/bug",)).category is Category.FIX
    assert verdict("Rework parser", labels=("semver:major",)).category is Category.BREAKING
    assert verdict("Rework parser", labels=("skip-changelog",)).keep < 0.5


@pytest.mark.parametrize(
    ("title", "files", "category", "kept"),
    [
        ("Fix crash when the list is empty", "M src/list.py, M tests/test_list.py", Category.FIX, True),
        ("feat: add a --quiet flag", "M src/cli.py, M docs/cli.md", Category.FEATURE, True),
        ("Fix typo in the install guide", "M docs/install.md", Category.DOCS, False),
        ("Bump actions/checkout from 3 to 4", "M .github/workflows/ci.yml", Category.INTERNAL, False),
        ("feat!: drop Python 3.8", "M pyproject.toml", Category.BREAKING, True),
        ("perf: speed up the tokenizer by caching", "M src/tokenizer.rs", Category.PERF, True),
        ("Fix CVE-2024-1234: escape the header", "M src/http.py", Category.SECURITY, True),
    ],
)
def test_title_and_paths_decide_where_nothing_is_written(
    title: str, files: str, category: Category, kept: bool
) -> None:
    found = verdict(title, files=files)
    assert (found.category, found.keep >= 0.5) == (category, kept)
    assert found.reason


def test_the_reason_names_the_deciding_signal() -> None:
    assert verdict("Fix the install steps", files="M docs/install.md").reason == "touches only docs files"
    assert verdict("feat!: drop Python 3.8").reason == "marked as breaking"


def test_hostile_input_is_judged_like_any_other() -> None:
    for title in ("", "\x00", "(" * 5000, "`" * 5000, ":" * 5000, "fix:"):
        assert 0 <= verdict(title, body="```release-note" * 2000, files="").keep <= 1


def test_a_chore_may_take_away_what_users_set_where_a_version_may_break_things() -> None:
    chore = change("chore(proguard): Remove `--platform` argument")
    assert breaks_nothing(chore, may_break=False)
    assert not breaks_nothing(chore, may_break=True)
    assert breaks_nothing(change("chore: rm the old build folder"), may_break=True)
