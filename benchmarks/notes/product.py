"""Judges the product's own way: clones read as `releaseray notes` reads them, release by release."""

import asyncio
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import groupby
from pathlib import Path

from benchmarks.notes.build_data import previous_tag, tag_of_version
from benchmarks.notes.rows import Row
from benchmarks.notes.scoring import Judged
from releaseray.notes import prepare
from releaseray.notes.history import History, Tag
from releaseray.notes.mask import masked
from releaseray.notes.prepared import Item
from releaseray.sources import SourceError
from releaseray.sources.git import GitSource

RELEASES = 6
"""Releases read of a repository: the newest."""

MASK = (
    *(f"*{name}*/*" for name in ("changelog", "CHANGELOG", "newsfragment", ".changeset", ".chloggen", "releasenotes")),
    *(f"*{name}/*" for name in ("news", "NEWS", "CHANGES", "release-notes", "upcoming_changes", "unreleased")),
    *("CHANGE*", "change*", "Change*", "HISTORY*", "History.*", "NEWS*", "news.*", "RELEASE*", "release-notes*"),
)
"""What would leak the answer, in the range and before it: changelogs and fragments, wherever they are."""


def product(asked: Sequence[Row], clone: Path, *, past: bool = True) -> list[Judged]:
    """What the product makes of the releases of these rows that the clone has tags for; changes that it places
    outside of their release are left away. Without `past`, it learns from the changelog alone."""
    return asyncio.run(_judged(asked, clone, past=past))


async def _judged(asked: Sequence[Row], clone: Path, *, past: bool) -> list[Judged]:
    with tempfile.TemporaryDirectory(prefix="judged-") as scratch:
        source = GitSource(str(clone), Path(scratch) / "mirror")
        tags = {tag.name: tag for tag in await source.tags()}
        judged: list[Judged] = []
        for rows, older, newer in list(_releases(asked, tags))[:RELEASES]:
            try:
                history = await source.history(
                    from_tag=older.name, from_sha=older.sha, to_tag=newer.name, to_sha=newer.sha, past=past
                )
            except SourceError:
                continue
            judged += _compared(rows, history)
        return judged


def _releases(asked: Sequence[Row], tags: dict[str, Tag]) -> Iterator[tuple[list[Row], Tag, Tag]]:
    for version, rows in groupby(asked, key=lambda row: row.version):
        newer = tag_of_version(version, list(tags)) if version else None
        older = previous_tag(newer, list(tags)) if newer else None
        if newer and older:
            yield list(rows), tags[older], tags[newer]


def _compared(rows: Sequence[Row], history: History) -> Iterator[Judged]:
    hidden = masked(replace(history, fragments={}), MASK)
    items = {sha: item for item in prepare(hidden).items for sha in item.change.shas}
    for row in rows:
        item: Item | None = items.get(row.commit.sha)
        if item is not None:
            yield Judged(row, item.category, item.matters)
