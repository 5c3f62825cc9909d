"""Every kind of clone that git reads, read."""

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from tests.sources.repos import START, Repo, history, there

from releaseray.notes.history import FileChange, Person, Tag
from releaseray.sources import Compare, SourceError
from releaseray.sources.git import GitSource


@pytest.fixture
def repo(tmp_path: Path) -> Repo:
    made = Repo(tmp_path / "app")
    made.git("remote", "add", "origin", "git@github.com:acme/myapp.git")
    made.commit("Start", a_txt="1")
    made.tag("v1.0")
    made.commit("Add b\n\nIt was missing.\n", b_txt="1", a_txt="2")
    made.write({"a.txt": None}).save("Drop a", "john@acme.test")
    made.tag("v1.1")
    return made


@pytest.fixture
def mirror(tmp_path: Path) -> Path:
    return tmp_path / "data" / "mirror"


def work_tree(repo: Repo) -> str:
    return str(repo.path)


def dot_git(repo: Repo) -> str:
    return str(repo.path / ".git")


def file_url(repo: Repo) -> str:
    return f"file://{repo.path}"


def bare(repo: Repo) -> str:
    repo.git("clone", "-q", "--bare", ".", "../app.git")
    repo.git("--git-dir=../app.git", "remote", "set-url", "origin", "https://github.com/acme/myapp")
    return str(repo.path.parent / "app.git")


def linked_worktree(repo: Repo) -> str:
    repo.git("worktree", "add", "-q", "-b", "other", "../linked")
    return str(repo.path.parent / "linked")


def borrowing_clone(repo: Repo) -> str:
    repo.git("clone", "-q", "--shared", ".", "../borrowing")
    repo.git("-C", "../borrowing", "remote", "set-url", "origin", "https://github.com/acme/myapp/")
    return str(repo.path.parent / "borrowing")


def separate_git_dir(repo: Repo) -> str:
    repo.git("clone", "-q", "--separate-git-dir", "../elsewhere", ".", "../separate")
    repo.git("-C", "../separate", "remote", "set-url", "origin", "ssh://git@github.com:22/acme/myapp.git")
    return str(repo.path.parent / "separate")


def symbolic_link(repo: Repo) -> str:
    (repo.path.parent / "link").symlink_to(repo.path)
    return str(repo.path.parent / "link")


def packed(repo: Repo) -> str:
    repo.git("gc", "-q")
    return str(repo.path)


FORMS = [
    work_tree, dot_git, file_url, bare, linked_worktree, borrowing_clone, separate_git_dir, symbolic_link, packed,
]  # fmt: skip


@pytest.mark.parametrize("form", FORMS)
async def test_any_form_of_clone_is_read(repo: Repo, mirror: Path, form: Callable[[Repo], str]) -> None:
    source = GitSource(form(repo), mirror)
    about = await source.describe()
    assert (about.full_name, about.web_url) == ("acme/myapp", "https://github.com/acme/myapp")
    assert about.default_branch == ("other" if form is linked_worktree else "main")
    assert await source.tags() == [
        Tag("v1.1", repo.sha("v1.1"), START + 182),
        Tag("v1.0", repo.sha("v1.0"), START + 61),
    ]
    assert await source.head() == repo.sha("HEAD")
    assert await source.root(repo.sha("HEAD")) == repo.sha("v1.0")
    assert await source.is_ancestor(repo.sha("v1.0"), repo.sha("v1.1"))
    assert not await source.is_ancestor(repo.sha("v1.1"), repo.sha("v1.0"))
    assert await source.ahead(repo.sha("v1.1"), repo.sha("v1.0")) == 0
    assert await source.ahead(repo.sha("v1.0"), repo.sha("v1.1")) == int(repo.git("rev-list", "--count", "v1.0..v1.1"))
    found = await history(source, repo, "v1.0", "v1.1")
    assert [commit.subject for commit in found.commits] == ["Drop a", "Add b"]


async def test_a_commit_has_all_that_git_records(repo: Repo, mirror: Path) -> None:
    found = await history(GitSource(str(repo.path), mirror), repo, "v1.0", "v1.1")
    drop, add = found.commits
    assert drop.author == Person("John", "john@acme.test")
    assert drop.files == (FileChange("D", "a.txt"),)
    assert add.sha == repo.sha("v1.1^")
    assert add.parents == (repo.sha("v1.0"),)
    assert add.date == START + 121
    assert add.body == "It was missing."
    assert add.files == (FileChange("M", "a.txt"), FileChange("A", "b.txt"))
    assert (found.from_tag, found.to_tag, found.full_name) == ("v1.0", "v1.1", "acme/myapp")


