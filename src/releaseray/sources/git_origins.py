"""Where a repository comes from, a path or a URL, and how our git directory is kept up with it."""

import asyncio
from collections.abc import Sequence
from pathlib import Path
from typing import Protocol

from releaseray.sources.git_borrowed import Borrowed
from releaseray.sources.git_mirror import Mirror


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
        self._clone = Borrowed(path, mirror.directory, allowed_paths)

    @property
    def name(self) -> str:
        """`local/` and the name of the folder."""
        return self._clone.name

    async def ready(self) -> None:
        """Follow the clone's `HEAD`, and its parts when they have moved."""
        clone, layout = await asyncio.to_thread(self._clone.look)
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
        return self._clone.remote
