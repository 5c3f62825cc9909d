"""`releaseray notes` without click, and what it remembers: the same answers as the ordinary way, sooner."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from releaseray.cli.notes_answer import Request
from releaseray.cli.quick import plain
from releaseray.notes.engine import PERSONAS
from tests.cli.house import painted
from tests.repository import GitRepository
from tests.sources.served import serving


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> GitRepository:
    """A project with a past that teaches something, and somebody new."""
    return painted(tmp_path_factory.mktemp("house"), walls=20)


def run(home: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "XDG_CACHE_HOME": str(home)}
    command = [sys.executable, "-m", "releaseray", "notes", *arguments]
    return subprocess.run(command, env=environment, capture_output=True, text=True, check=False)


def test_it_says_what_the_ordinary_way_says(house: GitRepository, tmp_path: Path) -> None:
    for options in (["--persona", "customer"], ["--format", "json"], ["v1.0.0..v1.1.0", "--mask", "*.rs"], ["nope"]):
        quick = run(tmp_path / "cache", *options, "--repo", str(house.path))
        ordinary = run(tmp_path / "cache", *options, f"--repo={house.path}")
        assert quick.returncode == ordinary.returncode
        assert (quick.stdout, quick.stderr) == (ordinary.stdout, ordinary.stderr)
        assert bool(quick.stdout) is (quick.returncode == 0)


def test_a_persona_that_does_not_exist_is_all_that_is_told(house: GitRepository, tmp_path: Path) -> None:
    """The range is read while that is found out; that the reading was given up is nobody's trouble."""
    told = run(tmp_path / "cache", "--persona", "robot", "--repo", str(house.path))
    assert (told.returncode, told.stdout) == (2, "")
    assert told.stderr.splitlines()[0].startswith("Usage: ")
    assert "'robot' is not one of 'engineer', 'internal', 'customer'" in told.stderr


@pytest.mark.parametrize(
    "arguments",
    [
        ["--help"], ["-h"], ["v1", "v2"], ["--repo"], ["--repo", "--unreleased"], ["--persona"],
        ["--format", "xml"], ["--changelog", "x"], ["--repo=."], ["--nonsense"], ["--"],
    ],
)  # fmt: skip
def test_what_is_not_plain_goes_the_ordinary_way(arguments: list[str]) -> None:
    assert plain(arguments) is None


def test_plain_arguments_are_understood() -> None:
    assert plain(["v1..v2", "--mask", "a", "--repo", "x", "--mask", "b", "--no-cache", "--format", "json"]) == Request(
        spec="v1..v2", repo="x", form="json", mask=("a", "b"), cached=False
    )
    assert plain(["--unreleased"]) == Request(unreleased=True)
    assert Request().persona == PERSONAS[0]


def test_a_wrong_option_is_explained(house: GitRepository, tmp_path: Path) -> None:
    for arguments in ([], ["--repo", str(tmp_path)], ["nope", "--repo", str(house.path)]):
        refused = run(tmp_path, "--persona", "nobody", *arguments)
        assert refused.returncode == 2
        assert "'nobody' is not one of 'engineer'" in refused.stderr


def test_a_folder_is_named_from_where_one_is_and_none_is_the_one_there(
    house: GitRepository, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    there = run(tmp_path / "cache", "--repo", str(house.path)).stdout
    monkeypatch.chdir(house.path)
    assert run(tmp_path / "cache").stdout == there
    monkeypatch.chdir(house.path.parent)
    assert run(tmp_path / "cache", "--repo", "house").stdout == there
    assert "'nowhere' is neither" in run(tmp_path / "cache", "--repo", "nowhere").stderr


def test_nothing_is_left_behind_whether_it_ends_well_or_not(house: GitRepository, tmp_path: Path) -> None:
    (tmp_path / "scratch").mkdir()
    environment = {**os.environ, "TMPDIR": str(tmp_path / "scratch"), "XDG_CACHE_HOME": str(tmp_path / "cache")}
    for arguments in ([], ["v1.1.0..v1.0.0"], ["--persona", "nobody"], ["nonsense"]):
        command = [sys.executable, "-m", "releaseray", "notes", *arguments, "--repo", str(house.path)]
        subprocess.run(command, env=environment, capture_output=True, check=False)
        assert list((tmp_path / "scratch").iterdir()) == []


def test_a_repository_at_a_url_is_fetched(house: GitRepository, tmp_path: Path) -> None:
    with serving(house.path.parent) as server:
        fetched = run(tmp_path / "cache", "--repo", server.url("house/.git"))
    assert (fetched.returncode, fetched.stderr) == (0, "")
    assert fetched.stdout == run(tmp_path / "cache", "--repo", str(house.path)).stdout
