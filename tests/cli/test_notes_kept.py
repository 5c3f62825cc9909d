"""What `releaseray notes` keeps of a range: a second run says what the first said, and only where that is still so."""

import json
import os
import shutil
import sys
from pathlib import Path

import pytest

from releaseray.cli.notes_answer import Request, question
from releaseray.cli.notes_cache import LARGEST, MOST_KEPT, Kept
from tests.cli.house import House, ended, painted
from tests.repository import GitRepository

FULL = 1_200
"""Bytes that a file may have on a disk that is nearly full: ours that git needs have less, what is kept has more."""


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> GitRepository:
    """A project with a past that teaches something, and somebody new."""
    repo = painted(tmp_path_factory.mktemp("built"), walls=12)
    repo.git("remote", "add", "origin", "https://github.com/acme/house.git")
    return repo


@pytest.fixture
def house(tmp_path: Path, built: GitRepository) -> House:
    return House(tmp_path, built)


RANGE = "v1.0.0..v1.1.0"


def test_the_second_run_reads_nothing_and_says_the_same(house: House) -> None:
    for arguments in (
        [RANGE],
        [RANGE, "--format", "json"],
        [RANGE, "--persona", "customer"],
        [RANGE, "--mask", "*.md"],
    ):
        first = house.told(*arguments)
        assert house.read
        assert house.told(*arguments) == first
        assert not house.read
        assert house.told(*arguments, "--no-cache") == first
        assert house.read
    assert "Paint wall 21" in house.told(RANGE)
    assert "Route pipe 21" not in house.told(RANGE)


def test_all_that_is_kept_is_the_users_own(house: House) -> None:
    house.told(RANGE, "--no-cache")
    assert not house.cache.exists()
    house.told(RANGE)
    for kind in ("authors", "drafts", "lessons"):
        assert len(house.kept(kind)) == 1
        assert (house.cache / "releaseray" / kind).stat().st_mode & 0o777 == 0o700


def test_however_a_range_is_named_it_is_what_it_means(house: House) -> None:
    first = house.told(RANGE)
    assert house.told("v1.1.0") == first == house.told()
    house.told()
    assert "log " not in house.asked.read_text()
    house.repo.commit("Add a balcony (#255)", "balcony/floor.rs")
    house.git("branch", "topic")
    for arguments in (["--unreleased"], ["v1.1.0..HEAD"], ["v1.1.0..topic"]):
        house.told(*arguments)
        assert "Add a balcony" in house.told(*arguments)
        assert not house.read
    house.repo.commit("Add a chimney (#256)", "roof/chimney.rs")
    house.git("branch", "-f", "topic")
    for arguments in (["--unreleased"], ["v1.1.0..HEAD"], ["v1.1.0..topic"]):
        assert "Add a chimney" in house.told(*arguments)


def test_a_changelog_is_made_of_what_is_kept(house: House, tmp_path: Path) -> None:
    asked = (RANGE, "--changelog", str(tmp_path / "CHANGES.md"))
    house.told(*asked, "--no-cache")
    first = (tmp_path / "CHANGES.md").read_text()
    assert "Paint wall 21" in first
    for reads in (True, False):
        (tmp_path / "CHANGES.md").unlink()
        assert house.told(*asked) == ""
        assert (tmp_path / "CHANGES.md").read_text() == first
        assert house.read is reads


def test_a_tag_that_moved_is_another_range(house: House) -> None:
    house.told(RANGE)
    house.repo.commit("Add a balcony (#255)", "balcony/floor.rs")
    house.git("tag", "-f", "v1.1.0")
    assert "Add a balcony" in house.told(RANGE)
    house.git("tag", "-f", "v1.0.0", "v1.1.0~1")
    assert "Paint wall 21" not in house.told(RANGE)


def test_one_commit_under_two_names_is_two_releases(house: House) -> None:
    house.git("tag", "v2.0.0", "v1.1.0")
    house.told(RANGE)
    house.told("v1.0.0..v2.0.0")
    assert house.read


