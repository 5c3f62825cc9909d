"""The evaluation's own tools: building rows from a clone, splitting them, scoring verdicts."""

import os
import subprocess
from dataclasses import replace
from functools import partial
from pathlib import Path

import pytest
from benchmarks.notes import evaluate, past
from benchmarks.notes.build_data import commits, previous_tag
from benchmarks.notes.build_data import main as build
from benchmarks.notes.rows import Row, read_rows, write_rows
from benchmarks.notes.scoring import Judged, mean, rouge_l, score

from releaseray.notes.draft import Category
from releaseray.notes.own_changelog import notes_of

from .raw_rows import raw

CHANGELOG = """# Changelog

## 1.1.0

### Fixed

- Keep the header order (#2)
- Close the file (#3)

### Documentation

- Explain redirects (#5)

## 1.0.0

- First release
"""


def run_git(clone: Path, *arguments: str, **environment: str) -> str:
    identity = ("-c", "user.name=A. Person", "-c", "user.email=a@example.com", "-c", "commit.gpgsign=false")
    command = ["git", *identity, "-C", str(clone), *arguments]
    done = subprocess.run(command, check=True, capture_output=True, text=True, env={**os.environ, **environment})
    return done.stdout.strip()


@pytest.fixture
def clone(tmp_path: Path) -> Path:
    git = partial(run_git, tmp_path)

    def commit(name: str, subject: str, text: str = "x") -> None:
        (tmp_path / name).write_text(text)
        git("add", ".")
        git("commit", "-m", subject)

    git("init", "-b", "main")
    commit("a.py", "First release")
    git("tag", "v1.0.0")
    commit("b.py", "Keep order of headers (#2)")
    commit("c.py", "Close file (#3)")
    commit("d.py", "Tidy up (#4)")
    commit("docs.md", "Explain redirects (#5)")
    commit("CHANGELOG.md", "Release 1.1.0", CHANGELOG)
    git("tag", "v1.1.0")
    return tmp_path


@pytest.fixture
def rows(clone: Path) -> list[Row]:
    out = clone / "rows.jsonl.gz"
    assert build([f"acme/app={clone}", "--out", str(out)]) == 0
    return read_rows(out)


def test_a_clone_gives_each_change_beside_its_note(rows: list[Row]) -> None:
    found = [(row.change.pr, row.category, row.kept, row.text) for row in rows]
    assert found == [
        (None, None, False, ""),
        (5, Category.DOCS, False, "Explain redirects (#5)"),
        (4, None, False, ""),
        (3, Category.FIX, True, "Close the file (#3)"),
        (2, Category.FIX, True, "Keep the header order (#2)"),
    ]
    assert {row.version for row in rows} == {"1.1.0"}
    assert rows[0].change.files == ()  # the changelog itself is masked


def test_a_message_with_control_characters_is_a_message_like_any_other(clone: Path) -> None:
    (clone / "e.py").write_text("x")
    run_git(clone, "add", ".")
    run_git(clone, "commit", "-q", "-m", "Read \x1erecords\x1d (#9)")
    assert [seen.subject for seen in commits(clone, "v1.1.0..HEAD")] == ["Read \x1erecords\x1d (#9)"]


def test_what_a_beta_told_was_not_left_out_of_the_release(clone: Path) -> None:
    log = clone / "CHANGELOG.md"
    log.write_text(log.read_text() + "\n## 1.1.0-beta.1\n\n### Added\n\n- Count the pages (#4)\n")
    run_git(clone, "commit", "-qam", "Tell of the beta")
    out = clone / ".git" / "rows.jsonl.gz"
    assert build([f"acme/app={clone}", "--out", str(out)]) == 0
    told = next(row for row in read_rows(out) if row.change.pr == 4)
    assert (told.version, told.category, told.kept) == ("1.1.0", Category.FEATURE, True)


def test_a_listed_clone_is_read_as_it_was_at_its_commit(clone: Path, rows: list[Row]) -> None:
    git = partial(run_git, clone, GIT_COMMITTER_DATE="2040-01-01T00:00:00Z")
    listed = clone / ".git" / "listed.txt"
    listed.write_text(f"# Seen once\nacme/{clone.name} {git('rev-parse', 'HEAD')}\n")
    mended = "## 1.2.0\n\n### Fixed\n\n- Later (#6)\n\n## 1.1.0"
    (clone / "CHANGELOG.md").write_text(CHANGELOG.replace("## 1.1.0", mended))
    git("commit", "-qam", "Mend (#6)")
    git("tag", "v1.0.1")
    out = clone / ".git" / "rows.jsonl.gz"
    assert build(["--list", str(listed), "--clones", str(clone.parent), "--out", str(out)]) == 0
    assert [row.commit for row in read_rows(out)] == [row.commit for row in rows]


