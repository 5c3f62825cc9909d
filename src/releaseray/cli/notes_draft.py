"""The draft that `releaseray notes` prints: told of a range that is being read."""

import gc
from importlib import import_module

from releaseray.cli.notes_answer import Request
from releaseray.cli.notes_json import written
from releaseray.cli.notes_reading import Read
from releaseray.notes import engine, lessons
from releaseray.notes.history import History
from releaseray.notes.mask import masked
from releaseray.notes.model import shipped
from releaseray.notes.model_own import Lessons
from releaseray.notes.personas import persona
from releaseray.notes.prepared import Prepared
from releaseray.sources.beside import Later

LONG = 750
"""Commits from which on a second process pays for itself, on a machine that has nothing else to do."""


def drawn(request: Request, later: Later[Read]) -> str:
    """The draft of a range that is being read, as it is printed. Raises `AppError` and `SourceError`."""
    gc.disable()  # the process ends with the draft: to walk a large history for garbage costs as much as reading it
    # Whom nobody knows, nobody waits for
    persona(request.persona)
    # The coefficients are loaded while git works
    shipped()
    read = later.result()
    draft = engine.build(prepared(masked(read.history, request.mask), _learned(read)), request.persona)
    return written(draft) if request.form == "json" else draft.body_md


def _learned(read: Read) -> Lessons | None:
    """What is kept of what the past teaches, or learned to be kept; None where it can be neither."""
    if read.lessons:
        return lessons.parsed(read.lessons)
    if not read.place:
        return None
    learned = engine.learn(read.history)
    read.place.keep(lessons.written(learned))
    return learned


def prepared(history: History, learned: Lessons | None) -> Prepared:
    """What drafts of the history share; where its past taught nothing yet, it is learned first."""
    context = engine.context_of(engine.learn(history) if learned is None else learned)
    if len(history.commits) >= LONG:
        # What two processes take is imported where there are two
        context = import_module("releaseray.cli.notes_weighing").weighing_beside(context, history.commits)
    return engine.prepare(history, context)
