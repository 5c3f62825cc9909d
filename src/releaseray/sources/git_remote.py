"""A repository at a URL: fetched into a bare mirror, with nothing but our own configuration and the operator's."""

import asyncio
import logging
import os
import re
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import TypeVar

from releaseray.sources import SourceError
from releaseray.sources.git_layout import Layout, write_text
from releaseray.sources.git_locations import HostCheck, NormalisedLocation
from releaseray.sources.git_log import text
from releaseray.sources.git_mirror import Mirror
from releaseray.sources.git_process import Git, GitError
from releaseray.sources.git_trouble import is_broken_mirror, is_redirect

T = TypeVar("T")
Authorization = Callable[[], Awaitable[str | None]]
"""Gives the `Authorization` header for one fetch, None for none; asked anew each time, since tokens end."""

FETCH_TIMEOUT = 3_600.0
LIST_TIMEOUT = 120.0
MANY_PACKS = 30
MAX_BYTES = 20 << 30
SIZE_POLL = 2.0
PINNING_VERSION = (2, 37)
UNBORN = "ref: refs/heads/main"
REFSPECS = ("+refs/heads/*:refs/heads/*", "+refs/tags/*:refs/tags/*")
FETCHED = "releaseray-fetched"
# What the operator set for the server's own way out to the network
NETWORK = (
    "SSH_AUTH_SOCK",
    "http_proxy",
    "https_proxy",
    "HTTPS_PROXY",
    "all_proxy",
    "ALL_PROXY",
    "no_proxy",
    "NO_PROXY",
)
SSH = "ssh -oBatchMode=yes -oConnectTimeout=30 -oServerAliveInterval=15 -oServerAliveCountMax=4"

_log = logging.getLogger(__name__)
_HEAD_REF = re.compile(r"ref: (refs/heads/[^\x00-\x20\x7f]+)\tHEAD")


class RemoteOrigin:
    """A repository at an http(s), ssh or git URL."""

    def __init__(
        self,
        where: NormalisedLocation,
        mirror: Mirror,
        *,
        check_host: HostCheck | None = None,
        authorization: Authorization | None = None,
        operator_config: Path | None = None,
        max_bytes: int = MAX_BYTES,
    ) -> None:
        self.url = str(where)
        self.mirror = mirror
        self._where = where
        self._check_host = check_host
        self._authorization = authorization
        self._operator_config = operator_config
        self._max_bytes = max_bytes

    @property
    def name(self) -> str:
        """The host and the last part of the URL's path."""
        parts = [part.removesuffix(".git") for part in re.split("[/:]", self.url)]
        return f"{self._where.host}/{next(filter(None, reversed(parts)))}"

    async def remote(self) -> str | None:
        """The URL itself."""
        return self.url

    async def ready(self) -> None:
        """Fetch once; after that the mirror is as good as the last `refresh` made it."""
        if not self._is_fetched():
            async with self.mirror.locked() as lock:
                if not self._is_fetched():
                    await self._fetch_or_make_anew(lock)

    async def refresh(self) -> None:
        """Follow the remote: new commits, moved and deleted tags and branches, another default branch."""
        async with self.mirror.locked() as lock:
            await self._fetch_or_make_anew(lock)

    async def remove(self) -> None:
        """Delete the mirror."""
        async with self.mirror.locked():
            await asyncio.to_thread(self.mirror.remove)

    def _layout(self, object_format: str) -> Layout:
        return Layout(object_format, origin=self.url, include=self._operator_config)

    def _is_laid_out(self) -> bool:
        return any(self.mirror.is_laid_out(self._layout(known)) for known in ("sha1", "sha256"))

    def _is_fetched(self) -> bool:
        return self._is_laid_out() and (self.mirror.git_dir / FETCHED).exists()

    async def _fetch_or_make_anew(self, lock: int) -> None:
        if not self._is_laid_out():
            self.mirror.lay_out(self._layout("sha1"), UNBORN)
        try:
            await self._fetch(lock)
        except GitError as error:
            if not is_broken_mirror(error):
                raise
            self.mirror.lay_out(self._layout("sha1"), UNBORN)
            await self._fetch(lock)

    async def _fetch(self, lock: int) -> None:
        addresses = await self._addresses()
        header = await self._authorization() if self._authorization else self._where.authorization
        git = Git(self.mirror.git_dir, self._environment(addresses, header), keep_fds=[lock])
        url, head, object_format = await _cancellable(git, partial(self._ask, git, _pinned(self._where, addresses)))
        if object_format and not self.mirror.is_laid_out(self._layout(object_format)):
            self.mirror.lay_out(self._layout(object_format), UNBORN)
        self.mirror.clear_leftovers()
        await self._fetch_within_limit(git, url)
        self.mirror.set_head(head)
        await _cancellable(git, partial(_keep_house, git))
        write_text(self.mirror.git_dir / FETCHED, "")

    async def _fetch_within_limit(self, git: Git, url: str) -> None:
        """Fetch, and give up on what is too big while it comes rather than when the disk is full."""
        fetching = asyncio.create_task(_cancellable(git, partial(_fetch_all, git, url)))
        try:
            running = True
            while running:
                done, _ = await asyncio.wait([fetching], timeout=SIZE_POLL)
                running = not done
                if await asyncio.to_thread(self.mirror.size) > self._max_bytes:
                    raise SourceError(f"The repository is larger than this server takes ({self._max_bytes >> 20} MB).")
        except SourceError:
            git.kill()
            self.mirror.discard()
            raise
        finally:
            fetching.cancel()
            await asyncio.wait([fetching])
        fetching.result()

    def _ask(self, git: Git, url: str) -> tuple[str, str, str | None]:
        """The URL that answers, and what `_ask_head` says of it."""
        if self._check_host and self._where.scheme == "http" and _version(git) < PINNING_VERSION:
            raise SourceError("The server's git is too old to read http URLs safely; use https.")
        try:
            return url, *_ask_head(git, url)
        except GitError as error:
            # GitLab redirects to the address with .git, and redirects are not followed where hosts are checked
            if url.endswith(".git") or not is_redirect(error):
                raise
            return f"{url}.git", *_ask_head(git, f"{url}.git")

    async def _addresses(self) -> Sequence[str]:
        """The addresses to connect to, empty for any. Raises `SourceError` when the operator's check refuses."""
        if not self._check_host:
            return ()
        return await self._check_host(self._where.host, self._where.port)

    def _environment(self, addresses: Sequence[str], authorization: str | None) -> Mapping[str, str]:
        where = self._where
        settings = {"http.followRedirects": "false" if self._check_host else "initial"}
        if authorization:
            place = f"http.{where.scheme}://{where.host}:{where.port}/.extraHeader"
            settings[place] = f"Authorization: {authorization}"
        ssh = SSH
        if addresses:
            # Without effect before git 2.37, where https is left to the certificate and http is refused
            settings["http.curloptResolve"] = f"{where.host}:{where.port}:{','.join(addresses)}"
            ssh += f" -oHostName={addresses[0]} -oHostKeyAlias={where.host}"
        numbered = enumerate(settings.items())
        pairs = {
            f"GIT_CONFIG_{part}_{n}": value
            for n, pair in numbered
            for part, value in zip(("KEY", "VALUE"), pair, strict=True)
        }
        return {
            **{name: os.environ[name] for name in NETWORK if name in os.environ},
            **pairs,
            "GIT_CONFIG_COUNT": str(len(settings)),
            "GIT_ALLOW_PROTOCOL": "http:https" if where.scheme == "http" else where.scheme,
            "GIT_SSH_COMMAND": ssh,
            "GIT_SSH_VARIANT": "ssh",
        }


