"""Judges the product's own way: clones read as `releaseray notes` reads them, release by release."""

import asyncio
import re
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby
from pathlib import Path
from typing import NamedTuple

from benchmarks.notes.build_data import Source, best_changelog, previous_tag, tag_of_version
from benchmarks.notes.rows import Row
from benchmarks.notes.scoring import Judged
from releaseray.notes.engine import prepare
from releaseray.notes.flags import highlights
from releaseray.notes.history import Tag
from releaseray.notes.mask import masked
from releaseray.notes.model_features import stem
from releaseray.notes.own_changelog import Note
from releaseray.notes.personas import persona
from releaseray.notes.prepared import Item, Prepared
from releaseray.sources import Compare, SourceError
from releaseray.sources.git import GitSource

RELEASES = 6
"""Releases read of a repository: the newest."""

HIGHLIGHTS = re.compile(r"\b(?:highlights?|notable|important changes?)\b", re.IGNORECASE)
"""Headings under which maintainers name what matters most in a release."""

MOST_NAMED = 10
FEWEST_WORDS = 2
WORD = re.compile(r"[a-z][a-z0-9]{2,}")

MASK = (
    *(f"*{name}*/*" for name in ("changelog", "CHANGELOG", "newsfragment", ".changeset", ".chloggen", "releasenotes")),
    *(f"*{name}/*" for name in ("news", "NEWS", "CHANGES", "release-notes", "upcoming_changes", "unreleased")),
    *("CHANGE*", "change*", "Change*", "HISTORY*", "History.*", "NEWS*", "news.*", "RELEASE*", "release-notes*"),
)
"""What would leak the answer, in the range and before it: changelogs and fragments, wherever they are."""


class Product(NamedTuple):
    """What the product makes of some releases: its verdicts, how many highlights their maintainers named, and how many
    of these are among its own."""

    judged: list[Judged]
    highlights: int
    recalled: int


def product(asked: Sequence[Row], clone: Path) -> Product:
    """What the product makes of the releases of these rows that the clone has tags for; changes that it places
    outside of their release are left away."""
    _, notes = best_changelog(Source(clone, ""))
    theirs: dict[str, list[Note]] = {}
    for note in notes:
        if HIGHLIGHTS.search(note.heading):
            theirs.setdefault(note.version, []).append(note)
    return asyncio.run(_made(asked, clone, theirs))


async def _made(asked: Sequence[Row], clone: Path, theirs: Mapping[str, list[Note]]) -> Product:
    made = Product([], 0, 0)
    with tempfile.TemporaryDirectory(prefix="judged-") as scratch:
        source = GitSource(str(clone), Path(scratch) / "mirror")
        tags = {tag.name: tag for tag in await source.tags()}
        for rows, older, newer in list(_releases(asked, tags))[:RELEASES]:
            try:
                history = await source.history(Compare.between(older, newer)._replace(past=True))
            except SourceError:
                continue
            release = prepare(masked(history._replace(fragments={}), MASK))
            named = theirs.get(rows[0].version or "", [])[:MOST_NAMED]
            ours = highlights(persona("engineer").shown(release))
            recalled = sum(any(_tells(item, note) for item in ours) for note in named)
            made.judged.extend(_compared(rows, release))
            made = Product(made.judged, made.highlights + len(named), made.recalled + recalled)
    return made


def _tells(item: Item, note: Note) -> bool:
    """Whether a highlight of ours is the maintainers': one number in common, or half of the words of the shorter."""
    change = item.change
    if {change.pr, *change.closes} & set(note.numbers):
        return True
    ours, said = ({stem(word) for word in WORD.findall(text.lower())} for text in (change.headline.text, note.text))
    least = min(len(ours), len(said))
    return least >= FEWEST_WORDS and len(ours & said) >= least / 2


def _releases(asked: Sequence[Row], tags: dict[str, Tag]) -> Iterator[tuple[list[Row], Tag, Tag]]:
    for version, rows in groupby(asked, key=lambda row: row.version):
        newer = tag_of_version(version, list(tags)) if version else None
        older = previous_tag(newer, list(tags)) if newer else None
        if newer and older:
            yield list(rows), tags[older], tags[newer]


def _compared(rows: Sequence[Row], release: Prepared) -> Iterator[Judged]:
    items = {sha: item for item in release.items for sha in item.change.shas}
    for row in rows:
        item = items.get(row.commit.sha)
        if item is not None:
            yield Judged(row, item.category, item.listed)
