"""The git directory of our own through which every repository is read, and the lock around its changes."""

import asyncio
import fcntl
import os
import shutil
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path

from releaseray.sources import SourceError
from releaseray.sources.git_layout import Place

LOCK_POLL = 0.05
PATIENCE = 600.0


class Mirror(Place):
    """One directory that belongs to one source: the git directory, what was worked out of it, and the lock."""

    def __init__(self, directory: Path, patience: float = PATIENCE) -> None:
        super().__init__(directory)
        self._patience = patience

    @asynccontextmanager
    async def locked(self) -> AsyncIterator[int]:
        """Be the only one to change the mirror, across processes. Yields the lock's file descriptor.

        Raises `SourceError` when somebody else is at it for longer than the mirror's `patience` in seconds.
        """
        deadline = time.monotonic() + self._patience
        while (descriptor := self._try_lock()) is None:
            if time.monotonic() > deadline:
                raise SourceError("The repository is being fetched by another process; try again in a few minutes.")
            await asyncio.sleep(LOCK_POLL)
        try:
            yield descriptor
        finally:
            os.close(descriptor)

    def _try_lock(self) -> int | None:
        self.directory.mkdir(parents=True, exist_ok=True)
        path = self.directory / "lock"
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            # The directory may have been removed, lock and all, while this process was opening the file
            if os.path.exists(path) and os.path.samestat(os.stat(path), os.fstat(descriptor)):
                return descriptor
        except OSError:
            pass
        os.close(descriptor)
        return None

    def clear_leftovers(self) -> None:
        """Remove what a killed fetch left behind. Call it with the lock held.

        Refs that are somebody else's, borrowed by a link, are not touched.
        """
        for leftover in self._leftovers():
            leftover.unlink(missing_ok=True)

    def _leftovers(self) -> Iterator[Path]:
        yield from self.git_dir.glob("*.lock")
        if not (self.git_dir / "refs").is_symlink():
            yield from (self.git_dir / "refs").rglob("*.lock")
        yield from self.git_dir.glob("objects/pack/tmp_*")
        yield from self.git_dir.glob("objects/??/tmp_*")
        yield from self.git_dir.glob("objects/info/**/*.lock")
        for quarantine in self.git_dir.glob("objects/tmp_objdir-*"):
            shutil.rmtree(quarantine, ignore_errors=True)

    def size(self) -> int:
        """The bytes of its own objects, those still coming in included."""
        total = 0
        for stored in self.git_dir.glob("objects/**/*"):
            with suppress(FileNotFoundError):
                total += stored.stat().st_size
        return total

    def remove(self) -> None:
        """Throw everything away, the lock last. Call it with the lock held."""
        self.discard()
        shutil.rmtree(self.directory, ignore_errors=True)