def test_a_list_without_clones_is_refused(clone: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        build(["--list", str(clone / "listed.txt"), "--out", str(clone / "rows.gz")])
    assert "--clones" in capsys.readouterr().err


def test_every_repository_is_judged_by_what_it_did_not_teach(tmp_path: Path) -> None:
    def written(name: str, *repositories: str) -> str:
        kinds = {"fix": "Fix crash in part {}", "feature": "Add option number {}", None: "Bump tool to {}"}
        write_rows(
            tmp_path / name,
            [
                raw(repo, number, category, kinds[category].format(number))
                for repo in repositories
                for number in range(35)
                for category in kinds
            ],
        )
        return str(tmp_path / name)

    files = written("ours.gz", "a/a", "b/b"), written("others.gz", "c/c", "d/d"), written("unseen.gz", "e/e")
    said: list[object] = []
    asked = ["--others", files[1], "--unseen", files[2], "--jobs", "2", "--out", str(tmp_path / "RESULTS.md")]
    assert evaluate.main([files[0], *asked], said.append) == 0
    lines = [line.strip("| ").split(" | ") for line in str(said[0]).splitlines() if line.startswith("| ")]
    means = {name: cells for name, *cells in lines if name.endswith(": cold")}
    assert {name: cells[0] for name, cells in means.items()} == {
        "left out of training: cold": "210",
        "others, left out: cold": "210",
        "all left out: cold": "420",
        "unseen: cold": "105",
    }
    assert float(means["unseen: cold"][2]) > 0.9


def test_the_tag_before_is_the_highest_lower_stable_one_of_the_family() -> None:
    tags = ["v1.0.0", "v1.2.0", "v1.10.0-rc.1", "v1.9.0", "pkg-v1.9.5"]
    assert previous_tag("v1.10.0", tags) == "v1.9.0"
    assert previous_tag("v1.0.0", tags) is None


def test_the_newest_third_of_the_releases_is_held_out(rows: list[Row]) -> None:
    releases = [
        replace(row, version=version, commit=row.commit._replace(sha=f"{version}-{row.commit.sha}"))
        for version in ("3.0", "2.0", "1.0")
        for row in rows
    ]
    asked, before = past.split(releases)
    assert {row.version for row in asked} == {"3.0"}
    assert {row.version for row in before} == {"2.0", "1.0"}


def test_the_past_is_given_back_as_changelog_and_commits(rows: list[Row]) -> None:
    history = past.history(rows)
    assert {note.heading: note.category for note in notes_of(history.changelog)} == {
        "Fixed": Category.FIX,
        "Documentation": Category.DOCS,
    }
    assert [commit.sha for commit in history.past] == [row.commit.sha for row in rows]
    assert past.history(rows, commits=False).past == ()


def test_scores_count_what_they_say(rows: list[Row]) -> None:
    right = [Judged(row, row.category, row.kept) for row in rows * 4]
    perfect = score(right)
    assert (perfect.accuracy, perfect.macro_f1, perfect.kept_f1) == (1.0, 1.0, 1.0)
    nothing = score([Judged(row, None, False) for row in rows * 4])
    assert (nothing.accuracy, nothing.kept_f1, nothing.kept_precision) == (0.0, 0.0, None)
    both = mean([perfect, nothing])
    assert (both.accuracy, both.kept_f1, both.changes) == (0.5, 0.5, 40)


def test_deprecations_count_as_breaking_and_security_as_a_fix(rows: list[Row]) -> None:
    judged = [Judged(row, Category.SECURITY, True) for row in rows * 6 if row.category is Category.FIX]
    assert score(judged).accuracy == 1.0


def test_rouge_l_is_the_longest_common_subsequence_of_words() -> None:
    assert rouge_l("Keep the order", "keep THE order") == 1.0
    assert rouge_l("keep order", "keep the header order") == pytest.approx(2 * 2 / 6)
    assert rouge_l("", "anything") == 0.0
