"""Reading a range together with what its project's past teaches: learned once, kept beside the mirror."""

import asyncio
import hashlib
from pathlib import Path

import structlog

from releaseray import heap
from releaseray.notes import engine, lessons
from releaseray.notes.classify import Context
from releaseray.notes.counting import Counts
from releaseray.notes.edition import edition
from releaseray.notes.history import History, Tag
from releaseray.notes.model_own import Lessons
from releaseray.notes.prepared import Prepared
from releaseray.sources import Compare, Source, Watch
from releaseray.sources.git_layout import keep_newest, read_text, write_text

MOST_KEPT = 16
"""Ranges of a repository whose lessons are kept: the newest. A file has up to a megabyte."""

log = structlog.stdlib.get_logger(__name__)


async def read(source: Source, mirror: Path, older: Tag | None, newer: Tag) -> tuple[History, Lessons]:
    """The history between two tags (from the first commit without `older`), and what the time before it teaches, by
    whomever and whenever that was learned. `mirror` is the folder that belongs to the source.

    May raise `SourceError`. That the lessons cannot be kept costs their learning again, and nothing else.
    """
    place = _place(mirror, older, newer)
    return await _read(source, place, older, newer, await asyncio.to_thread(_kept, place, older))


async def counted(source: Source, mirror: Path, older: Tag | None, newer: Tag) -> Counts:
    """What is behind the range between two tags; what its past teaches is learned too. Nothing is kept of the history,
    and its room is given back. May raise `SourceError`."""
    counts = await _counted(source, _place(mirror, older, newer), older, newer)
    await asyncio.to_thread(heap.give_back)
    return counts


async def _counted(source: Source, place: Path, older: Tag | None, newer: Tag) -> Counts:
    known = await asyncio.to_thread(_kept, place, older)
    history, _ = await _read(source, place, older, newer, known, files=False)
    return await asyncio.to_thread(engine.counts, history)


async def prepared(source: Source, mirror: Path, older: Tag | None, newer: Tag) -> Prepared:
    """The same, ready to be told. Where the past was learned from before, the commits are weighed while they come in.

    May raise `SourceError`.
    """
    place = _place(mirror, older, newer)
    known, context = await asyncio.to_thread(_known, place, older)
    watch = context.foresee if context else None
    history, learned = await _read(source, place, older, newer, known, watch=watch)
    return await asyncio.to_thread(lambda: engine.prepare(history, context or engine.context_of(learned)))


async def _read(
    source: Source,
    place: Path,
    older: Tag | None,
    newer: Tag,
    known: Lessons | None,
    *,
    files: bool = True,
    watch: Watch | None = None,
) -> tuple[History, Lessons]:
    asked = Compare.between(older, newer)._replace(past=known is None, files=files, watch=watch)
    history = await source.history(asked)
    if known is None:
        known = await asyncio.to_thread(_learned, history, place)
    return history, known


def _place(mirror: Path, older: Tag | None, newer: Tag) -> Path:
    """One file for one past and one engine; the end of the range says which package's past it is."""
    told = "\n".join([edition(), older.sha if older else "", newer.sha, newer.name])
    name = hashlib.sha256(told.encode("utf-8", "surrogateescape")).hexdigest()[:32]
    return mirror / "lessons" / f"{name}.json"


def _known(place: Path, older: Tag | None) -> tuple[Lessons | None, Context | None]:
    kept = _kept(place, older)
    return kept, engine.context_of(kept) if kept else None


def _kept(place: Path, older: Tag | None) -> Lessons | None:
    """What was learned before; nothing can be from no past."""
    return _load(place) if older else Lessons()


def _load(place: Path) -> Lessons | None:
    """What is kept; None when nothing is, or nothing that can be read."""
    text = read_text(place)
    try:
        return lessons.parsed(text) if text else None
    except ValueError as problem:
        log.warning("kept lessons are learned anew", place=place.name, problem=str(problem))
        return None


def _learned(history: History, place: Path) -> Lessons:
    learned = engine.learn(history)
    try:
        place.parent.mkdir(exist_ok=True)
        write_text(place, lessons.written(learned))
        keep_newest(place.parent, MOST_KEPT)
    except OSError as problem:
        log.warning("lessons not kept", place=place.name, problem=str(problem))
    return learned
