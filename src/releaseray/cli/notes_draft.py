"""The draft that `releaseray notes` prints: told of a range that is being read."""

import gc
import json
from importlib import import_module
from typing import Any

from releaseray.cli.notes_range import Asked
from releaseray.cli.notes_reading import Read, Request, reading
from releaseray.notes import engine, lessons
from releaseray.notes.draft import Draft
from releaseray.notes.engine import PERSONAS
from releaseray.notes.history import History
from releaseray.notes.mask import masked
from releaseray.notes.model import shipped
from releaseray.notes.model_own import Lessons
from releaseray.notes.prepared import Prepared
from releaseray.sources.beside import Later

LONG = 750
"""Commits from which on a second process pays for itself, on a machine that has nothing else to do."""


def drafted(request: Request) -> tuple[Asked, Draft]:
    """The range asked for, and its draft. Raises `AppError` and `SourceError`."""
    with reading(request) as later:
        return told(request, later)


def told(request: Request, later: Later[Read]) -> tuple[Asked, Draft]:
    """The same, of a range that is being read."""
    gc.disable()  # the process ends with the draft: to walk a large history for garbage costs as much as reading it
    # The coefficients are loaded while git works
    shipped()
    read = later.result()
    learned = None
    if read.place and read.lessons:
        try:
            learned = lessons.parsed(read.lessons)
        except ValueError:
            # What was kept is no more what it was
            read.place.forget()
            return drafted(request._replace(cached=False))
    elif read.place:
        learned = engine.learn(read.history)
        read.place.keep(lessons.written(learned))
    persona = request.persona or PERSONAS[0]
    return read.asked, engine.build(prepared(masked(read.history, request.mask), learned), persona)


def prepared(history: History, learned: Lessons | None) -> Prepared:
    """What drafts of the history share; where its past taught nothing yet, it is learned first."""
    context = engine.context_of(engine.learn(history) if learned is None else learned)
    if len(history.commits) >= LONG:
        # What two processes take is imported where there are two
        context = import_module("releaseray.cli.notes_weighing").weighing_beside(context, history.commits)
    return engine.prepare(history, context)


def printed(draft: Draft, form: str) -> str:
    """The draft as it is printed: Markdown, or JSON that says what became of each change and why."""
    return f"{_json(draft)}\n" if form == "json" else draft.body_md


def _json(draft: Draft) -> str:
    flags: dict[str, Any] = {"highlights": draft.flags.highlights}
    if draft.flags.upgrade_instructions is not None:
        flags["upgradeInstructions"] = draft.flags.upgrade_instructions
    flags["contributors"] = draft.flags.contributors
    entries = [
        {
            "shas": entry.shas,
            "pr": entry.pr,
            "category": entry.category,
            "kept": entry.kept,
            "text": entry.text,
            "reason": entry.reason,
        }
        for entry in draft.entries
    ]
    return json.dumps({"bodyMd": draft.body_md, "flags": flags, "entries": entries}, ensure_ascii=False, indent=2)
