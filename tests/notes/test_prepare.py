"""Counting, and drafts of very large ranges."""

import pytest

from releaseray.notes.engine import build, counts, prepare
from releaseray.notes.history import Commit, FileChange, FileDelta, History, Person, PullRequest

ANN = Person("Ann", "ann@example.org")


def commit(number: int, subject: str, body: str = "", parents: tuple[int, ...] = ()) -> Commit:
    older = tuple(f"{parent:040x}" for parent in parents or (number - 1,))
    return Commit(f"{number:040x}", older, ANN, number, subject, body, (FileChange("M", f"src/{number % 50}.py"),))


def history(*commits: Commit, **more: object) -> History:
    return History("acme/app", "v1.0.0", "v1.1.0", commits, **more)  # type: ignore[arg-type]  # a test's shorthand


def test_pull_requests_and_issues_are_counted_once_and_never_as_both() -> None:
    told = history(
        commit(4, "Fix a (#12)", "Fixes #3, closes #11"),
        commit(3, "Fix b (#11)", "Fixes #3\nrefs other/repo#8"),
        commit(2, "Fix c", "Resolves https://github.com/acme/app/issues/4"),
    )
    assert counts(told) == (2, 2)


def test_the_commits_of_a_branch_are_one_note_unless_the_title_speaks_of_several() -> None:
    body = "* feat: keyboard shortcuts\n\n* fix: empty clipboards"
    told = history(commit(3, "Add `domain` to sessions (#7)", body), commit(2, "Several improvements (#6)", body))
    assert [entry.text for entry in build(told, "engineer").entries] == [
        "Add `domain` to sessions (#7)",
        "Keyboard shortcuts (#6)",
        "Fix empty clipboards (#6)",
    ]
    straight = history(commit(2, "Improve editing", body))
    assert len(build(straight, "engineer").entries) == 2


@pytest.mark.parametrize(
    ("lines", "text"),
    [
        (["Added a", "Fixed b"], "Added paging"),
        (["Add a", "Fix b"], "Add paging"),
        (["**api:** fix a", "**ui:** add b"], "Add paging"),
        (["core: Fixed a", "build: Updated b"], "Added paging"),
    ],
)
def test_a_draft_speaks_in_the_mood_of_the_newest_notes(lines: list[str], text: str) -> None:
    newest = "".join(f"* {line} number {number}\n" for number in range(300) for line in lines)
    older = "".join(f"* {'Added' if text == 'Add paging' else 'Add'} {number}\n" for number in range(5_000))
    told = history(commit(2, "Add paging"), changelog=f"# 1.0.0\n\n{newest}\n# 0.9.0\n\n{older}")
    assert [entry.text for entry in build(told, "engineer").entries] == [text]


def test_what_the_forge_says_of_a_pull_request_wins() -> None:
    pull = PullRequest(9, "feat: search by date", shas=(f"{2:040x}", f"{3:040x}"), closes=(5,))
    told = history(commit(3, "more"), commit(2, "start"), pulls={9: pull})
    assert counts(told) == (1, 1)
    assert [(entry.pr, entry.text) for entry in build(told, "engineer").entries] == [(9, "Search by date (#9)")]


def test_whom_the_forge_has_seen_before_is_no_newcomer() -> None:
    people = [Person(name, f"{name}@example.org") for name in ("moved", "new", "guest")]
    commits = [commit(number, "x")._replace(author=one) for number, one in enumerate(people, 2)]
    pulls = {
        1: PullRequest(1, "x", author="moved", shas=(commits[0].sha,)),
        2: PullRequest(2, "x", author="new", shas=(commits[1].sha,), first_contribution=True),
        3: PullRequest(3, "x", author="ann", shas=(commits[2].sha, f"{9:040x}")),
    }
    anns = commit(9, "x")
    told = prepare(history(anns, *commits, pulls=pulls, known_emails=frozenset({ANN.email})))
    assert set(told.newcomers) == {"new", "guest"}


def test_one_person_under_a_name_and_the_login_that_it_spells_is_told_once() -> None:
    people = [
        Person("James Sumners", "james@example.org"),
        Person("jsumners-nr", "12+jsumners-nr@users.noreply.github.com"),
        Person("Jakub Jareš", "me@example.org"),
        Person("Jakub Jares", "jakub@example.com"),
        Person("mutricyl", "l@example.org"),
        Person("Laurent Mutricy", "laurent@example.com"),
        Person("jakub", "another@example.org"),
        Person("a " * 40, "a@example.org"),
        Person("aaaaaaaaaaaaaaaaaaaaaaaaaab", "aa@example.org"),
    ]
    commits = [commit(at, f"Add thing {at}")._replace(author=person) for at, person in enumerate(people, 2)]
    made = prepare(history(*reversed(commits), known_emails=frozenset({"james@example.org"})))
    told = [name for name in made.contributors if not name.startswith("a")]
    assert sorted(told) == ["Jakub Jares", "James Sumners", "Laurent Mutricy", "jakub"]
    assert "James Sumners" not in made.newcomers