def test_a_range_that_ends_before_it_begins_is_refused_though_its_draft_is_kept(house: House) -> None:
    """Which release is before another may be one that it does not go back to; who names both must be right."""
    house.git("checkout", "-q", "-b", "side", "v1.0.0")
    house.repo.commit("Paint a door (#300)", "doors/colour.rs")
    house.repo.tag("v1.2.0")
    house.told("v1.2.0")
    refused = house.begin("v1.1.0..v1.2.0")
    assert "does not go back to v1.1.0" in refused.communicate()[1]
    assert refused.returncode == 1


def test_another_mailmap_tells_other_people(house: House) -> None:
    assert "New Hand" in house.told(RANGE)
    (house.repo.path / ".mailmap").write_text("Old Hand <new@example.org>\n")
    house.repo.commit("Say who is who")
    assert "Old Hand" in house.told(RANGE)
    assert house.read


def test_another_remote_is_another_repository(house: House) -> None:
    house.told(RANGE)
    house.git("remote", "set-url", "origin", "https://gitlab.com/acme/villa.git")
    house.told(RANGE)
    assert house.read


def test_other_masks_are_another_draft(house: House) -> None:
    house.told(RANGE, "--mask", "*.rs")
    house.told(RANGE, "--mask", "*.md")
    assert house.read
    house.told(RANGE)
    assert house.read
    house.told(RANGE, "--mask", "*.rs", "--mask", "*.md")
    assert house.read


def test_a_clone_that_gets_its_past_tells_it(house: House, tmp_path: Path) -> None:
    whole = house.repo.path
    house.git("clone", "-q", "--depth", "2", "--branch", "v1.1.0", f"file://{whole}", str(tmp_path / "shallow"))
    house.repo.path = tmp_path / "shallow"
    house.git("remote", "set-url", "origin", "https://github.com/acme/house.git")
    shallow = house.told("v1.1.0", "--format", "json")
    house.told("v1.1.0", "--format", "json")
    assert not house.read
    house.git("fetch", "-q", "--unshallow", f"file://{whole}", "v1.1.0")
    deep = house.told("v1.1.0", "--format", "json")
    assert len(json.loads(shallow)["entries"]) == 2
    assert len(json.loads(deep)["entries"]) > 2


@pytest.mark.parametrize("packed", [False, True], ids=["loose", "packed"])
def test_a_commit_that_is_replaced_is_told_as_it_is_now(house: House, packed: bool) -> None:
    assert "Paint wall 21" in house.told(RANGE)
    commit = house.git("cat-file", "commit", "v1.1.0~2").replace("Paint wall 21", "Paint the ceiling")
    (house.repo.path / "commit").write_text(commit + "\n")
    house.git("replace", house.git("rev-parse", "v1.1.0~2"), house.git("hash-object", "-t", "commit", "-w", "commit"))
    if packed:
        house.git("pack-refs", "--all", "--prune")
        (house.repo.path / ".git/refs/replace").rmdir()
    assert "Paint the ceiling" in house.told(RANGE)
    house.told(RANGE)
    assert not house.read


def test_a_graft_gives_other_parents(house: House) -> None:
    assert "Route pipe 21" in house.told(RANGE, "--format", "json")
    shas = house.git("rev-parse", "v1.1.0^{commit}", "v1.0.0^{commit}").split()
    (house.repo.path / ".git/info").mkdir(exist_ok=True)
    (house.repo.path / ".git/info/grafts").write_text(" ".join(shas) + "\n")
    assert "Route pipe 21" not in house.told(RANGE, "--format", "json")


def test_a_partial_clone_may_have_more_to_read_later(house: House, tmp_path: Path) -> None:
    whole = house.repo.path
    house.git("config", "uploadpack.allowFilter", "true")
    house.git("clone", "-q", "--bare", "--filter=blob:none", f"file://{whole}", str(tmp_path / "partial"))
    house.repo.path = tmp_path / "partial"
    house.told(RANGE)
    house.told(RANGE)
    assert not house.read
    house.git("cat-file", "-p", "v1.0.0:CHANGELOG.md")
    house.told(RANGE)
    assert house.read
    assert len(house.kept("lessons")) == 2


def test_tags_of_other_packages_make_one_of_the_range(house: House) -> None:
    house.git("tag", "house-1.0.0", "v1.0.0")
    house.git("tag", "house-1.1.0", "v1.1.0")
    house.told("house-1.0.0..house-1.1.0")
    house.git("tag", "garden-1.0.0", "v1.0.0")
    house.told("house-1.0.0..house-1.1.0")
    assert house.read


