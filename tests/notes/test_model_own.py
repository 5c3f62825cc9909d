"""What a project's own past teaches the model."""

import pytest

from releaseray.notes.change import Change
from releaseray.notes.classify import Context, Verdict, classify, context_for, context_of, is_listed
from releaseray.notes.draft import Category
from releaseray.notes.engine import build
from releaseray.notes.headline import headline
from releaseray.notes.history import Commit, FileChange, History, Person
from releaseray.notes.model import shipped
from releaseray.notes.model_learn import KEEP, WIDTH, Example, learn, learnable
from releaseray.notes.model_match import matched
from releaseray.notes.model_own import best_cut, lessons_of
from releaseray.notes.own_changelog import notes_of

SOMEBODY = Person("A. Person", "a@example.com")
PLACES = ("kitchen", "garden", "cellar", "attic", "hall", "porch", "stair", "study")


def commit(number: int, subject: str, path: str) -> Commit:
    return Commit(f"{number:040x}", (f"{number - 1:040x}",), SOMEBODY, number, subject, "", (FileChange("M", path),))


def past_of_a_house() -> History:
    """A project that files "Paint the …" under Features and never lists what touches the plumbing."""
    painted = [f"Paint the {place} {n}" for n in range(4) for place in PLACES]
    plumbed = [f"Route the {place} pipe {n}" for n in range(4) for place in PLACES]
    notes = "\n".join(f"- {text} (#{2 * n + 1})" for n, text in enumerate(painted))
    commits = []
    for n, (paint, pipe) in enumerate(zip(painted, plumbed, strict=True)):
        commits += [
            commit(2 * n + 1, f"{paint} (#{2 * n + 1})", "walls/colour.rs"),
            commit(2 * n + 2, f"{pipe} (#{2 * n + 2})", "plumbing/pipe.rs"),
        ]
    log = f"# Changelog\n\n## 1.0.0\n\n### Features\n\n{notes}\n"
    return History("acme/house", "v1.0.0", "v1.1.0", (), changelog=log, past=tuple(reversed(commits)))


def asked(title: str, path: str) -> Change:
    return Change(("f" * 40,), title, headline(title), files=(FileChange("M", path),))


def verdict_of(change: Change, context: Context) -> Verdict:
    return classify([change], context)[0]


def test_a_project_is_followed_in_what_it_lists_and_where() -> None:
    context = context_for(past_of_a_house())
    paint = verdict_of(asked("Paint the shed", "walls/colour.rs"), context)
    pipe = verdict_of(asked("Route the shed pipe", "plumbing/pipe.rs"), context)
    assert paint.category is Category.FEATURE
    assert paint.keep > 0.5 > pipe.keep


def test_the_reason_says_when_the_past_decided() -> None:
    house = past_of_a_house()
    log = house.changelog.replace("### Features", "### Performance")
    context = context_for(History("acme/house", "v1", "v2", (), changelog=log, past=house.past))
    verdict = verdict_of(asked("Paint the shed", "walls/colour.rs"), context)
    assert verdict.category is Category.PERF
    assert verdict.reason.endswith("so filed in this project's changelog")


def test_the_past_outweighs_a_prefix_that_its_authors_use_otherwise() -> None:
    notes = [f"Paint the {place} {n}" for n in range(4) for place in PLACES]
    past = [commit(n, f"fix: {note} (#{n})", "walls/colour.rs") for n, note in enumerate(notes, 1)]
    listed = "\n".join(f"- {note} (#{n})" for n, note in enumerate(notes, 1))
    log = f"# Changelog\n\n## 1.0.0\n\n### Enhancements\n\n{listed}\n"
    context = context_for(History("acme/house", "v1", "v2", (), changelog=log, past=tuple(reversed(past))))
    assert verdict_of(asked("fix: paint the shed", "walls/colour.rs"), context).category is Category.FEATURE


def test_where_a_heading_of_habit_says_nothing_the_word_of_the_author_counts() -> None:
    """Of what stands under "Core" and "Bugfixes" only the latter names a kind, and some of that is of another."""
    core = [(n, f"perf: warm the {place} {n}") for n, place in enumerate(PLACES * 2, 1)]
    mended = [(n, f"{'fix' if n % 3 else 'perf'}: stop the {place} leak {n}") for n, place in enumerate(PLACES * 4, 41)]
    notes = [f"### {heading}\n" + "".join(f"- {title.partition(': ')[2]} (#{n})\n" for n, title in listed)
             for heading, listed in (("Core", core), ("Bugfixes", mended))]  # fmt: skip
    past = tuple(commit(n, f"{title} (#{n})", "src/house.lua") for n, title in reversed((*core, *mended)))
    history = History("acme/house", "v1", "v2", (), changelog="## 1.0.0\n" + "".join(notes), past=past)
    warm = verdict_of(asked("perf: warm the shed", "src/house.lua"), context_for(history))
    assert warm.category is Category.PERF


