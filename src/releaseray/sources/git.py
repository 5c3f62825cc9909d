"""Any repository that git can read, by path or URL, as a source of history."""

import asyncio
import re
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TypeVar

from releaseray.notes.history import History, Tag
from releaseray.sources import Compare, Description, SourceError
from releaseray.sources.git_forges import whereabouts
from releaseray.sources.git_locations import ANYWHERE, HostCheck, check_location
from releaseray.sources.git_mirror import Mirror
from releaseray.sources.git_origins import Origin, PathOrigin
from releaseray.sources.git_patches import read_patches, resolve_commit
from releaseray.sources.git_process import Git
from releaseray.sources.git_reading import Range, first_commits, from_index, read_range
from releaseray.sources.git_remote import MAX_BYTES, Authorization, RemoteOrigin, write_commit_graph
from releaseray.sources.git_tags import (
    ahead,
    commit_of,
    committish,
    default_branch,
    head_commit,
    is_ancestor,
    read_tags,
)
from releaseray.sources.git_trouble import explained

T = TypeVar("T")

_SHA = re.compile(r"[0-9a-f]{40}|[0-9a-f]{64}")


class GitSource:
    """A `Source` for the repository at `location`, read through the directory `mirror_dir`, which it owns.

    `allowed_paths` limits paths (everything, unless told). `check_host` is asked where a URL leads before each
    fetch, and `authorization` for the header to read it with, in place of what the URL says; a remote bigger than
    `max_bytes` is refused. `operator_config` is a git configuration file that the operator wants honoured when
    fetching (proxies, certificates, credentials); nothing else outside of `mirror_dir` is. Raises `SourceError` for
    a location that must not be named.
    """

    def __init__(
        self,
        location: str,
        mirror_dir: Path,
        *,
        allowed_paths: Sequence[Path] = ANYWHERE,
        check_host: HostCheck | None = None,
        authorization: Authorization | None = None,
        operator_config: Path | None = None,
        max_bytes: int = MAX_BYTES,
    ) -> None:
        where = check_location(location, allowed_paths)
        mirror = Mirror(mirror_dir.absolute())
        self._origin: Origin
        if where.path:
            self._origin = PathOrigin(where.path, mirror, allowed_paths)
        else:
            self._origin = RemoteOrigin(
                where,
                mirror,
                check_host=check_host,
                authorization=authorization,
                operator_config=operator_config,
                max_bytes=max_bytes,
            )

    async def describe(self) -> Description:
        """Name, default branch and web address."""
        branch = await self._read(default_branch)
        name, page = await self._whereabouts()
        return Description(full_name=name, default_branch=branch, web_url=page)

    async def refresh(self) -> None:
        """Bring the mirror up to what the origin has now; for a path, make later reading quick."""
        with explained():
            await self._origin.refresh()
        index = self._origin.mirror.first_commits
        await asyncio.gather(
            self._read(lambda git: first_commits(git, index, commit_of(git, "HEAD"))), self._read(write_commit_graph)
        )

    async def remove(self) -> None:
        """Delete the mirror. Whoever reads it at that moment gets a `SourceError`; a later call makes it anew."""
        with explained():
            await self._origin.remove()

    async def tags(self) -> list[Tag]:
        """Every tag that leads to a commit, newest first by date, ties by name."""
        return await self._read(read_tags)

    async def head(self) -> str:
        """The full sha of the default branch's newest commit."""
        return await self._read(head_commit)

    async def root(self, to_sha: str) -> str:
        """The full sha of the first commit that `to_sha` goes back to, along first parents."""
        _check_sha(to_sha)
        found = await self._read(lambda git: git.run("rev-list", "--first-parent", "--max-parents=0", to_sha, "--"))
        return found.decode("ascii").split()[-1]

    async def is_ancestor(self, older: str, newer: str) -> bool:
        """Whether the commit `older` is reached from the commit `newer`."""
        _check_sha(older, newer)
        return await self._read(lambda git: is_ancestor(git, older, newer))

    async def ahead(self, older: str, newer: str) -> int:
        """How many commits `newer` goes back to that `older` does not."""
        _check_sha(older, newer)
        return await self._read(lambda git: ahead(git, older, newer))

    async def tags_reached(self, sha: str) -> list[Tag]:
        """Those of `tags` that the commit goes back to: one walk, where `is_ancestor` for each would be many."""
        _check_sha(sha)
        return await self._read(lambda git: read_tags(git, reached_from=sha))

    async def commit(self, name: str) -> str | None:
        """The full sha of the commit that a sha, or the beginning of one, means; None if there is none."""
        return await self._read(lambda git: resolve_commit(git, name))

    async def commit_named(self, name: str) -> str | None:
        """The full sha of the commit that any name git knows (`main`, `v1.0~3`) leads to; None if it leads to none."""
        return await self._read(lambda git: committish(git, name))

    async def patches(self, from_sha: str | None, to_sha: str) -> dict[str, str]:
        """The unified diff of each commit of `from_sha..to_sha` that is no merge, by its full sha."""
        _check_sha(to_sha, *([from_sha] if from_sha else []))
        return await self._read(lambda git: read_patches(git, from_sha, to_sha))

    async def history(self, asked: Compare) -> History:
        """All that is known of the range that is asked for; see `Source.history`."""
        _check_sha(asked.to_sha, *([asked.from_sha] if asked.from_sha else []))
        range_ = Range(asked.from_sha, asked.to_sha, asked.to_tag)
        known = from_index(self._origin.mirror.first_commits, asked.from_sha)
        found = await self._read(
            lambda git: read_range(git, range_, known, past=asked.past, files=asked.files, watch=asked.watch)
        )
        return found.history(*await self._whereabouts(), asked.from_tag, asked.to_tag)

    async def _whereabouts(self) -> tuple[str, str | None]:
        """The repository's full name and its page, if it has one."""
        return whereabouts(await self._origin.remote(), self._origin.name)

    async def _read(self, job: Callable[[Git], T]) -> T:
        """Run a job beside the event loop on a mirror that is ready; cancelled, it takes git with it."""
        with explained():
            await self._origin.ready()
            git = Git(self._origin.mirror.git_dir)
            try:
                return await asyncio.to_thread(job, git)
            except BaseException:
                git.kill()
                raise


def _check_sha(*shas: str) -> None:
    for sha in shas:
        if not _SHA.fullmatch(sha):
            raise SourceError(f"{sha!r} is not the full name of a commit.")
