"""Long ranges: read by two gits at once, or without their files, and the same commits in the same order."""

from pathlib import Path

import pytest
from tests.sources.repos import Repo, history

from releaseray.notes.history import FileChange
from releaseray.notes.link import link
from releaseray.sources import Compare, SourceError, git_walk
from releaseray.sources.git import GitSource

COMMITS = 11


@pytest.fixture
def long_repo(tmp_path: Path) -> Repo:
    """Eleven commits after `v1.0`, of which one is a merge of two, and each touches a file of a package."""
    made = Repo(tmp_path / "long")
    made.commit("Start", ui__a_txt="0")
    made.tag("v1.0")
    for number in range(4):
        made.commit(f"Step {number}", **{f"ui__step{number}_txt": "1"})
    made.git("checkout", "-q", "-b", "side")
    for number in range(2):
        made.commit(f"Aside {number}", **{f"ui__aside{number}_txt": "1"})
    made.git("checkout", "-q", "main")
    made.commit("Ahead", ui__ahead_txt="1")
    made.git("merge", "-q", "--no-ff", "-m", "Merge branch 'side'", "side")
    for number in range(4, 7):
        made.commit(f"Step {number}", **{f"ui__step{number}_txt": "1"})
    made.tag("v1.1")
    made.tag("ui/v1.1")
    return made


@pytest.mark.parametrize("length", [1, 2, 5, COMMITS - 1, COMMITS, COMMITS + 1])
async def test_a_long_range_is_the_same_however_it_is_read(
    long_repo: Repo, mirror: Path, monkeypatch: pytest.MonkeyPatch, length: int
) -> None:
    whole = (await history(GitSource(str(long_repo.path), mirror), long_repo, "v1.0", "v1.1")).commits
    monkeypatch.setattr(git_walk, "LONG", length)
    monkeypatch.setattr(git_walk, "BLOCK", 2)
    read = (await history(GitSource(str(long_repo.path), mirror), long_repo, "v1.0", "v1.1")).commits
    assert len(read) == COMMITS
    assert read == whole


@pytest.mark.parametrize("until", ["v1.1", "ui/v1.1"])
async def test_a_range_that_is_too_long_says_so(
    long_repo: Repo, mirror: Path, monkeypatch: pytest.MonkeyPatch, until: str
) -> None:
    monkeypatch.setattr(git_walk, "LONG", 3)
    monkeypatch.setattr(git_walk, "MAX_COMMITS", COMMITS - 1)
    with pytest.raises(SourceError, match="more than 10 commits"):
        await history(GitSource(str(long_repo.path), mirror), long_repo, "v1.0", until)


@pytest.mark.parametrize("until", ["v1.1", "ui/v1.1"])
async def test_without_files_the_same_commits_are_read(long_repo: Repo, mirror: Path, until: str) -> None:
    source = GitSource(str(long_repo.path), mirror)
    whole = await history(source, long_repo, "v1.0", until)
    start, end = long_repo.sha("v1.0"), long_repo.sha(until)
    read = await source.history(Compare(from_tag="v1.0", from_sha=start, to_tag=until, to_sha=end, files=False))
    assert [commit._replace(files=()) for commit in read.commits] == [
        commit._replace(files=()) for commit in whole.commits
    ]
    assert read.known_emails == whole.known_emails


async def test_what_a_pull_request_changed_is_told_by_its_merge(long_repo: Repo, mirror: Path) -> None:
    long_repo.git("checkout", "-q", "-b", "total")
    long_repo.commit("Sum up", ui__sum_txt="1")
    long_repo.commit("Round", ui__sum_txt="2")
    long_repo.git("checkout", "-q", "main")
    long_repo.git("merge", "-q", "--no-ff", "-m", "Merge pull request #7 from jane/total\n\nShow a total", "total")
    long_repo.tag("v1.2")
    found = await history(GitSource(str(long_repo.path), mirror), long_repo, "v1.1", "v1.2")
    assert {commit.subject: commit.files for commit in found.commits} == {
        "Merge pull request #7 from jane/total": (FileChange("A", "ui/sum.txt"),),
        "Sum up": (),
        "Round": (),
    }
    (change,) = link(found)
    assert (change.pr, change.files) == (7, (FileChange("A", "ui/sum.txt"),))