async def _cancellable(git: Git, job: Callable[[], T]) -> T:
    try:
        return await asyncio.to_thread(job)
    except BaseException:
        git.kill()
        raise


def _pinned(where: NormalisedLocation, addresses: Sequence[str]) -> str:
    """The URL to connect to: git's own protocol can be pinned to an address in no other way."""
    if where.scheme != "git" or not addresses:
        return str(where)
    address = f"[{addresses[0]}]" if ":" in addresses[0] else addresses[0]
    path = str(where).split("/", 3)[3]
    return f"git://{address}:{where.port}/{path}"


def _version(git: Git) -> tuple[int, ...]:
    return tuple(map(int, re.findall(r"\d+", text(git.run("version")))[:2]))


def _ask_head(git: Git, url: str) -> tuple[str, str | None]:
    """What the remote's `HEAD` is, as the text of a `HEAD` file, and its object format as far as it can be seen."""
    listed = text(git.run("ls-remote", "--symref", "--end-of-options", url, "HEAD", timeout=LIST_TIMEOUT)).splitlines()
    symbolic = next((found[1] for line in listed if (found := _HEAD_REF.fullmatch(line))), None)
    sha = next(
        (line.split("\t")[0] for line in listed if line.endswith("\tHEAD") and not line.startswith("ref:")), None
    )
    object_format = {40: "sha1", 64: "sha256"}.get(len(sha)) if sha else None
    return (f"ref: {symbolic}" if symbolic else sha or UNBORN), object_format


def _fetch_all(git: Git, url: str) -> None:
    git.run(
        "fetch", "--quiet", "--prune", "--no-tags", "--no-write-fetch-head", "--no-auto-maintenance",
        "--no-recurse-submodules", "--end-of-options", url, *REFSPECS, timeout=FETCH_TIMEOUT,
    )  # fmt: skip


def _keep_house(git: Git) -> None:
    """Keep reading quick. Nothing is pruned: what a range once named stays readable."""
    git.run("pack-refs", "--all", "--prune", timeout=FETCH_TIMEOUT)
    if len(list(git.git_dir.glob("objects/pack/*.pack"))) > MANY_PACKS:
        git.run("repack", "-d", "--quiet", "--geometric=2", timeout=FETCH_TIMEOUT)


def write_commit_graph(git: Git) -> None:
    """Keep the graph of commits in a form that makes walks ten times quicker. It may fail: only speed depends on it."""
    for lock in git.git_dir.glob("objects/info/**/*.lock"):
        # Nobody writes a graph for an hour: the lock is of a process that was killed
        if lock.stat().st_mtime < time.time() - FETCH_TIMEOUT:
            lock.unlink(missing_ok=True)
    try:
        git.run("commit-graph", "write", "--reachable", "--split", "--no-progress", timeout=FETCH_TIMEOUT)
    except GitError as error:
        _log.info("commit graph not written: %s", error)