async def test_without_a_start_the_range_begins_with_the_first_commit(repo: Repo, mirror: Path) -> None:
    found = await history(GitSource(str(repo.path), mirror), repo, None, "v1.1")
    assert [commit.subject for commit in found.commits] == ["Drop a", "Add b", "Start"]
    assert found.known_emails == frozenset()


async def test_a_clone_without_configuration_or_with_a_broken_one(repo: Repo, mirror: Path) -> None:
    source = GitSource(str(repo.path), mirror)
    await source.tags()
    (repo.path / ".git/config").unlink()
    assert (await source.describe()).full_name == "local/app"
    (repo.path / ".git/config").write_text("[core\n")
    with pytest.raises(SourceError, match="configuration file cannot be read"):
        await source.tags()


async def test_a_sha256_repository_is_read(tmp_path: Path, mirror: Path) -> None:
    repo = Repo(tmp_path / "new", "--object-format=sha256")
    repo.commit("Start", a_txt="1", CHANGELOG_md="# 0.9\n" + "- something\n" * 50)
    repo.tag("v1")
    repo.commit("Next", a_txt="2")
    repo.tag("v2")
    source = GitSource(str(repo.path), mirror)
    assert [len(tag.sha) for tag in await source.tags()] == [64, 64]
    found = await history(source, repo, "v1", "v2")
    assert [commit.subject for commit in found.commits] == ["Next"]
    assert found.changelog.startswith("# 0.9")


async def test_tags_of_all_kinds_lead_to_commits_or_are_left_out(repo: Repo, mirror: Path) -> None:
    commit = repo.sha("v1.0")
    repo.tag("light", commit, annotated=False)
    repo.git("tag", "-a", "-m", "of a tag", "nested", "v1.0")
    repo.git("tag", "-a", "-m", "of a tag of a tag", "twice", "nested")
    repo.git("tag", "blob", repo.git("hash-object", "-w", "b.txt"))
    repo.git("tag", "-a", "-m", "a tree", "tree", "HEAD^{tree}")
    missing = repo.path / ".git/refs/tags/missing"
    missing.write_text("1" * 40 + "\n")
    (repo.path / ".git/refs/tags/garbage").write_text("no sha\n")
    tags = {tag.name: tag for tag in await GitSource(str(repo.path), mirror).tags()}
    assert set(tags) == {"v1.0", "v1.1", "light", "nested", "twice"}
    assert {tags[name].sha for name in ("v1.0", "light", "nested", "twice")} == {commit}
    assert {tag.name for tag in await GitSource(str(repo.path), mirror).tags_reached(commit)} == set(tags) - {"v1.1"}
    assert tags["light"].date == START + 60
    assert tags["twice"].date > tags["light"].date


async def test_new_tags_and_another_branch_are_seen_at_once(repo: Repo, mirror: Path) -> None:
    source = GitSource(str(repo.path), mirror)
    await source.tags()
    repo.git("switch", "-q", "-c", "next")
    repo.commit("More")
    repo.tag("v2.0")
    repo.git("tag", "-d", "v1.0")
    repo.git("pack-refs", "--all")
    assert [tag.name for tag in await source.tags()] == ["v2.0", "v1.1"]
    assert (await source.describe()).default_branch == "next"
    assert await source.head() == repo.sha("v2.0")


async def test_a_repository_without_commits_says_so(tmp_path: Path, mirror: Path) -> None:
    source = GitSource(str(Repo(tmp_path / "empty").path), mirror)
    assert await source.tags() == []
    assert (await source.describe()).full_name == "local/empty"
    await source.refresh()
    with pytest.raises(SourceError, match="no commits"):
        await source.head()


async def test_a_detached_head_is_the_head(repo: Repo, mirror: Path) -> None:
    repo.git("checkout", "-q", "--detach", "v1.0")
    source = GitSource(str(repo.path), mirror)
    assert await source.head() == repo.sha("v1.0")
    assert (await source.describe()).default_branch == "main"


async def test_merges_are_told_by_what_they_bring_to_their_first_parent(repo: Repo, mirror: Path) -> None:
    for branch in ("x", "y", "z"):
        repo.git("switch", "-q", "-c", branch, "v1.1")
        repo.write({f"{branch}.txt": "1"}).save(f"On {branch}")
    repo.git("switch", "-q", "main")
    repo.git("merge", "-q", "--no-ff", "-m", "Merge pull request #5 from acme/x", "x", "y", "z")
    found = await history(GitSource(str(repo.path), mirror), repo, "v1.1", "main")
    merge = found.commits[0]
    assert len(merge.parents) == 4
    assert merge.files == (FileChange("A", "x.txt"), FileChange("A", "y.txt"), FileChange("A", "z.txt"))
    assert {commit.subject for commit in found.commits[1:]} == {"On x", "On y", "On z"}


