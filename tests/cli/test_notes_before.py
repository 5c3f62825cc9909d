"""Which release `releaseray notes` takes for the one before, where releases are tagged on branches of their own."""

from pathlib import Path

import pytest
from click.testing import CliRunner

from releaseray.cli.notes import notes
from tests.repository import GitRepository


@pytest.fixture(autouse=True)
def _own_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))


@pytest.fixture
def repo(tmp_path: Path) -> GitRepository:
    """A first release."""
    made = GitRepository(tmp_path / "repo")
    made.commit("Initial import", "app.py")
    made.tag("v1.0.0")
    return made


def told(repo: GitRepository) -> str:
    result = CliRunner().invoke(notes, ["--repo", str(repo.path)])
    assert result.exit_code == 0, result.output
    return result.output


def merged_after_tagging(repo: GitRepository) -> None:
    """v1.1.0 is the merge of its branch; v1.1.1 is tagged on the branch, which never has that merge in it."""
    repo.git("checkout", "-q", "-b", "rc")
    repo.commit("Add dark mode (#20)", "src/dark.py")
    repo.git("checkout", "-q", "main")
    repo.git("merge", "-q", "--no-ff", "-m", "Merge branch 'rc'", "rc")
    repo.tag("v1.1.0")
    repo.git("checkout", "-q", "rc")
    repo.commit("Fix crash of the menu (#21)", "src/menu.py")
    repo.tag("v1.1.1")


def test_a_release_whose_tag_is_the_merge_of_the_branch_that_goes_on(repo: GitRepository) -> None:
    merged_after_tagging(repo)
    notes_of = told(repo)
    assert "#21" in notes_of
    assert "#20" not in notes_of


def test_a_release_that_got_its_number_in_a_commit_beside_the_line(repo: GitRepository) -> None:
    """Every release is tagged on a commit of its own; the first one alone is on the line itself."""
    for number, what in ((1, "Add dark mode (#20)"), (2, "Fix crash of the menu (#21)")):
        repo.commit(what, f"src/{number}.py")
        repo.git("checkout", "-q", "--detach")
        repo.commit(f"Release 1.{number}.0", "version.txt")
        repo.tag(f"v1.{number}.0")
        repo.git("checkout", "-q", "main")
    notes_of = told(repo)
    assert "#21" in notes_of
    assert "#20" not in notes_of


def test_a_backport_that_left_the_line_at_the_release_before_is_passed_over(repo: GitRepository) -> None:
    repo.git("checkout", "-q", "-b", "1.0.x")
    repo.commit("Fix crash of the menu (#21)", "src/menu.py")
    repo.tag("v1.0.1")
    repo.git("checkout", "-q", "main")
    repo.commit("Add dark mode (#20)", "src/dark.py")
    repo.git("cherry-pick", "v1.0.1")
    repo.tag("v1.1.0")
    result = CliRunner().invoke(notes, ["--repo", str(repo.path), "--changelog", str(repo.path / "NEWS.md")])
    assert result.exit_code == 0
    assert "v1.0.1" not in (repo.path / "NEWS.md").read_text()
    assert {"#20", "#21"} <= set((repo.path / "NEWS.md").read_text().replace("(", " ").replace(")", " ").split())


def test_a_lower_version_that_has_all_of_a_higher_one_is_not_before_it(repo: GitRepository) -> None:
    repo.commit("Add dark mode (#20)", "src/dark.py")
    repo.tag("v1.2.0")
    repo.commit("Fix crash of the menu (#21)", "src/menu.py")
    repo.tag("v1.1.0")
    assert "#20" in told(repo)
