"""What `releaseray notes` remembers from run to run, in the user's cache: drafts, and what was learned for them.

Everything is kept under all that it follows from, so that nothing of it ever has to be changed.
"""

import os
import sys
import zlib
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

from releaseray.cli.notes_range import Asked
from releaseray.notes.edition import edition
from releaseray.notes.versions import parse_version
from releaseray.sources.git_layout import keep_newest, write_bytes
from releaseray.sources.git_local import LocalRepository
from releaseray.sources.git_surroundings import Surroundings

MOST_KEPT = 64
"""Files of a kind that are kept, the newest."""

LARGEST = 2 << 20
"""Bytes of a file; a draft of twenty thousand commits with all reasons has two thirds of it."""

KINDS = ("authors", "drafts", "lessons")


class Kept(NamedTuple):
    """One text that is kept, or is not. `origin` is all that it follows from, on one line; it stands before the text,
    so that nothing else is taken for it. What cannot be kept is found out again, and costs nothing else."""

    place: Path
    origin: str

    def load(self) -> str | None:
        """The text; None where none is kept, or none that is whole."""
        with suppress(OSError, zlib.error, UnicodeDecodeError):
            origin, _, text = (
                zlib.decompress(self.place.read_bytes()).decode("utf-8", "surrogateescape").partition("\n")
            )
            return text if origin == self.origin else None
        return None

    def keep(self, text: str) -> None:
        """Keep the text, as one step."""
        with suppress(OSError, UnicodeEncodeError):
            packed = zlib.compress(f"{self.origin}\n{text}".encode("utf-8", "surrogateescape"), 1)
            if len(packed) <= LARGEST:
                self.place.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
                write_bytes(self.place, packed)


class Cache:
    """What may be kept of one range, asked for in one repository; nothing where no cache is `wanted`."""

    def __init__(self, wanted: bool, repository: LocalRepository, asked: Asked) -> None:
        self._folder = _folder() if wanted else None
        self._repository = repository
        self._asked = asked
        self._surroundings = self._looked() if self._folder else None

    def authors(self) -> Path | None:
        """Where it is kept who had commits that the start of the range reaches; None without a cache or a past."""
        if not (self._folder and self._surroundings and self._asked.since):
            return None
        mailmap, rewritten = self._surroundings.mailmap, self._surroundings.rewritten
        parts = (self._asked.since.sha, mailmap, _digest(rewritten) if rewritten else "")
        return self._folder / "authors" / "-".join(filter(None, parts))

    def lessons(self) -> Kept | None:
        """What the past of the range teaches; None without a cache or a past."""
        since, until = self._asked.since, self._asked.until
        if not since:
            return None
        version = parse_version(until.name)
        # Which package's past it is depends on the end of the range too
        package = until if version and version.package else None
        return self._kept("lessons", since.sha, since.name, package)

    def draft(self, *wanted: object) -> Kept | None:
        """The draft of the range that is `wanted`; None without a cache."""
        return self._kept("drafts", self._asked.until.sha, self._asked, *wanted)

    def confirm(self) -> None:
        """Keep nothing from here on, unless what was read meanwhile is what the answers were to follow from."""
        if self._folder and self._surroundings != self._looked():
            self._folder = None

    def trim(self) -> None:
        """Keep the newest only."""
        if folder := self._folder:
            for kind in KINDS:
                keep_newest(folder / kind, MOST_KEPT)

    def _looked(self) -> Surroundings:
        return self._repository.surroundings(self._asked.until.name)

    def _kept(self, kind: str, sha: str, *follows_from: object) -> Kept | None:
        if not self._folder:
            return None
        program = (edition("sources", "cli"), sys.version)
        called = (self._repository.full_name, self._repository.web_url)
        origin = ascii((program, called, self._surroundings, *follows_from))
        return Kept(self._folder / kind / f"{sha}-{_digest(origin)}", origin)


def _digest(text: str) -> str:
    return f"{zlib.crc32(text.encode('utf-8', 'surrogateescape')):08x}"


def _folder() -> Path | None:
    """Where the XDG base directories have a program's cache; None for who has no home."""
    base = os.environ.get("XDG_CACHE_HOME", "")
    with suppress(RuntimeError):
        return (Path(base) if base.startswith("/") else Path.home() / ".cache") / "releaseray"
    return None