def test_another_program_draws_its_own(house: House, tmp_path: Path) -> None:
    here = Path(sys.modules["releaseray"].__file__ or "").parent
    shutil.copytree(here, tmp_path / "other" / "releaseray", ignore=shutil.ignore_patterns("__pycache__"))
    for part in ("notes/personas/engineer.py", "sources/git_log.py", "cli/notes_draft.py", "notes/model.json"):
        house.told(RANGE, PYTHONPATH=str(tmp_path / "other"))
        house.told(RANGE, PYTHONPATH=str(tmp_path / "other"))
        assert not house.read
        with (tmp_path / "other" / "releaseray" / part).open("a") as file:
            file.write("\n")
        house.told(RANGE, PYTHONPATH=str(tmp_path / "other"))
        assert house.read, part


@pytest.mark.parametrize("damage", [b"", b"{", b"x" * 5_000], ids=["emptied", "short", "overwritten"])
def test_what_is_damaged_is_made_anew(house: House, damage: bytes) -> None:
    first = house.told(RANGE)
    for kind in ("authors", "drafts", "lessons"):
        house.kept(kind)[0].write_bytes(damage)
    assert house.told(RANGE) == first
    assert house.read
    assert house.told(RANGE) == first
    assert not house.read


def test_what_is_not_whole_or_is_another_draft_is_not_printed(house: House) -> None:
    first = house.told(RANGE)
    other = house.told(RANGE, "--persona", "customer")
    one, two = house.kept("drafts")
    whole = one.read_bytes()
    for broken in (whole[:-1], whole[: len(whole) // 2], whole[:-9] + b"0" + whole[-8:], two.read_bytes()):
        one.write_bytes(broken)
        assert house.told(RANGE) == first
        assert house.told(RANGE, "--persona", "customer") == other
        assert one.read_bytes() == whole


def test_two_runs_at_once_say_the_same_and_keep_one(house: House) -> None:
    commands = [house.begin(RANGE) for _ in range(2)]
    first, second = map(ended, commands)
    assert first == second == house.told(RANGE)
    assert not house.read
    assert [len(house.kept(kind)) for kind in ("authors", "drafts", "lessons")] == [1, 1, 1]


def test_a_full_disk_costs_nothing_but_time(house: House) -> None:
    first = house.told("v1.0.0", "--format", "json", "--no-cache")
    for _ in range(2):
        assert house.told("v1.0.0", "--format", "json", most=FULL) == first
        assert house.read
    assert house.kept("drafts") == []


@pytest.mark.parametrize("home", ["a file", "missing"])
def test_without_a_place_to_keep_it_there_is_a_draft_all_the_same(house: House, tmp_path: Path, home: str) -> None:
    (tmp_path / "a file").write_text("")
    where = str(tmp_path / "a file" if home == "a file" else "/proc/nowhere")
    assert "Paint wall 21" in house.told(RANGE, XDG_CACHE_HOME=where)
    assert "Paint wall 21" in house.told(RANGE, XDG_CACHE_HOME="", HOME=where)


def test_what_changes_while_it_is_read_is_not_kept(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(house.cache))
    with question(Request(RANGE, str(house.repo.path))) as put:
        assert put.kept()
        put.cache.confirm()
        assert put.kept()
        (house.repo.path / ".mailmap").write_text("Old Hand <new@example.org>\n")
        house.repo.commit("Say who is who")
        put.cache.confirm()
        assert not put.kept()
        assert not put.cache.lessons()
        assert not put.cache.authors()


def test_the_newest_are_kept_and_nothing_that_is_very_large(house: House) -> None:
    folder = house.cache / "releaseray" / "drafts"
    folder.mkdir(parents=True)
    for number in range(MOST_KEPT + 3):
        (folder / f"{number:03}").write_text("")
        os.utime(folder / f"{number:03}", (number, number))
    house.told(RANGE)
    assert len(house.kept("drafts")) == MOST_KEPT
    assert house.kept("drafts")[0].name == "004"
    place = Kept(folder / "large", "a")
    place.keep(os.urandom(LARGEST).hex())
    assert place.load() is None
    place.keep("b\r\n\udce9")
    assert place.load() == "b\r\n\udce9"
    assert Kept(folder / "large", "b").load() is None
