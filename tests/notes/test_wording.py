"""Sentences for reading: one mood, one case, names as they were."""

import pytest

from releaseray.notes.markdown import inline
from releaseray.notes.plain import benefit, plainness
from releaseray.notes.wording import imperative, mended, past


@pytest.mark.parametrize(
    ("title", "instructs", "reports"),
    [
        ("added support for X.", "Add support for X", "Added support for X"),
        ("fixes the bug", "Fix the bug", "Fixed the bug"),
        ("add X and drop Y", "Add X and drop Y", "Added X and dropped Y"),
        ("rm the old endpoint", "Remove the old endpoint", "Removed the old endpoint"),
        ("use X, drop Y and mark Z", "Use X, drop Y and mark Z", "Used X, dropped Y and marked Z"),
        ("add a check and dump task", "Add a check and dump task", "Added a check and dump task"),
        ("make A and retry exclusive", "Make A and retry exclusive", "Made A and retry exclusive"),
        ("add X and fix some bugs", "Add X and fix some bugs", "Added X and fixed some bugs"),
        ("add X and fix the login", "Add X and fix the login", "Added X and fixed the login"),
        ("let users add and remove tags", "Let users add and remove tags", "Let users add and remove tags"),
        (
            "allow users to add and remove tags",
            "Allow users to add and remove tags",
            "Allowed users to add and remove tags",
        ),
        ("support dark themes", "Support dark themes", "Added support for dark themes"),
        ("require libpsl 0.16", "Require libpsl 0.16", "Now requires libpsl 0.16"),
        ("don't crash on save", "Don't crash on save", "No longer crashes on save"),
        ("don't re-execute queries", "Don't re-execute queries", "No longer re-executes queries"),
        ("share one resolver", "Share one resolver", "Shared one resolver"),
        ("name the failing key", "Name the failing key", "Named the failing key"),
        ("consul: Check IDs are now X", "consul: Check IDs are now X", "consul: Check IDs are now X"),
        ("Don't error on gaps", "Don't error on gaps", "No longer errors on gaps"),
        ("Don't even try", "Don't even try", "Don't even try"),
        ('set limits automatically"', "Set limits automatically", "Set limits automatically"),
        ("slice up the buffer", "Slice up the buffer", "Sliced up the buffer"),
        ("name clashes", "Name clashes", "Name clashes"),
        ("setup script fails", "Setup script fails", "Setup script fails"),
        ("obfuscate all keys", "Obfuscate all keys", "Obfuscated all keys"),
        ("share button hangs", "Share button hangs", "Share button hangs"),
        ("properly handle errors", "Properly handle errors", "Properly handled errors"),
        ("only follow redirects", "Only follow redirects", "Now only follows redirects"),
        ("re-add metrics", "Re-add metrics", "Re-added metrics"),
        ("change X to float64.", "Change X to float64", "Changed X to float64"),
        ("firewalld和ufw同时存在时", "firewalld和ufw同时存在时", "firewalld和ufw同时存在时"),
        ("Setting X is deprecated", "Setting X is deprecated", "Setting X is deprecated"),
        ("ha-checkbox with style", "ha-checkbox with style", "ha-checkbox with style"),
        ("scroll-to-bottom on output", "Scroll-to-bottom on output", "Scroll-to-bottom on output"),
        ("import should skip folders", "Import should skip folders", "Import should skip folders"),
        ("fixing a name that is nested", "Fix a name that is nested", "Fixed a name that is nested"),
        ("Removing dead code", "Remove dead code", "Removed dead code"),
        ("Support for Y", "Support for Y", "Support for Y"),
        ("Log output is lost", "Log output is lost", "Log output is lost"),
        ("getFoo() returns X", "getFoo() returns X", "getFoo() returns X"),
        ("iOS build", "iOS build", "iOS build"),
        ("split the page", "Split the page", "Split the page"),
        ("a margin", "A margin", "A margin"),
        ("add X, fix the rest", "Add X, fix the rest", "Added X, fixed the rest"),
        ("reorder X and fix names", "Reorder X and fix names", "Reordered X and fixed names"),
        ("update X and align .gitignore", "Update X and align .gitignore", "Updated X and aligned .gitignore"),
        ("bind mount /etc", "Bind mount /etc", "Bound mount /etc"),
        ("…", "…", "…"),
    ],
)
def test_moods(title: str, instructs: str, reports: str) -> None:
    assert (imperative(title), past(title)) == (instructs, reports)