def test_a_huge_range_stays_a_draft_a_person_can_read() -> None:
    told = prepare(history(*(commit(n, f"feat: add thing number {n} (#{n})") for n in range(3_000, 0, -1))))
    for persona in ("engineer", "internal", "customer"):
        draft = build(told, persona)
        assert len(draft.body_md) < 20_000
        assert "…and " in draft.body_md
        assert len(draft.entries) == 3_000


def test_a_deep_chain_of_merges_is_no_trouble() -> None:
    merges = (commit(n, f"Merge branch 'x{n}'", parents=(n - 2, n - 1)) for n in range(5_000, 1, -1))
    assert build(history(*merges), "engineer").entries == ()


def test_a_backport_is_told_by_the_title_it_carries() -> None:
    titles = (
        "Pick #12 into v1.2: Fix the clock (#30)",
        "Picked PR #12 to release/1.2 - Fix the clock",
        "Pick a colour (#31)",
        "Fix the clock [release-1.2.x] (#12)",
        "Fix the clock (stable branch)",
    )
    told = [build(history(commit(2, title)), "engineer").entries[0].text for title in titles]
    assert told == [
        "Fix the clock (#12)",
        "Fix the clock (#12)",
        "Pick a colour (#31)",
        "Fix the clock (#12)",
        "Fix the clock (stable branch)",
    ]


def test_upkeep_is_told_where_its_author_wrote_for_users() -> None:
    body = "```release-note:bug\nNo longer asks for a key twice\n```"
    bumps = history(
        commit(3, "Bump left-pad from 1.0 to 1.1 (#3)", body), commit(2, "Bump left-pad from 0.9 to 1.0 (#2)")
    )
    assert [item.matters for item in prepare(bumps).items] == [True, False]


def test_upkeep_is_told_where_the_project_lists_its_like() -> None:
    past = tuple(commit(n, f"Bump tool{n} from 1.{n} to 1.{n + 1} (#{n})") for n in range(80, 40, -1))
    notes = "".join(f"- Bump tool{n} from 1.{n} to 1.{n + 1} (#{n})\n" for n in range(80, 40, -1))
    bump = commit(90, "Bump tool9 from 1.9 to 2.0 (#90)")
    listing = history(bump, past=past, changelog=f"# 1.0.0\n\n## Bug fixes\n\n{notes}")
    assert [item.matters for item in prepare(listing).items] == [True]
    assert [item.matters for item in prepare(history(bump)).items] == [False]


def test_a_title_that_only_says_backports_leaves_it_to_the_body() -> None:
    body = "* Anchor the parser to the start of the line\n\n* Parse the header only once per connection"
    told = build(history(commit(2, "8.0.2 backport (#44)", body)), "engineer")
    assert [entry.text for entry in told.entries] == [
        "Anchor the parser to the start of the line (#44)",
        "Parse the header only once per connection (#44)",
    ]


def test_what_a_review_asked_for_is_no_note_of_its_own() -> None:
    body = "* feat: anchor the parser\n\n* fix: address review feedback\n\n* fix: parse the header only once"
    told = build(history(commit(2, "Cherry-picks for v2.20.2 (#44)", body)), "engineer")
    assert [entry.text for entry in told.entries if entry.kept] == [
        "Anchor the parser (#44)",
        "Parse the header only once (#44)",
    ]


def test_a_fragment_belongs_to_who_added_it_and_loses_the_mark_of_its_kind() -> None:
    path = "newsfragments/7.bugfix.md"
    added = commit(2, "Mend the lid (#7)")._replace(files=(FileChange("A", path),))
    edited = commit(3, "Spell the news alike (#9)")._replace(files=(FileChange("M", path),))
    told = build(history(edited, added, fragments={path: "Fixed: the lid closes again\n"}), "engineer")
    assert [entry.text for entry in told.entries if "lid" in entry.text] == ["The lid closes again (#7)"]


