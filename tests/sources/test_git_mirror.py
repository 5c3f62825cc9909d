"""Mirrors: one fetch at a time, healed after a crash, ended when nobody waits for them."""

import asyncio
import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from tests.sources.repos import Repo, there
from tests.sources.served import Served

from releaseray.sources import SourceError
from releaseray.sources.git import GitSource
from releaseray.sources.git_process import Git, GitError


async def names(source: GitSource) -> list[str]:
    return [tag.name for tag in await source.tags()]


async def test_two_fetches_of_one_mirror_take_turns(server: Served, mirror: Path) -> None:
    sources = [GitSource(server.url(), mirror) for _ in range(4)]
    results = await asyncio.gather(*(names(source) for source in sources), *(source.refresh() for source in sources))
    assert results[:4] == [["v1.1", "v1.0"]] * 4


async def test_a_mirror_locked_by_another_process_is_waited_for(server: Served, mirror: Path) -> None:
    source = GitSource(server.url(), mirror)
    await source.tags()
    code = "import fcntl,sys\nf=open(sys.argv[1])\nfcntl.flock(f,2)\nprint(1,flush=True)\nsys.stdin.read()"
    holder = await asyncio.create_subprocess_exec(
        sys.executable, "-c", code, mirror / "lock", stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    assert holder.stdout
    await holder.stdout.readline()
    fetching = asyncio.create_task(source.refresh())
    assert await asyncio.wait({fetching}, timeout=0.3) == (set(), {fetching})
    await holder.communicate(b"")
    await fetching


async def test_what_a_killed_fetch_left_behind_is_cleared(repo: Repo, server: Served, mirror: Path) -> None:
    source = GitSource(server.url(), mirror)
    await source.tags()
    for leftover in (
        "packed-refs.lock",
        "HEAD.lock",
        "refs/heads/main.lock",
        "objects/pack/tmp_pack_x",
        "shallow.lock",
    ):
        (mirror / "git" / leftover).parent.mkdir(parents=True, exist_ok=True)
        (mirror / "git" / leftover).write_text("")
    repo.commit("More")
    repo.tag("v2")
    await source.refresh()
    assert await names(source) == ["v2", "v1.1", "v1.0"]
    assert not there(mirror / "git/objects/pack/tmp_pack_x")


async def test_a_first_fetch_that_was_killed_is_begun_again(server: Served, mirror: Path) -> None:
    server.fails_with = 500
    source = GitSource(server.url(), mirror)
    with pytest.raises(SourceError):
        await source.tags()
    server.fails_with = None
    assert await names(source) == ["v1.1", "v1.0"]


def _break(mirror: Path, how: str) -> None:
    if how == "objects":
        for pack in (mirror / "git/objects").rglob("*"):
            if pack.is_file() and "info" not in pack.parts:
                pack.chmod(0o600)
                pack.write_bytes(b"")
    elif how == "refs":
        (mirror / "git/packed-refs").write_text("garbage\n")
    else:
        (mirror / "git/HEAD").unlink()


@pytest.mark.parametrize("how", ["objects", "refs", "head"])
async def test_a_broken_mirror_is_made_anew(how: str, server: Served, mirror: Path) -> None:
    source = GitSource(server.url(), mirror)
    await source.tags()
    _break(mirror, how)
    await source.refresh()
    assert await names(source) == ["v1.1", "v1.0"]


async def test_cancelled_a_fetch_ends_and_so_does_its_git(server: Served, mirror: Path) -> None:
    server.delay.clear()
    task = asyncio.create_task(GitSource(server.url(), mirror).tags())
    await _until(lambda: bool(_children()))
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    await _until(lambda: not _children())
    server.delay.set()
    assert await names(GitSource(server.url(), mirror)) == ["v1.1", "v1.0"]


def _children() -> list[str]:
    """The git processes this test's own process has started."""
    listed = subprocess.run(
        ["ps", "-o", "comm=", "--ppid", str(os.getpid())], capture_output=True, text=True, check=False
    )
    return [name for name in listed.stdout.split() if name.startswith("git")]


async def _until(done: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 60
    while not done():
        assert time.monotonic() < deadline
        await asyncio.sleep(0.01)


def test_a_command_that_takes_too_long_is_ended(repo: Repo) -> None:
    git = Git(repo.path / ".git")
    started = time.monotonic()
    with (
        pytest.raises(GitError, match="not finished"),
        git.start(["cat-file", "--batch"], subprocess.PIPE, 0.2) as child,
    ):
        list(child.output())
    assert time.monotonic() - started < 30
    assert child.process.returncode is not None


def test_a_command_that_says_too_much_is_ended(repo: Repo) -> None:
    with pytest.raises(GitError, match="more than 10 bytes"):
        Git(repo.path / ".git").run("log", limit=10)