def test_a_bare_defect_gets_its_verb() -> None:
    assert past("crash on save", fault=True) == "Fixed crash on save"
    assert mended("rounding of amounts") == "fix rounding of amounts"
    assert mended("dates are read") == "dates are read"
    assert mended("debounce the input") == "debounce the input"
    assert mended("解决排序的问题") == "解决排序的问题"


@pytest.mark.parametrize(
    ("title", "said"),
    [
        ("Add support for single sign-on", "Now supports single sign-on"),
        ("Allow users to change their address", "You can now change your address"),
        ("Allow to opt out of reports to others", "You can now opt out of reports to others"),
        ("Allow invoices to be exported", "Invoices can now be exported"),
        ("Allow opting in to reading the clipboard", "Opting in to reading the clipboard is now possible"),
        ("Allow access to reading lists", "Allowed access to reading lists"),
        ("Allow optional passing of options to calculators", "Allowed optional passing of options to calculators"),
        ("Allow filtering by date", "Filtering by date is now possible"),
        ("Allow resource_class to be passed as text", "resource_class can now be passed as text"),
        ("Improve search", "Improved search"),
    ],
)
def test_customers_hear_what_they_can_do(title: str, said: str) -> None:
    assert benefit(title) == said


@pytest.mark.parametrize(
    ("title", "level"),
    [
        ("Add a dark mode", 0),
        ("Add the `--dark` switch to reports", 1),
        ("Fix src/core/session.py", 2),
        ("Fix the build of docs/make.jl", 2),
        ("Tidy up src/core", 2),
        ("Speed up lint/format/emit", 2),
        ("Fix mutex", 2),
        ("Updated tonic and prost to 0.14", 2),
        ("Centralize the lookup of sessions", 2),
        ("Enable Gradle caches of configuration", 2),
    ],
)
def test_how_plain_a_sentence_is(title: str, level: int) -> None:
    assert plainness(title) == level


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("Use `a_b` and c_d", "Use `a_b` and `c_d`"),
        ("<script>x</script>", "`<script>`x`</script>`"),
        ("<img src=x onerror=y>", "\\<img src=x onerror=y>"),
        ("# not a heading", "\\# not a heading"),
        ("1. not a list", "1\\. not a list"),
        ("thank @everyone", "thank `@everyone`"),
        ("[a](https://evil.example)", "\\[a\\](`https://evil.example`)"),
        ("a `b", "a \\`b"),
        ("`` ` `` kept", "`` ` `` kept"),
        ("a\u202eb\x00c\u200b", "a b c"),
        ("Set-Cookie, C++ & INCR*", "Set-Cookie, C++ & INCR\\*"),
        ("formatter<std::optional<T>> of a", "`formatter<std::optional<T>>` of a"),
        ("a < b and c>d", "a < b and c>d"),
        ("Sanitize Http\\Response", "Sanitize `Http\\Response`"),
        ("enforce strict_args! always", "enforce `strict_args!` always"),
        ("thank some_one!", "thank `some_one`!"),
        ("`x`-based, pkgutil.get_loader", "`x`-based, `pkgutil.get_loader`"),
        ("PATCH /data_connectors/:id.", "PATCH `/data_connectors/:id`."),
        ("POST /content/bulk_actions endpoint", "POST `/content/bulk_actions` endpoint"),
        ("Support -Mandatory:$false", "Support `-Mandatory:$false`"),
        ("read/write a_b / c_d", "read/write `a_b` / `c_d`"),
    ],
)
def test_what_was_typed_is_shown_and_not_obeyed(text: str, shown: str) -> None:
    assert inline(text) == shown