async def test_a_shallow_clone_is_read_as_far_as_it_goes(repo: Repo, mirror: Path, tmp_path: Path) -> None:
    repo.git("clone", "-q", "--depth=2", f"file://{repo.path}", str(tmp_path / "shallow"))
    source = GitSource(str(tmp_path / "shallow"), mirror)
    found = await history(source, repo, None, "v1.1")
    assert [commit.subject for commit in found.commits] == ["Drop a", "Add b"]
    assert await source.root(repo.sha("v1.1")) == repo.sha("v1.1^")


async def test_grafts_and_replaced_commits_are_seen_as_the_clone_sees_them(repo: Repo, mirror: Path) -> None:
    source = GitSource(str(repo.path), mirror)
    await source.refresh()
    tree = repo.git("rev-parse", "v1.1^^{tree}")
    new = repo.git("commit-tree", tree, "-p", repo.sha("v1.0"), stdin=b"Add b, told better\n")
    repo.git("replace", repo.sha("v1.1^"), new)
    found = await history(source, repo, "v1.0", "v1.1")
    assert [commit.subject for commit in found.commits] == ["Drop a", "Add b, told better"]
    repo.git("replace", "-d", repo.sha("v1.1^"))
    (repo.path / ".git/info/grafts").write_text(f"{repo.sha('v1.1')} {repo.sha('v1.0')}\n")
    found = await history(source, repo, "v1.0", "v1.1")
    assert [commit.subject for commit in found.commits] == ["Drop a"]


async def test_a_clone_without_blobs_is_read_and_nothing_is_fetched(repo: Repo, mirror: Path, tmp_path: Path) -> None:
    repo.git("config", "uploadpack.allowFilter", "true")
    partial = tmp_path / "partial"
    repo.git("clone", "-q", "--no-checkout", "--filter=blob:none", f"file://{repo.path}", str(partial))
    found = await history(GitSource(str(partial), mirror), repo, "v1.0", "v1.1")
    assert [commit.subject for commit in found.commits] == ["Drop a", "Add b"]
    assert found.commits[1].files == (FileChange("M", "a.txt"), FileChange("A", "b.txt"))


async def test_a_clone_without_folders_says_what_is_missing(repo: Repo, mirror: Path, tmp_path: Path) -> None:
    repo.git("config", "uploadpack.allowFilter", "true")
    partial = tmp_path / "partial"
    repo.git("clone", "-q", "--no-checkout", "--filter=tree:0", f"file://{repo.path}", str(partial))
    with pytest.raises(SourceError, match="partial or broken clone"):
        await history(GitSource(str(partial), mirror), repo, "v1.0", "v1.1")


async def test_a_commit_that_is_gone_is_an_error_the_user_understands(repo: Repo, mirror: Path) -> None:
    source = GitSource(str(repo.path), mirror)
    with pytest.raises(SourceError, match="does not have all objects"):
        await source.history(Compare(from_tag=None, from_sha=None, to_tag="v9", to_sha="9" * 40))
    with pytest.raises(SourceError, match="not the full name of a commit"):
        await source.is_ancestor("--help", "HEAD")


async def test_a_moved_clone_is_followed_and_a_removed_mirror_made_anew(repo: Repo, mirror: Path) -> None:
    await GitSource(str(repo.path), mirror).tags()
    moved = repo.path.rename(repo.path.with_name("moved"))
    repo.path = moved
    source = GitSource(str(moved), mirror)
    assert len(await source.tags()) == 2
    await source.remove()
    assert not there(mirror)
    assert there(moved)
    assert len(await source.tags()) == 2


async def test_a_repository_that_vanishes_is_an_error(repo: Repo, mirror: Path) -> None:
    source = GitSource(str(repo.path), mirror)
    await source.tags()
    shutil.rmtree(repo.path)
    with pytest.raises(SourceError, match="does not exist"):
        await source.tags()


@pytest.mark.parametrize("what", ["folder", "file", "broken"])
async def test_what_is_no_repository_says_so(tmp_path: Path, mirror: Path, what: str) -> None:
    place = tmp_path / what
    if what == "file":
        place.write_text("text")
    else:
        place.mkdir()
    if what == "broken":
        (place / ".git").write_text("gitdir: nowhere\n")
    with pytest.raises(SourceError, match=r"not a Git repository|does not exist"):
        await GitSource(str(place), mirror).tags()