def test_a_fragment_written_afterwards_belongs_to_whose_number_it_has() -> None:
    paths = ("changelog/7.bugfix.rst", "changelog/8.feature.rst", "changelog/9.bugfix.rst", "changelog/5.bugfix.rst")
    later = commit(3, "Write down what we forgot (#9)")._replace(files=tuple(FileChange("A", path) for path in paths))
    texts = ("The lid closes again.", "Add a second lid.", "The news is complete.", "Close the right lid.")
    told = build(history(later, commit(2, "Mend it (#7)"), fragments=dict(zip(paths, texts, strict=True))), "engineer")
    assert {(entry.text, entry.reason) for entry in told.entries if entry.kept} == {
        ("The lid closes again (#7)", "news fragment 7.bugfix.rst"),
        ("Add a second lid (#9)", "news fragment 8.feature.rst"),
        ("The news is complete (#9)", "news fragment 9.bugfix.rst"),
        ("Close the right lid (#9)", "news fragment 5.bugfix.rst"),
    }


def test_a_release_is_no_news_whatever_stands_before_its_version() -> None:
    titles = (
        "Release :gem: v4.4.1",
        "Release the 4.4.1",
        "release core 2.8.1, micro 2.8.1",
        "[CHANGELOG] Add empty Master section",
        "Change Version from 2.1.0 to 2.2.0",
    )
    assert {prepare(history(commit(2, title))).items[0].fate for title in titles} == {"release"}
    assert prepare(history(commit(2, "Release memory at 80 percent"))).items[0].fate == "told"


@pytest.mark.parametrize(
    ("title", "path", "fate"),
    [
        ("Prep for v1.31.2 (#4225)", "src/app.py", "release"),
        ("flask 3.1.0", "src/app.py", "release"),
        ("compat: Python 3.14", "src/app.py", "told"),
        ("Revert CHANGELOG changes of last week", "CHANGELOG.md", "release"),
        ("Write the changelog that users ask for", "src/app.py", "told"),
        ("Update history to reflect merge of #12", "History.markdown", "release"),
        ("Add history to the search field", "src/app.py", "told"),
        ("Add changes for undo in insert mode", "src/app.py", "told"),
        ("Update Rector to commit 181332420f5339d7f96bfe20e3839c9fd447694d", "src/app.py", "dependency"),
        ("Pin docutils<0.22", "src/app.py", "dependency"),
        ("Pin the REPL when jumping to a dependency", "src/app.py", "told"),
        ("Ping the server when it wakes", "src/app.py", "told"),
        ("DEP: bump packaging to 22.0", "pyproject.toml", "dependency"),
        ("DEP: remove ``in1d``", "src/app.py", "told"),
        ("azure: support managed identities", "src/app.py", "told"),
        ("Add CodSpeed and Cloudflare to sponsors", "src/app.py", "chore"),
        ("azure-pipelines: use Ubuntu 24.04", "src/app.py", "chore"),
    ],
)
def test_housekeeping_is_told_from_what_only_sounds_like_it(title: str, path: str, fate: str) -> None:
    change = commit(2, title)._replace(files=(FileChange("M", path),))
    assert prepare(history(change)).items[0].fate == fate


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("Pass *attrs* **instances** to ``attrs.fields()``.", "Pass attrs instances to `attrs.fields()`"),
        ("Fix ``*args`` and ~`acme.Lid` and `~acme.Box`", "Fix `*args` and `acme.Lid` and `acme.Box`"),
        ("docs: clarify how a * b * c is read", "Clarify how a \\* b \\* c is read"),
        ("Keep ``run_sync``` from leaking", "Keep `run_sync` from leaking"),
    ],
)
def test_a_fragment_reads_as_its_page_would(text: str, shown: str) -> None:
    path = "newsfragments/7.feature.md"
    added = commit(2, "Mend the lid")._replace(files=(FileChange("A", path),))
    told = build(history(added, fragments={path: f"{text}\n"}), "engineer")
    assert [entry.text for entry in told.entries] == [shown]


def test_where_a_note_was_written_is_not_what_it_is_about() -> None:
    path = "newsfragments/7.feature.md"
    added = commit(2, "feat(changelog): the lid")._replace(files=(FileChange("A", path),))
    told = build(history(added, fragments={path: "Add a lid\n"}), "engineer")
    assert [entry.text for entry in told.entries] == ["Add a lid"]


def test_a_fragment_of_go_changelog_holds_a_note_for_each_block() -> None:
    path = ".changelog/7.txt"
    text = (
        "```release-note:improvement\nclient: Added a switch\n```\n\n"
        "```release-note:breaking-change\nplugin: The method `Hash` has been removed\n```\n"
        "```release-note: bug\ncli: Fixed the exit code\n```\n"
    )
    added = commit(2, "client, plugin: several things (#7)")._replace(files=(FileChange("A", path),))
    told = build(history(added, fragments={path: text}), "engineer")
    assert [(entry.category, entry.text) for entry in told.entries] == [
        ("feature", "client: Add a switch (#7)"),
        ("breaking", "plugin: The method `Hash` has been removed (#7)"),
        ("fix", "cli: Fix the exit code (#7)"),
    ]


