"""Where a repository comes from, a path or a URL, and how our git directory is kept up with it."""

import asyncio
from collections.abc import Sequence
from pathlib import Path
from typing import Protocol

from releaseray.sources import SourceError
from releaseray.sources.git_clones import MAX_CONFIG, Clone, find_clone
from releaseray.sources.git_log import text
from releaseray.sources.git_mirror import Layout, Mirror
from releaseray.sources.git_process import Git, GitError


class Origin(Protocol):
    """What the two kinds of origins have in common. Every call may raise `SourceError`, `GitError`, `OSError`."""

    mirror: Mirror

    @property
    def name(self) -> str:
        """`owner/name` for a repository that has no page on a forge."""

    async def ready(self) -> None:
        """See to it that the mirror can be read, and not more."""

    async def refresh(self) -> None:
        """Bring the mirror up to what the origin has now."""

    async def remove(self) -> None:
        """Delete the mirror."""

    async def remote(self) -> str | None:
        """The URL of the repository on its forge, None when it has none."""


class PathOrigin:
    """A clone on this machine. Its refs and objects are borrowed, so the mirror is always current."""

    def __init__(self, path: Path, mirror: Mirror, allowed_paths: Sequence[Path]) -> None:
        self.path = path
        self.mirror = mirror
        self._allowed = allowed_paths
        self._facts_stamp: tuple[int, int] | None = None
        self._facts: dict[str, str] = {}

    @property
    def name(self) -> str:
        """`local/` and the name of the folder."""
        folder = self.path.parent if self.path.name == ".git" else self.path
        return f"local/{folder.name.removesuffix('.git') or 'repository'}"

    async def ready(self) -> None:
        """Follow the clone's `HEAD`, and its parts when they have moved."""
        clone, layout = await asyncio.to_thread(self._look)
        if not self.mirror.is_laid_out(layout):
            async with self.mirror.locked():
                if not self.mirror.is_laid_out(layout):
                    self.mirror.lay_out(layout, clone.head)
        self.mirror.set_head(clone.head)

    async def refresh(self) -> None:
        """Nothing is copied, so there is nothing to fetch."""
        await self.ready()

    async def remove(self) -> None:
        """Delete the mirror, not the clone."""
        async with self.mirror.locked():
            await asyncio.to_thread(self.mirror.remove)

    async def remote(self) -> str | None:
        """The URL of `origin`, or of the only remote."""
        facts = self._facts
        urls = {key: value for key, value in facts.items() if key.startswith("remote.") and key.endswith(".url")}
        return urls.get("remote.origin.url") or (next(iter(urls.values())) if len(urls) == 1 else None)

    def _look(self) -> tuple[Clone, Layout]:
        clone = find_clone(self.path, self._allowed)
        self._read_facts(clone.config)
        links = {part: clone.common_dir / part for part in ("refs", "packed-refs", "shallow", "info/grafts")}
        storage = self._facts.get("extensions.refstorage", "files")
        if storage != "files":
            links["reftable"] = clone.common_dir / "reftable"
        return clone, Layout(self._facts.get("extensions.objectformat", "sha1"), storage, links, clone.objects)

    def _read_facts(self, config: Path) -> None:
        """Read, not apply, the clone's configuration, unless it is still the one that was read."""
        try:
            status = config.stat()
        except FileNotFoundError:
            self._facts, self._facts_stamp = {}, None
            return
        stamp = (status.st_mtime_ns, status.st_size)
        if stamp == self._facts_stamp:
            return
        if not config.is_file() or status.st_size > MAX_CONFIG:
            raise SourceError("The repository's configuration file is not a file, or too big.")
        self.mirror.directory.mkdir(parents=True, exist_ok=True)
        try:
            listed = Git(self.mirror.directory).run(
                "config", "--file", str(config), "--no-includes", "--null", "--list"
            )
        except GitError as error:
            raise SourceError(
                "The repository's configuration file cannot be read; git would not read it either."
            ) from error
        pairs = (text(entry).partition("\n") for entry in listed.split(b"\0") if entry)
        self._facts = {key: value for key, _, value in pairs if key.startswith(("remote.", "extensions."))}
        self._facts_stamp = stamp
