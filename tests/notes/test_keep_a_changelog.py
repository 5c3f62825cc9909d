"""A changelog file brought up to date: added to, never taken from."""

from releaseray.notes.draft import Category, Draft, Entry, Flags
from releaseray.notes.keep_a_changelog import updated


def entry(number: int, text: str, category: Category = Category.FEATURE, kept: bool = True) -> Entry:
    return Entry((str(number) * 40,), number, category, kept, f"{text} (#{number})", "")


def draft(*entries: Entry) -> Draft:
    return Draft("", Flags(), entries)


ONE = entry(1, "Add a door")
TWO = entry(2, "Fix the lock", Category.FIX)


def test_a_new_file_gets_a_header_and_the_section() -> None:
    text = updated("", "1.0.0", "2026-01-02", draft(ONE, TWO, entry(3, "Tidy", Category.INTERNAL)))
    assert text.startswith("# Changelog\n")
    assert "## [1.0.0] - 2026-01-02\n\n### Added\n- Add a door (#1)\n\n### Fixed\n- Fix the lock (#2)\n" in text
    assert "Tidy" not in text


def test_twice_is_once() -> None:
    once = updated("", "1.0.0", None, draft(ONE, TWO))
    assert updated(once, "1.0.0", None, draft(ONE, TWO)) == once


def test_what_a_person_reworded_or_took_out_stays_so() -> None:
    edited = (
        updated("", "1.0.0", None, draft(ONE, TWO))
        .replace("Add a door (#1)", "A door!")
        .replace("- Fix the lock (#2)\n", "")
    )
    again = updated(edited, "1.0.0", None, draft(ONE, TWO, entry(4, "Add a window")))
    assert "- A door!\n- Add a window (#4)\n" in again
    assert "Add a door" not in again
    assert "Fix the lock" not in again


def test_what_is_released_takes_over_what_was_unreleased() -> None:
    before = updated("# Changelog\n\n## [0.9.0]\n- Old\n", "Unreleased", None, draft(ONE))
    after = updated(before, "v1.0.0", "2026-01-02", draft(ONE, TWO))
    assert after.index("Unreleased") < after.index("v1.0.0") < after.index("Add a door") < after.index("0.9.0")
    assert after.count("Add a door") == 1
    assert "- Old\n" in after


def test_links_at_the_end_and_windows_line_ends_stay() -> None:
    before = "# Changelog\r\n\r\n## [0.9.0]\r\n- Old\r\n\r\n[0.9.0]: https://example.org/0.9.0\r\n"
    after = updated(before, "1.0.0", None, draft(ONE))
    assert after.endswith("[0.9.0]: https://example.org/0.9.0\r\n")
    assert "\n" not in after.replace("\r\n", "")
    assert after.index("1.0.0") < after.index("## [0.9.0]")
