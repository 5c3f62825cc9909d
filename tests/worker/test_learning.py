"""What a project's past teaches is learned once, kept beside the mirror, and the same whoever learned it."""

import asyncio
from pathlib import Path

import pytest

from releaseray.notes import lessons
from releaseray.notes.engine import context_of, prepare
from releaseray.notes.history import History, Tag
from releaseray.notes.model_own import Lessons
from releaseray.services import learning
from releaseray.sources.git import GitSource
from tests.repository import GitRepository


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> GitRepository:
    """A project that lists what it paints and never what it plumbs."""
    repo = GitRepository(tmp_path_factory.mktemp("house") / "house")
    notes = [f"- Paint wall {number} (#{2 * number})" for number in range(1, 21)]
    (repo.path / "CHANGELOG.md").write_text(
        "# Changelog\n\n## 1.0.0\n\n### Features\n\n" + "\n".join(notes) + "\n" + "<!-- long enough -->\n" * 20
    )
    for number in range(1, 21):
        repo.commit(f"Paint wall {number} (#{2 * number})", "walls/colour.rs")
        repo.commit(f"Route pipe {number} (#{2 * number + 1})", "plumbing/pipe.rs")
    repo.tag("v1.0.0")
    repo.commit("Paint wall 21 (#52)", "walls/colour.rs")
    repo.commit("Route pipe 21 (#53)", "plumbing/pipe.rs")
    repo.tag("v1.1.0")
    return repo


async def read(repo: GitRepository, mirror: Path) -> tuple[History, Lessons]:
    tags = {name: Tag(name, repo.git("rev-parse", f"{name}^{{commit}}"), 0) for name in ("v1.0.0", "v1.1.0")}
    return await learning.read(GitSource(str(repo.path), mirror), mirror, tags["v1.0.0"], tags["v1.1.0"])


def kept(mirror: Path) -> list[Path]:
    return sorted((mirror / "lessons").iterdir())


async def test_the_past_decides_what_is_listed(house: GitRepository, tmp_path: Path) -> None:
    history, learned = await read(house, tmp_path)
    listed = {item.note: item.matters for item in prepare(history, context_of(learned)).items}
    assert listed == {"Paint wall 21": True, "Route pipe 21": False}


async def test_lessons_are_learned_once_and_the_past_is_read_no_more(house: GitRepository, tmp_path: Path) -> None:
    first, learned = await read(house, tmp_path)
    again, remembered = await read(house, tmp_path)
    assert (len(first.past), len(again.past)) == (40, 0)
    assert remembered == learned
    assert prepare(first).items[0].keep == prepare(again, context_of(remembered)).items[0].keep


async def test_what_is_weighed_while_it_is_read_comes_out_the_same(house: GitRepository, tmp_path: Path) -> None:
    history, _ = await read(house, tmp_path / "other")
    tags = {name: Tag(name, house.git("rev-parse", f"{name}^{{commit}}"), 0) for name in ("v1.0.0", "v1.1.0")}
    source = GitSource(str(house.path), tmp_path)
    first = await learning.prepared(source, tmp_path, tags["v1.0.0"], tags["v1.1.0"])
    again = await learning.prepared(source, tmp_path, tags["v1.0.0"], tags["v1.1.0"])
    expected = [(item.note, item.keep, item.reason) for item in prepare(history).items]
    for made in (first, again):
        assert [(item.note, item.keep, item.reason) for item in made.items] == expected


@pytest.mark.parametrize("damage", ["", "{", "[]", "\0" * 900, '{"rows":{"bias":[1]},"cut":0,"notes":1,"changes":1}'])
async def test_a_torn_file_is_learned_anew(house: GitRepository, tmp_path: Path, damage: str) -> None:
    _, learned = await read(house, tmp_path)
    [place] = kept(tmp_path)
    place.write_text(damage)
    assert (await read(house, tmp_path))[1] == learned
    assert lessons.parsed(place.read_text()) == learned


async def test_two_that_learn_at_once_agree(house: GitRepository, tmp_path: Path) -> None:
    (_, one), (_, other) = await asyncio.gather(read(house, tmp_path), read(house, tmp_path))
    assert one == other
    assert len(kept(tmp_path)) == 1


async def test_a_folder_that_cannot_be_written_costs_no_draft(house: GitRepository, tmp_path: Path) -> None:
    (tmp_path / "lessons").write_text("in the way")
    history, learned = await read(house, tmp_path)
    assert learned.notes == 20
    assert len(history.commits) == 2


async def test_only_the_newest_are_kept(house: GitRepository, tmp_path: Path) -> None:
    (tmp_path / "lessons").mkdir()
    for number in range(learning.MOST_KEPT + 3):
        (tmp_path / "lessons" / f"old-{number}.json").write_text("{}")
    await read(house, tmp_path)
    assert len(kept(tmp_path)) == learning.MOST_KEPT
    assert not all(path.name.startswith("old-") for path in kept(tmp_path))
