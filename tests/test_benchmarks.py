"""The benchmark's own parts: the made-up repository, ranges cut out of it, both kinds of load, the table."""

import subprocess
from pathlib import Path

import pytest
from benchmarks import load, repository
from benchmarks.repository import Repository
from benchmarks.table import Row, render, spread

from tests.conftest import Server


@pytest.fixture
def made_up(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Repository:
    monkeypatch.setattr(repository, "_COMMITS", 60)
    return Repository.of(None, tmp_path, tmp_path / "kept")


def test_the_made_up_repository_is_sound_and_made_once(made_up: Repository, tmp_path: Path) -> None:
    kept = tmp_path / "kept" / "synthetic.git"
    subprocess.run(["git", "-C", str(kept), "fsck", "--strict"], check=True, capture_output=True)
    before = kept.stat().st_ino

    assert repository.synthetic(kept).stat().st_ino == before


def test_a_range_has_as_many_commits_as_asked_or_the_few_more_that_a_merge_brings(made_up: Repository) -> None:
    found = made_up.range(30)

    counted = subprocess.check_output(
        ["git", "-C", str(made_up.path), "rev-list", "--count", f"{found.from_tag}..{found.to_tag}"], text=True
    )
    assert found.commits == int(counted)
    assert 30 <= found.commits <= 31


def test_a_repository_that_is_too_short_is_told_so(made_up: Repository) -> None:
    with pytest.raises(ValueError, match="only 59 commits"):
        made_up.range(1_000)


async def test_the_load_without_wrk_counts_what_was_answered(server: Server) -> None:
    made = await load._python(f"{server.url}/healthz", "", 0.3)

    assert made.requests > 0
    assert made.per_second == pytest.approx(made.requests / made.seconds)


async def test_a_load_that_is_refused_counts_for_nothing(server: Server) -> None:
    with pytest.raises(RuntimeError, match="404"):
        await load._python(f"{server.url}/nothing", "", 1.0)


def test_the_table_reads_as_plain_text() -> None:
    table = render([Row("ratio", spread([0.9, 0.8, 1.0]), "≥ 0.60", True), Row("memory", "9 MB")])

    assert table.splitlines() == [
        "| What   | Median (least–most) | Target | Holds |",
        "|--------|---------------------|--------|-------|",
        "| ratio  | 0.90 (0.80–1.00)    | ≥ 0.60 | yes   |",
        "| memory | 9 MB                |        |       |",
    ]