@pytest.mark.parametrize(
    ("title", "reports"),
    [
        ("Fall back to polling", "Now falls back to polling"),
        ("default to light hinting", "Now defaults to light hinting"),
        ("Default settings are kept", "Default settings are kept"),
        ("Always show the menu", "Now always shows the menu"),
        ("Also add retries", "Now also adds retries"),
        ("Never cache errors", "Now never caches errors"),
        ("Better handle empty fields", "Better handled empty fields"),
        ("Better error messages", "Better error messages"),
        ("emit an event", "Emitted an event"),
        ("freeze the version", "Froze the version"),
        ("freeze on save", "Freeze on save"),
        ("Bound requests on all hosts", "Bounded requests on all hosts"),
        ("Bounds check parameters", "Bounds check parameters"),
        ("un-register listeners", "Un-registered listeners"),
        ("Re-sync with upstream", "Re-synced with upstream"),
        ("Report missing files", "Reported missing files"),
        ("Report missing in the sidebar", "Report missing in the sidebar"),
        ("Index the whole project", "Indexed the whole project"),
        ("Index corruption on restart", "Index corruption on restart"),
        ("Work around a bug of X", "Worked around a bug of X"),
        ("Work items are kept", "Work items are kept"),
        ("Formatting tweaks", "Formatting tweaks"),
        ("Formatting changes to the page", "Formatted changes to the page"),
        ("Grab the port", "Grabbed the port"),
        ("Look up keys in the sandbox", "Now looks up keys in the sandbox"),
        ("Tags:Highlight is split", "Tags:Highlight is split"),
        ("Look and feel of tables", "Look and feel of tables"),
        ("Recursively filter files", "Recursively filtered files"),
        ("Add :static to the options", "Added :static to the options"),
        ('Vi mode: fix "x"', 'Vi mode: fixed "x"'),
        ("Map card: Add options", "Map card: Added options"),
        ("raft: Don't grant a vote", "raft: No longer grants a vote"),
        ("`Fixer` - do not throw when X", "`Fixer` - no longer throws when X"),
        ("Known issue: default colors", "Known issue: default colors"),
    ],
)
def test_a_report_reports(title: str, reports: str) -> None:
    assert past(title) == reports
    assert past(reports) == reports


@pytest.mark.parametrize(
    ("title", "said"),
    [
        ("Issue 7869 - Support the new flag", "Support the new flag"),
        ("Backport Fix deprecation warning in Ruby", "Fix deprecation warning in Ruby"),
        ("Backport test against Rails 8", "Backport test against Rails 8"),
        ("WIP: add a menu", "Add a menu"),
        ("Add localization, take 3", "Add localization"),
        ("Fix the nits (part 2)", "Fix the nits"),
        ("Rename X [fixup #16858]", "Rename X"),
        ("Add Y (follow-up to #8111)", "Add Y"),
        ("Change keys (Breaking Change)", "Change keys"),
        ("Work around Z. (might fix #7690)", "Work around Z"),
        ("Fix crash (backport to 3.x)", "Fix crash"),
        ("Migrate to X: Migrate to X (WIP)", "Migrate to X"),
        ("Require Python 3.14.", "Require Python 3.14"),
        ("Listen on all addresses (port 8080)", "Listen on all addresses (port 8080)"),
        ("Add TLS (see the manual)", "Add TLS (see the manual)"),
        ("(part 2)", "(part 2)"),
    ],
)
def test_what_was_said_to_reviewers_is_left_out(title: str, said: str) -> None:
    assert imperative(title) == said


@pytest.mark.parametrize(
    "title",
    [
        "Add benchmarks for blame",
        "Add myself to AUTHORS",
        "Add PartialEq derives for widget styles",
        "Remove elided lifetimes from helpers",
        "Fix new clippy lints",
        "Fix typo in the branch for expanders",
        "Make addr2string static",
        "Run coverage in as few jobs as necessary, ran coverage twice",
        "Address warnings from the VCS workflow",
        "Add release post for v4.3.3",
        "Migrate text fields to inputs in 24 files",
        "Remove unnecessary runtime dependency",
        "Fix build with setuptools 61",
        "Document the background option",
        "Replace webpack with vite",
        "Update puppeteer and fix font loading",
        "Fix specs breaking with the newest parser",
        "Update the Go version",
    ],
)
def test_what_only_makers_care_for_is_not_plain(title: str) -> None:
    assert plainness(title) == 2


@pytest.mark.parametrize(
    "title",
    [
        "Let approval workflows be copied",
        "Warn before the certificate's lifetime ends",
        "Comments can be pinned",
        "Documents can be shared",
        "Draw text in WebGL maps",
        "Sign in with OAuth2 and OpenID",
        "Ask before the start/end dates change",
        "Write PDF/A and speak HTTP/2",
        "Support for volumes/prune.",
    ],
)
def test_words_of_customers_stay_plain(title: str) -> None:
    assert plainness(title) == 0
