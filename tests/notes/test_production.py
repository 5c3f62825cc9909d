"""What drafts say of production: only what they were told, in a section of its own, and nothing to customers."""

import re

from hypothesis import given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt
from tests.notes.test_properties import histories

from releaseray.notes.engine import PERSONAS, build
from releaseray.notes.history import Commit, FileChange, History, Person
from releaseray.notes.production import Before, Deployed, Production, SeenError

AS_OF = 1_795_329_000
HISTORY = History(
    "acme/shop",
    "v1.0.0",
    "v1.1.0",
    (Commit("a" * 40, (), Person("Ann", "a@e.org"), 1_790_000_000, "Add gifts", "", (FileChange("A", "gift.py"),)),),
)
PAY = SeenError("err_pay", "ValueError: bad amount: <number>", "shop/cart.py in pay", 42)
SHIP = SeenError("err_ship", "KeyError", "", 1)
DOING = Deployed(
    "shop", "1.1.0", "production", 12, 1, 7, new=(SHIP,), regressed=(PAY,), before=Before("1.0.0", 22, 3, 9)
)
BETTER = "3 error events in its first 22 hours, 9 in the first 22 hours of 1.0.0, 25% of both: better"
FACTS = Production(AS_OF, fixed=(PAY, SHIP), deployed=(DOING,))


def added(persona: str, facts: Production) -> str:
    """What the facts add to a draft; everything else stays as it is."""
    plain, told = build(HISTORY, persona), build(HISTORY, persona, facts)
    assert told.body_md.startswith(plain.body_md)
    assert told.flags == plain.flags
    return told.body_md.removeprefix(plain.body_md)


def test_engineers_are_told_of_each_error() -> None:
    pay = "ValueError: bad amount: `<number>` in `shop/cart.py in pay`, 42 events (`err_pay`)"
    assert added("engineer", FACTS).splitlines() == [
        "",
        "## In production",
        "As of 2026-11-22 06:30 UTC:",
        "",
        f"- **Fixes** {pay}",
        "- **Fixes** KeyError, 1 event (`err_ship`)",
        f"- **shop 1.1.0, production:** {BETTER}",
        "- **New in shop 1.1.0, production:** KeyError, 1 event (`err_ship`)",
        f"- **Came back in shop 1.1.0, production:** {pay}",
        "- **Came back in shop 1.1.0, production:** 6 more errors",
    ]


def test_colleagues_are_told_in_numbers() -> None:
    assert added("internal", FACTS).splitlines() == [
        "",
        "## How it is doing",
        "As of 2026-11-22 06:30 UTC:",
        "",
        "- Fixes 2 errors that occurred 43 times.",
        f"- shop 1.1.0, production: {BETTER}; 1 error is new and 7 came back.",
    ]


def test_customers_are_told_nothing() -> None:
    assert added("customer", FACTS) == ""


def test_no_facts_no_section() -> None:
    for persona in PERSONAS:
        assert added(persona, Production(AS_OF)) == ""
        assert build(HISTORY, persona, None) == build(HISTORY, persona)


def test_a_first_release_has_nothing_to_be_compared_with() -> None:
    first = Deployed("shop", "1.1.0", "staging", 1)
    assert "**shop 1.1.0, staging:** 1 error event\n" in added("engineer", Production(AS_OF, deployed=(first,)))


def test_many_fixes_are_counted() -> None:
    fixed = tuple(SeenError(f"err_{number}", "KeyError", "", 2) for number in range(25))
    assert "- **Fixes** 5 more errors" in added("engineer", Production(AS_OF, fixed))


def test_worse_and_unchanged() -> None:
    for events, previous, word in ((9, 3, "worse"), (3, 3, "no change"), (0, 0, "no change")):
        one = Deployed("shop", "1.1.0", "production", 9, before=Before("1.0.0", 1, events, previous))
        assert added("engineer", Production(AS_OF, deployed=(one,))).rstrip().endswith(f": {word}")


NAMES = st.text("ab_<>`*[]()#@!|~$&. \n\x00\u202e-1", max_size=12).map("s{}".format)
ERRORS = st.builds(SeenError, st.just("err_x1"), NAMES, NAMES, st.integers(1, 10**7))
LISTS = st.lists(ERRORS, max_size=7).map(tuple)
DEPLOYED = st.builds(
    Deployed,
    NAMES,
    NAMES,
    NAMES,
    st.integers(0, 10**7),
    st.integers(0, 9),
    st.integers(0, 9),
    LISTS,
    LISTS,
    st.none() | st.builds(Before, NAMES, st.integers(1, 900), st.integers(0, 99), st.integers(0, 99)),
)
FOUND = st.builds(Production, st.just(AS_OF), LISTS, st.lists(DEPLOYED, max_size=3).map(tuple))


def numbers(facts: Production) -> set[str]:
    """Every number that the facts, or sums and differences of them that a reader expects, allow."""
    known = {2026, 11, 22, 6, 30, len(facts.fixed), sum(error.events for error in facts.fixed)}
    known |= {error.events for error in facts.fixed} | {len(facts.fixed) - 20}
    for one in facts.deployed:
        known |= {one.events, one.new_count, one.regressed_count}
        known |= {error.events for error in (*one.new, *one.regressed)}
        known |= {one.new_count - min(5, len(one.new)), one.regressed_count - min(5, len(one.regressed))}
        if one.before:
            both = one.before.events + one.before.previous_events
            known |= {*one.before[1:], round(100 * one.before.events / both) if both else 0}
    words = " ".join(f"{one.service} {one.version} {one.environment} {one.before}" for one in facts.deployed)
    words += " ".join(f"{error}" for one in facts.deployed for error in (*one.new, *one.regressed)) + str(facts.fixed)
    return {str(number) for number in known} | set(re.findall(r"\d+", words)) | {"06"}


@settings(max_examples=75, deadline=None)
@given(histories(), FOUND)
def test_a_draft_says_nothing_of_production_that_it_was_not_told(history: History, facts: Production) -> None:
    for persona in ("engineer", "internal"):
        told = build(history, persona, facts).body_md.removeprefix(build(history, persona).body_md)
        assert set(re.findall(r"\d+", told.replace(",", ""))) <= numbers(facts)
        assert told == build(history, persona, facts).body_md.removeprefix(build(history, persona).body_md)
        tokens = MarkdownIt("commonmark").enable(["table", "strikethrough"]).parse(told)
        assert {child.type for token in tokens for child in token.children or ()} <= {
            "text", "code_inline", "strong_open", "strong_close", "softbreak", "text_special"}  # fmt: skip
        assert [token.tag for token in tokens if token.type == "heading_open"] == (["h2"] if told else [])
    assert build(history, "customer", facts) == build(history, "customer")