def test_what_says_that_it_fixes_is_no_feature_whatever_the_past() -> None:
    context = context_for(past_of_a_house())
    assert verdict_of(asked("Fix the paint of the shed", "walls/colour.rs"), context).category is Category.FIX


def test_a_project_that_never_breaks_things_is_warned_of_less_than_one_that_did_once() -> None:
    quiet = "## 2.0.0\n\n### Added\n\n" + "".join(f"- A chair for room {n}\n" for n in range(60))
    loud = f"{quiet}\n### Removed\n\n- The old stove\n"
    found = {
        log: verdict_of(asked("Rename the garden gate", "garden/gate.rs"), context_for(history_of(log))).category
        for log in (quiet, loud)
    }
    assert found[loud] is Category.BREAKING
    assert found[quiet] is not Category.BREAKING


def history_of(changelog: str) -> History:
    return History("acme/house", "v1", "v2", (), changelog=changelog)


def test_a_changelog_without_commits_teaches_headings_only() -> None:
    house = past_of_a_house()
    own = lessons_of(history_of(house.changelog), shipped())
    assert own.notes == 32
    assert own.changes == 0
    assert own.applied(shipped()).cut == shipped().cut


def test_without_a_changelog_the_model_is_as_shipped() -> None:
    own = lessons_of(History("acme/house", "v1", "v2", (), past=past_of_a_house().past), shipped())
    assert own.applied(shipped()) is shipped()


def test_the_shipped_model_is_never_changed_by_a_project() -> None:
    before = dict(shipped().table)
    lessons_of(past_of_a_house(), shipped())
    assert shipped().table == before


def test_learning_twice_gives_the_same() -> None:
    assert lessons_of(past_of_a_house(), shipped()) == lessons_of(past_of_a_house(), shipped())


def test_notes_find_their_change_by_number_by_closed_issue_or_by_words() -> None:
    fixed = ("One thing (#1)", "Another matter (#70)", "Keep the order of redirected headers", "Old (#9)")
    notes = notes_of("## 1.0\n\n### Fixed\n\n" + "".join(f"- {text}\n" for text in fixed))
    changes = [
        Change(("a",), "newer", headline("Not in any changelog yet"), pr=5),
        Change(("b",), "x", headline("x"), pr=1),
        Change(("c",), "left out", headline("Some inner affair of ours"), pr=2),
        Change(("d",), "y", headline("y"), pr=3, closes=(70,)),
        Change(("e",), "z", headline("Keeps the order of headers redirected")),
    ]
    found = [(change.shas[0], note.text if note else None) for change, note in matched(changes, notes)]
    assert found == [
        ("b", "One thing (#1)"),
        ("c", None),
        ("d", "Another matter (#70)"),
        ("e", "Keep the order of redirected headers"),
    ]


def test_a_changelog_that_is_kept_no_longer_is_not_said_to_leave_out_what_came_after_it() -> None:
    house = past_of_a_house()
    later = [commit(65 + n, f"Furnish the {place} {n}", "rooms/table.rs") for n in range(8) for place in PLACES]
    alike = commit(200, "Paint the kitchen 0 and the porch", "walls/colour.rs")
    old = "\n## 0.9.0\n\n### Features\n\n- Paint the kitchen, and the porch\n"
    changelog = house.changelog + old
    kept = lessons_of(house._replace(changelog=changelog), shipped())
    abandoned = house._replace(changelog=changelog, past=(alike, *reversed(later), *house.past))
    assert lessons_of(abandoned, shipped()).changes == kept.changes > 0
    oldest_first = house._replace(changelog=old + house.changelog, past=(alike, *house.past))
    assert lessons_of(oldest_first, shipped()).changes >= kept.changes


