"""What `releaseray notes` remembers from run to run, in the user's cache: nothing that a draft depends on."""

import os
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple
from zlib import crc32

from releaseray.cli.notes_range import Asked
from releaseray.notes.edition import edition
from releaseray.notes.history import Tag
from releaseray.notes.versions import parse_version
from releaseray.sources.git_layout import keep_newest, read_text, write_text
from releaseray.sources.git_local import LocalRepository

MOST_KEPT = 64
"""Files of a kind that are kept, the newest. One has up to a megabyte."""


class Kept(NamedTuple):
    """One file of lessons, there or not. What cannot be kept is learned again, and costs nothing else."""

    place: Path

    def load(self) -> str | None:
        """The text that is kept."""
        return read_text(self.place)

    def keep(self, lessons: str) -> None:
        """Keep the text, as one step."""
        with suppress(OSError):
            self.place.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            write_text(self.place, lessons)

    def forget(self) -> None:
        """Keep it no longer."""
        with suppress(OSError):
            self.place.unlink()


class Cache:
    """The folders of the cache, or none: `wanted` says whether there shall be one."""

    def __init__(self, wanted: bool) -> None:
        self._folder = _folder() if wanted else None
        if self._folder:
            for kind in ("authors", "lessons"):
                keep_newest(self._folder / kind, MOST_KEPT)

    def authors(self, repository: LocalRepository, since: Tag | None) -> Path | None:
        """Where it is kept who had commits that `since` reaches; None without a cache or a past."""
        if not self._folder or not since:
            return None
        return self._folder / "authors" / "-".join(filter(None, (since.sha, repository.mailmap())))

    def lessons(self, repository: LocalRepository, asked: Asked) -> Kept | None:
        """Where it is kept what the past of the range teaches; None without a cache or a past."""
        if not self._folder or not asked.since:
            return None
        until = asked.until
        version = parse_version(until.name)
        # Which package's past it is depends on the end of the range too
        package = [until.name, until.sha] if version and version.package else []
        told = "\n".join([edition(), repository.full_name, asked.since.name, *package])
        name = f"{asked.since.sha}-{crc32(told.encode('utf-8', 'surrogateescape')):08x}"
        return Kept(self._folder / "lessons" / name)


def _folder() -> Path | None:
    """Where the XDG base directories have a program's cache; None for who has no home."""
    base = os.environ.get("XDG_CACHE_HOME", "")
    with suppress(RuntimeError):
        return (Path(base) if base.startswith("/") else Path.home() / ".cache") / "releaseray"
    return None
