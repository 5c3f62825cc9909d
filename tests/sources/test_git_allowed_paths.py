"""Whatever a repository refers to, nothing outside the allowed paths is read."""

from collections.abc import Callable
from pathlib import Path

import pytest
from tests.sources.repos import Repo

from releaseray.sources import SourceError
from releaseray.sources.git import GitSource

Way = Callable[[Path, Repo], Path]


@pytest.fixture
def allowed(tmp_path: Path) -> Path:
    folder = tmp_path / "allowed"
    folder.mkdir()
    return folder


def by_link(allowed: Path, secret: Repo) -> Path:
    (allowed / "link").symlink_to(secret.path)
    return allowed / "link"


def by_dots(allowed: Path, secret: Repo) -> Path:
    return allowed / ".." / secret.path.name


def by_git_file(allowed: Path, secret: Repo) -> Path:
    (allowed / "app").mkdir()
    (allowed / "app/.git").write_text(f"gitdir: {secret.path}/.git\n")
    return allowed / "app"


def by_linked_git(allowed: Path, secret: Repo) -> Path:
    (allowed / "app").mkdir()
    (allowed / "app/.git").symlink_to(secret.path / ".git")
    return allowed / "app"


def by_common_dir(allowed: Path, secret: Repo) -> Path:
    folder = allowed / "app"
    folder.mkdir()
    (folder / "HEAD").write_text("ref: refs/heads/main\n")
    (folder / "commondir").write_text(f"{secret.path}/.git\n")
    return folder


def by_alternates(allowed: Path, secret: Repo) -> Path:
    repo = Repo(allowed / "app")
    (repo.path / ".git/objects/info/alternates").write_text(f"{secret.path}/.git/objects\n")
    return repo.path


def by_alternates_of_alternates(allowed: Path, secret: Repo) -> Path:
    between = Repo(allowed / "between")
    (between.path / ".git/objects/info/alternates").write_text(f"{secret.path}/.git/objects\n")
    repo = Repo(allowed / "app")
    (repo.path / ".git/objects/info/alternates").write_text("../../../between/.git/objects\n")
    return repo.path


def by_linked_objects(allowed: Path, secret: Repo) -> Path:
    repo = Repo(allowed / "app")
    (repo.path / ".git/objects/pack").rmdir()
    (repo.path / ".git/objects/pack").symlink_to(secret.path / ".git/objects/pack")
    return repo.path


def by_linked_refs(allowed: Path, secret: Repo) -> Path:
    repo = Repo(allowed / "app")
    (repo.path / ".git/packed-refs").symlink_to(secret.path / ".git/packed-refs")
    return repo.path


WAYS_OUT = [
    by_link, by_dots, by_git_file, by_linked_git, by_common_dir, by_alternates, by_alternates_of_alternates,
    by_linked_objects, by_linked_refs,
]  # fmt: skip


@pytest.mark.parametrize("way_out", WAYS_OUT)
async def test_no_way_leads_out_of_the_allowed_paths(way_out: Way, allowed: Path, secret: Repo, tmp_path: Path) -> None:
    secret.git("pack-refs", "--all")
    place = way_out(allowed, secret)
    with pytest.raises(SourceError, match="outside the paths"):
        await GitSource(str(place), tmp_path / "mirror", allowed_paths=[allowed]).tags()


@pytest.mark.parametrize("way_in", [by_git_file, by_common_dir, by_alternates, by_linked_objects])
async def test_the_same_ways_are_fine_inside_the_allowed_paths(
    way_in: Way, allowed: Path, secret: Repo, tmp_path: Path
) -> None:
    place = way_in(allowed, secret)
    assert await GitSource(str(place), tmp_path / "mirror", allowed_paths=[tmp_path]).describe()


async def test_a_repository_above_the_path_is_not_found(secret: Repo, tmp_path: Path) -> None:
    (secret.path / "src").mkdir()
    with pytest.raises(SourceError, match="not a Git repository"):
        await GitSource(str(secret.path / "src"), tmp_path / "mirror").tags()
