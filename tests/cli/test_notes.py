"""`releaseray notes` on real repositories."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from releaseray.cli.notes import notes
from tests.repository import GitRepository


@pytest.fixture(autouse=True)
def _own_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))


@pytest.fixture
def acme(tmp_path: Path) -> GitRepository:
    return GitRepository.acme(tmp_path / "acme")


def run(repo: GitRepository, *arguments: str) -> Result:
    return CliRunner().invoke(notes, [*arguments, "--repo", str(repo.path)])


def test_without_a_range_it_is_the_newest_release(acme: GitRepository) -> None:
    result = run(acme)
    assert result.exit_code == 0
    assert "Speed up search by caching results (#15)" in result.output
    assert "OAuth2" not in result.output


def test_json_says_why_each_entry_stands_where_it_stands(acme: GitRepository) -> None:
    told = json.loads(run(acme, "v1.0.0..v1.1.0", "--format", "json").output)
    assert list(told) == ["bodyMd", "flags", "entries"]
    assert [list(entry) for entry in told["entries"]] == [["shas", "pr", "category", "kept", "text", "reason"]] * 3
    assert [(entry["pr"], entry["kept"]) for entry in told["entries"]] == [(14, False), (13, True), (12, True)]
    assert all(entry["reason"] for entry in told["entries"])


def test_unreleased_is_what_came_after_the_newest_release(acme: GitRepository) -> None:
    assert run(acme, "--unreleased").output == "No changes since v1.2.0.\n"
    acme.commit("feat: add themes (#16)", "src/themes.py")
    assert "Add themes (#16)" in run(acme, "--unreleased").output


def test_masked_files_are_not_seen(acme: GitRepository) -> None:
    acme.commit("chore: tidy (#17)", "uv.lock")
    acme.tag("v1.3.0")
    seen, hidden = (
        json.loads(run(acme, "v1.3.0", "--format", "json", *mask).output) for mask in ([], ["--mask", "*.lock"])
    )
    assert seen["entries"][0]["reason"] == "dependency update"
    assert hidden["entries"][0]["reason"] != "dependency update"


def test_a_changelog_is_brought_up_to_date_in_place(acme: GitRepository, tmp_path: Path) -> None:
    path = tmp_path / "CHANGELOG.md"
    assert run(acme, "v1.1.0", "--changelog", str(path)).output == ""
    first = path.read_text()
    assert "## [v1.1.0] - 2025-" in first
    run(acme, "v1.1.0", "--changelog", str(path))
    assert path.read_text() == first
    run(acme, "v1.2.0", "--changelog", str(path))
    assert path.read_text().index("v1.2.0") < path.read_text().index("v1.1.0")


@pytest.mark.parametrize("spec", ["v1.0.0..v9", "v1.2.0..v1.0.0", "nope"])
def test_a_wrong_range_is_refused_with_a_reason(acme: GitRepository, spec: str) -> None:
    result = run(acme, spec)
    assert result.exit_code == 1
    assert "v9" in str(result.exception) or "go back" in str(result.exception) or "no tag nope" in str(result.exception)


def test_either_side_may_be_whatever_git_takes_for_a_commit(acme: GitRepository) -> None:
    acme.git("branch", "topic", "v1.2.0")
    short = acme.git("rev-parse", "--short=8", "v1.1.0^{commit}")
    asked = run(acme, "v1.1.0..v1.2.0").output
    for spec in ("v1.1.0..topic", f"{short}..v1.2.0", "v1.2.0~1..topic"):
        assert run(acme, spec).output.splitlines()[1:] == asked.splitlines()[1:]


def test_a_repository_without_tags_is_told_whole(tmp_path: Path) -> None:
    repo = GitRepository(tmp_path / "young")
    repo.commit("feat: begin (#1)", "a.py")
    assert "Begin (#1)" in run(repo).output
