"""Who is new, found by a walk that ends early: it finds whom the index of first commits finds."""

import random
from collections.abc import Set
from pathlib import Path

import pytest
from tests.sources.repos import Repo

from releaseray.cli.notes_cache import Cache
from releaseray.cli.notes_range import Asked
from releaseray.notes.history import Commit, Person
from releaseray.sources import git_earlier
from releaseray.sources.beside import Later
from releaseray.sources.git_earlier import by_walking, people_of
from releaseray.sources.git_local import LocalRepository
from releaseray.sources.git_local_range import history
from releaseray.sources.git_process import Git
from releaseray.sources.git_reading import from_index


def ended(repo: Repo, older: str, newer: str) -> Later[tuple[Commit, ...]]:
    """The commits of a range, read already."""
    local = LocalRepository.at(repo.path, repo.path.parent / f"scratch-{random.random()}")
    log: Later[tuple[Commit, ...]] = Later()
    tags = {tag.name: tag for tag in local.tags()}
    log.set_result(history(local, tags[older], tags[newer], lambda *_: frozenset(), past=False).commits)
    return log


@pytest.fixture
def team(tmp_path: Path) -> Repo:
    """Five people, one after another, each back for v2; in v3 somebody new."""
    repo = Repo(tmp_path / "team")
    for release in ("v1", "v2"):
        for number in range(5):
            repo.save("Change", by=f"Person{number}@acme.test")
        repo.tag(release)
    repo.save("Change", by="new@acme.test")
    repo.tag("v3")
    return repo


def git(repo: Repo) -> Git:
    return Git(repo.path / ".git")


def test_it_finds_whom_the_index_finds(team: Repo, tmp_path: Path) -> None:
    for older, newer in (("v1", "v2"), ("v2", "v3"), ("v1", "v3")):
        log = ended(team, older, newer)
        people = people_of(log.result())
        indexed = from_index(tmp_path / f"{older}.json", team.sha(older))(git(team), log)
        assert by_walking(team.sha(older))(git(team), log) & people == indexed & people


def test_the_walk_ends_when_everybody_was_met_and_is_kept_when_somebody_is_new(team: Repo, tmp_path: Path) -> None:
    kept = tmp_path / "cache" / "authors" / "v"
    by_walking(team.sha("v1"), kept)(git(team), ended(team, "v1", "v2"))
    assert not kept.exists()
    found = by_walking(team.sha("v2"), kept)(git(team), ended(team, "v2", "v3"))
    assert found == {f"person{number}@acme.test" for number in range(5)}
    assert [path.name for path in kept.parent.iterdir()] == ["v"]


def test_what_is_kept_is_not_looked_for_again(team: Repo, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    log = ended(team, "v2", "v3")
    found = by_walking(team.sha("v2"), tmp_path / "v2")(git(team), log)
    monkeypatch.setattr(git_earlier, "_COMMAND", ("no-such-command",))
    assert by_walking(team.sha("v2"), tmp_path / "v2")(git(team), log) == found


@pytest.mark.parametrize("damage", ["", "1700000000 a@b", "x y\nwhole", "1\nwhole", "\0\nwhole"])
def test_a_torn_file_is_made_anew(team: Repo, tmp_path: Path, damage: str) -> None:
    log = ended(team, "v2", "v3")
    place = tmp_path / "v2"
    found = by_walking(team.sha("v2"), place)(git(team), log)
    whole = place.read_text()
    place.write_text(damage)
    assert by_walking(team.sha("v2"), place)(git(team), log) == found
    assert place.read_text() == whole


def test_another_mailmap_is_another_past(team: Repo, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    # Whom the walk never meets, so that it goes to the end and is kept, however soon the range was read.
    team.save("Change", by="stranger@acme.test")
    team.git("tag", "-f", "v3")
    assert "new@acme.test" not in known_emails(team, tmp_path / "before")
    team.write({".mailmap": "<new@acme.test> <person1@acme.test>\n"}).save("Say who is who")
    assert "new@acme.test" in known_emails(team, tmp_path / "after")
    assert len(list((tmp_path / "cache").rglob("authors/*"))) == 2


def known_emails(team: Repo, scratch: Path) -> Set[str]:
    local = LocalRepository.at(team.path, scratch)
    tags = {tag.name: tag for tag in local.tags()}
    known = by_walking(tags["v2"].sha, Cache(True, local, Asked(tags["v2"], tags["v3"], None)).authors())
    return history(local, tags["v2"], tags["v3"], known, past=False).known_emails


def test_a_commit_younger_than_the_range_makes_nobody_known(tmp_path: Path) -> None:
    repo = Repo(tmp_path / "skewed")
    repo.save("From the future", by="early@acme.test", env={"GIT_COMMITTER_DATE": "1900000000 +0000"})
    repo.tag("v1")
    repo.save("Change", by="early@acme.test")
    repo.tag("v2")
    assert by_walking(repo.sha("v1"))(git(repo), ended(repo, "v1", "v2")) == frozenset()


def test_everybody_who_may_have_written_is_looked_for() -> None:
    def commit(email: str, subject: str, body: str) -> Commit:
        return Commit("1" * 40, (), Person("Ann", email), 0, subject, body, ())

    commits = [
        commit("Ann@Acme.test", "Add", "Co-authored-by: Bob <BOB@acme.test>\n> co-Authored-By: <eve@acme.test>"),
        commit("49699333+dependabot[bot]@users.noreply.github.com", "Bump <not@asked>", "Signed-off-by: <x@y>"),
    ]
    assert people_of(commits) == {"ann@acme.test", "bob@acme.test", "eve@acme.test"}
