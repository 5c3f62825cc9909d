"""Lines that begin alike are told as one, and nothing of them is lost."""

import re

from hypothesis import given
from hypothesis import strategies as st

from releaseray.notes.render import section
from releaseray.notes.together import together as told_with_counts


def together(lines: list[str]) -> list[str]:
    return [line for line, _ in told_with_counts(lines)]


def test_a_feature_that_came_in_three_parts_is_one_line() -> None:
    told = together([
        "Add HTTP header selectors to the Ktor library (#1)",
        "Add colors (#2)",
        "Add HTTP header selectors to the JDK client (#3)",
        "Add HTTP header selectors to Spring (#4)",
    ])  # fmt: skip
    assert told == [
        "Add HTTP header selectors to the Ktor library (#1), the JDK client (#3) and Spring (#4)",
        "Add colors (#2)",
    ]


def test_tails_that_are_lists_themselves_are_kept_apart() -> None:
    told = together([f"Add stable pool metrics to {what}" for what in ("Ktor and JDK", "Spring", "Netty")])
    assert told == ["Add stable pool metrics to Ktor and JDK; Spring; Netty"]


def test_what_differs_in_its_number_only_is_one_line() -> None:
    told = told_with_counts(["Fix CI (#1)", "Add colors (#2)", "Fix CI (#3)", "Fix CI (#1)", "Fix CI", "Fix (#x)"])
    assert told == [("Fix CI (#1, #3)", 4), ("Add colors (#2)", 1), ("Fix (#x)", 1)]


def test_every_line_is_counted_once() -> None:
    lines = ["Fix it", *(f"Add HTTP header selectors to {what}" for what in ("Ktor", "JDK", "Netty")), "Fix it", "A"]
    assert [count for _, count in told_with_counts(lines)] == [2, 3, 1]


def test_two_lines_or_a_short_beginning_stay_as_they_are() -> None:
    two = ["Add HTTP header selectors to Ktor", "Add HTTP header selectors to Spring"]
    short = ["Add support for Ktor", "Add support for Spring", "Add support for Netty"]
    assert together(two) == two
    assert together(short) == short


def test_nothing_is_cut_within_code() -> None:
    lines = [f"Add the long `a b c to {what}` switch" for what in "xyz"]
    assert together(lines) == lines


def test_a_section_has_room_for_more_where_lines_were_told_together() -> None:
    things = [f"Add HTTP header selectors to {what}" for what in ("Ktor", "Spring", "Netty")]
    told = section("New", [*things, "Add colors", "Add sounds"], str, 3)
    assert told == "## New\n- Add HTTP header selectors to Ktor, Spring and Netty\n- Add colors\n- Add sounds"
    assert section("New", ["A", *things, "B"], str, 2, ("fix", "fixes")).endswith(" Spring and Netty\n- …and 1 fix")


@given(st.lists(st.lists(st.sampled_from(["Add", "a", "to", "for", "in", "it", "`b", "c`"]), max_size=9).map(" ".join)))
def test_no_word_is_lost_and_none_invented(lines: list[str]) -> None:
    words = {word for line in lines for word in re.findall(r"[\w`]+", line)}
    assert {word for line in together(lines) for word in re.findall(r"[\w`]+", line)} - {"and"} == words