@pytest.mark.parametrize(
    ("mark", "path", "category", "heading"),
    [
        ("docs", "docs/guide.md", Category.DOCS, "Documentation"),
        ("build", "tools/build.sh", Category.INTERNAL, "Internal"),
    ],
)
def test_what_is_quiet_and_listed_is_told_as_what_its_author_calls_it(
    mark: str, path: str, category: Category, heading: str
) -> None:
    house = past_of_a_house()
    described = [f"[{mark}] Describe the {place} {n}" for n in range(4) for place in PLACES]
    notes = "".join(f"- {title} (#{n})\n" for n, title in enumerate(described, 100))
    pages = tuple(commit(n, f"{title} (#{n})", path) for n, title in enumerate(described, 100))
    house = house._replace(changelog=f"{house.changelog}\n### Other\n\n{notes}", past=(*reversed(pages), *house.past))
    verdict = verdict_of(asked(f"[{mark}] describe the shed", path), context_for(house))
    assert (verdict.category, is_listed(verdict.category, verdict.keep)) == (category, True)
    asking = house._replace(commits=(commit(99, f"[{mark}] describe the shed (#99)", path),))
    assert f"## {heading}\n- Describe the shed (#99)" in build(asking, "engineer").body_md
    assert "Describe the shed" not in build(asking, "customer").body_md


def test_the_cut_follows_what_was_foretold_but_not_all_the_way() -> None:
    low = best_cut([(1.0, True), (-3.0, True), (-4.0, False)] * 10)
    high = best_cut([(3.0, True), (2.0, False), (-4.0, False)] * 10)
    assert low < high < 3.0


def test_where_few_notes_find_their_change_only_their_number_is_learned() -> None:
    house = past_of_a_house()
    known = "\n".join(line for line in house.changelog.splitlines() if "(#" in line)
    reworded = "\n".join(f"- Something for the guests, told in other words {n}" for n in range(120))
    own = lessons_of(house._replace(changelog=f"## 1.0.0\n\n{known}\n{reworded}\n"), shipped())
    assert own.changes == 0
    assert own.cut is not None
    context = context_of(own)
    listed = [verdict_of(asked(f"Route the {place} pipe", "plumbing/pipe.rs"), context).keep > 0.5 for place in PLACES]
    assert any(listed)


def test_what_is_in_every_change_soon_rests_while_a_rare_word_still_moves() -> None:
    everywhere, rare = learnable([0.0] * WIDTH), learnable([0.0] * WIDTH)
    learn([Example([everywhere], at % 2, None) for at in range(40)], rate=0.3, keep_rate=0.4)
    before = list(everywhere)
    learn([Example([everywhere, rare], 0, True)], rate=0.3, keep_rate=0.4)
    assert rare[0] > everywhere[0] - before[0] > 0
    assert rare[KEEP] == everywhere[KEEP] - before[KEEP] > 0


def test_an_unknown_category_or_fate_moves_nothing() -> None:
    row = learnable([0.0] * WIDTH)
    learn([Example([row], -1, True)], rate=0.3, keep_rate=0.4)
    assert row[:KEEP] == [0.0] * KEEP
    assert row[KEEP] > 0
    learn([Example([row], -1, None)], rate=0.3, keep_rate=0.4)
    assert row[:KEEP] == [0.0] * KEEP


def test_a_long_old_version_that_a_change_happens_to_name_does_not_hide_what_the_new_ones_teach() -> None:
    house = past_of_a_house()
    long_ago = "\n".join(f"- Lay stone {n} (#{n})" for n in range(1000, 1300))
    old = f"\n## 0.1.0\n\n### Features\n\n{long_ago}\n"
    first = commit(65, "Lay stone 1000 anew, fixes #1000 (#65)", "walls/colour.rs")
    history = house._replace(changelog=house.changelog + old, past=(*house.past, first))
    assert lessons_of(history, shipped()).changes > 0


def test_only_the_surest_of_a_range_break_something_that_their_titles_do_not_say() -> None:
    house = past_of_a_house()
    context = context_for(house._replace(changelog=house.changelog.replace("### Features", "### Breaking changes")))
    paint = [asked(f"Paint the {place} {n}", "walls/colour.rs") for n in range(5) for place in PLACES]
    verdicts = classify(paint, context.within("2.0.0", 0.0))
    assert sum(verdict.category is Category.BREAKING for verdict in verdicts) == len(paint) // 10
    assert verdict_of(paint[0], context.within("2.0.0", 0.0)).category is Category.BREAKING


def test_headings_for_the_exception_make_no_rule() -> None:
    bare = "\n".join(f"- Show the {place} {n} in the list" for n in range(50) for place in PLACES)
    marked = "\n".join(f"- The {place} is read from table {n}" for n in range(4) for place in PLACES)
    log = f"# Changelog\n\n## 1.0.0\n\n{bare}\n\n### Breaking changes\n\n{marked}\n"
    context = context_for(History("acme/house", "v1.0.0", "v1.1.0", (), changelog=log))
    for title in ("Show the shed in the table", "Reduce the validity of a lease", "Copy the name of the key"):
        assert verdict_of(asked(title, "house/list.py"), context).category is not Category.BREAKING