@pytest.mark.parametrize(
    ("path", "text", "told"),
    [
        (
            ".changes/next-release/bugfix-s3-7.json",
            '{"type": "bugfix", "category": "s3", "description": "Keep the ``key`` (`#7 <https://x/7>`__)"}',
            [("fix", "Keep the `key` (#7)")],
        ),
        (
            "change/@acme-kettle-5a310926-964b-4508-bc7d-4e0a4a431de7.json",
            '{"type": "minor", "comment": "Boil faster (#7)", "packageName": "@acme/kettle"}',
            [("feature", "Boil faster (#7)")],
        ),
        (
            "common/changes/@acme/kettle/main_2026.json",
            '{"changes": [{"comment": "Fix the lid", "type": "patch"}, {"comment": "Drop `steam()`", "type": "major"},'
            ' {"comment": "", "type": "none"}]}',
            [("fix", "Fix the lid (#7)"), ("breaking", "Drop `steam()` (#7)")],
        ),
        (".changes/odd.json", '{"type": ["fix"], "comment": 7}', [("feature", "Several things (#7)")]),
    ],
)
def test_fragments_in_json_are_read(path: str, text: str, told: list[tuple[str, str]]) -> None:
    added = commit(2, "feat: several things (#7)")._replace(files=(FileChange("A", path), FileChange("M", "src/a.ts")))
    entries = build(history(added, fragments={path: text}), "engineer").entries
    assert [(entry.category, entry.text) for entry in entries if entry.kept] == told


def test_what_is_brought_in_commit_by_commit_is_told_once() -> None:
    files = tuple(FileChange("M", f"src/rule{at}.php") for at in range(9))
    brought = [commit(at, f"Update Rector to commit {at:040x}")._replace(files=files) for at in (4, 3, 2)]
    told = build(history(*brought), "engineer")
    assert [entry.text for entry in told.entries] == [f"Update Rector to commit {4:040x}"]


def test_a_quiet_change_whose_author_wrote_for_users_is_told() -> None:
    fragment = ".changeset/calm-cows.md"
    quiet = commit(2, "chore: tidy up the types of the tests")._replace(
        files=(FileChange("A", fragment), FileChange("M", "tests/types.test.ts"))
    )
    told = history(quiet, fragments={fragment: '---\n"app": patch\n---\n\nRefactor internal tests\n'})
    assert [entry.text for entry in build(told, "engineer").entries] == ["Refactor internal tests"]


def test_a_release_of_one_small_change_is_told_to_everybody() -> None:
    small = commit(2, "Add shipping")._replace(files=(FileChange("M", "shop.py"),))
    with_more = history(commit(3, "Fix crash when a cart is empty (#12)"), small)
    for persona in ("internal", "customer"):
        assert "Added shipping" in build(history(small), persona).body_md
        assert "Added shipping" not in build(with_more, persona).body_md
    upkeep = commit(2, "Run tests on Python 3.13")._replace(files=(FileChange("M", "tests/conftest.py"),))
    assert "nothing to announce" in build(history(upkeep), "internal").body_md


def test_customers_are_told_that_something_was_taken_back() -> None:
    revert = commit(2, 'Revert "Add orWhereKey to the builder" (#9)')
    assert build(history(revert), "customer").body_md == "This release takes back 1 earlier change.\n"


def test_customers_are_told_what_was_mended_or_nothing() -> None:
    titles = ("fix(`vault_role`): fix crash", "editor: Fix a crash", "Fix crash when a sheet is closed")
    told = build(history(*map(commit, (4, 3, 2), titles)), "customer")
    assert told.body_md.count("crash") == 2
    assert "**editor:** Fixed a crash" in told.body_md


def test_customers_are_not_told_that_there_is_nothing_to_do_where_there_is() -> None:
    quiet = commit(2, "chore: raise the floor")
    raised = FileDelta("pyproject.toml", *(f'[project]\nrequires-python = ">=3.{minor}"\n' for minor in (10, 11)))
    assert "Nothing changes for you" in build(history(quiet), "customer").body_md
    told = build(history(quiet, manifests=(raised,)), "customer")
    assert told.flags.upgrade_instructions
    assert told.body_md == "This release contains maintenance work only.\n"
