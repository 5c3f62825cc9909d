"""Whatever a history says: drafts name nothing that is not in it, stay inert, and cover each commit at most once."""

import re

from hypothesis import given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from releaseray.notes.engine import PERSONAS, build, prepare
from releaseray.notes.history import Commit, FileChange, History, Person

TEXT = (
    "add fix feat: fix(api): remove crash `run_all()` Session.get v2.3 1.9.4 #12 (#34) !56 @bea GH-7 UTF-8 <b> "
    '[x](http://e.x) Revert "fix" when the user\'s page breaks: ACME-9 closes #3 and BREAKING CHANGE: snake_case '
    "--flag $HOME **bold** ` \\ ✨ Merge pull request #78 from bea/x Merge branch of y support for deprecated Bump "
    "version to 3.1"
)
WORDS = st.sampled_from(TEXT.split(" "))
MESSAGES = st.lists(WORDS, min_size=1, max_size=9).map(" ".join)
PEOPLE = st.sampled_from(
    [Person("Ann", "ann@example.org"), Person("Bea B", "1+bea@users.noreply.github.com"), Person("ci[bot]", "x")]
)
NAMES = re.compile(r"[#!]\d+|\d+\.\d+(?:\.\d+)*|[A-Za-z]+_\w+|[A-Z]{3,}-\d+|\b\w+\(\)")


@st.composite
def histories(draw: st.DrawFn) -> History:
    number = draw(st.integers(1, 7))
    commits = []
    for at in range(number):
        parents = [at + 1] + ([draw(st.integers(at + 1, number))] if draw(st.booleans()) and at + 2 <= number else [])
        commits.append(
            Commit(
                f"{at:040x}",
                tuple(f"{parent:040x}" for parent in dict.fromkeys(parents)),
                draw(PEOPLE),
                1_700_000_000 - at,
                draw(MESSAGES),
                draw(st.lists(MESSAGES, max_size=4).map("\n\n".join)),
                (FileChange("M", draw(st.sampled_from(["src/a.py", "docs/a.md", "poetry.lock"]))),),
            )
        )
    return History("acme/app", "v1.0.0", "v1.1.0", tuple(commits))


@settings(max_examples=120, deadline=None)
@given(histories())
def test_a_draft_names_nothing_that_its_history_does_not(history: History) -> None:
    said = (
        " ".join(f"{c.subject} {c.body} {c.author.name} {c.author.email}" for c in history.commits) + " v1.0.0 v1.1.0"
    )
    release = prepare(history)
    for persona in PERSONAS:
        draft = build(release, persona)
        told = " ".join([draft.body_md, *draft.flags.highlights, draft.flags.upgrade_instructions or "",
                         *(entry.text for entry in draft.entries)]).replace("\\", "")  # fmt: skip
        for name in NAMES.findall(told):
            assert name.lstrip("#!") in said, name
        for contributor in draft.flags.contributors:
            assert contributor in said


@settings(max_examples=120, deadline=None)
@given(histories())
def test_a_draft_is_inert_and_each_commit_is_told_once(history: History) -> None:
    draft = build(history, "engineer")
    tokens = MarkdownIt("commonmark").enable(["table", "strikethrough"]).parse(draft.body_md)
    assert {child.type for token in tokens for child in token.children or ()} <= {
        "text", "code_inline", "strong_open", "strong_close", "softbreak"}  # fmt: skip
    told: dict[str, set[tuple[str, ...]]] = {}
    for entry in draft.entries:
        for sha in entry.shas:
            told.setdefault(sha, set()).add(entry.shas)
    assert all(len(owners) == 1 for owners in told.values())


@settings(max_examples=60, deadline=None)
@given(histories())
def test_the_same_history_gives_the_same_draft(history: History) -> None:
    assert build(history, "customer") == build(prepare(history), "customer")
