"""The draft that `releaseray notes` prints: the range read and the coefficients loaded side by side, then told."""

import gc
import json
import tempfile
from concurrent.futures import ThreadPoolExecutor
from importlib import import_module
from pathlib import Path
from typing import Any, NamedTuple

from releaseray.cli.notes_cache import Cache
from releaseray.cli.notes_range import Asked, resolve
from releaseray.cli.notes_weighing import weighing_beside
from releaseray.notes import engine
from releaseray.notes.draft import Draft
from releaseray.notes.history import History
from releaseray.notes.mask import masked
from releaseray.notes.model import shipped
from releaseray.notes.model_own import Lessons
from releaseray.notes.prepared import Prepared
from releaseray.sources.git_earlier import by_walking
from releaseray.sources.git_local import LocalRepository
from releaseray.sources.git_locations import ANYWHERE, check_location


class Request(NamedTuple):
    """What the command was asked for: its arguments and options, by their meaning."""

    spec: str = ""
    repo: str = "."
    persona: str = engine.PERSONAS[0]
    form: str = "md"
    unreleased: bool = False
    mask: tuple[str, ...] = ()
    cached: bool = True


def drafted(request: Request) -> tuple[Asked, Draft]:
    """The range asked for, and its draft. Raises `AppError` and `SourceError`."""
    gc.disable()  # the process ends with the draft: to walk a large history for garbage costs as much as reading it
    with tempfile.TemporaryDirectory(prefix="releaseray-") as scratch:
        repository = _opened(request.repo, Path(scratch) / "mirror")
        try:
            asked = resolve(repository, request.spec, request.unreleased)
            cache = Cache(request.cached)
            history, lessons = _read(repository, asked, cache, bool(request.mask))
        except BaseException:
            repository.kill()
            raise
    return asked, engine.build(_prepared(masked(history, request.mask), lessons), request.persona)


def _opened(location: str, directory: Path) -> LocalRepository:
    where = check_location(location, ANYWHERE)
    if where.path:
        return LocalRepository.at(where.path, directory)
    # What fetching takes is imported where something is fetched
    fetched: LocalRepository = import_module("releaseray.cli.notes_remote").fetched(location, directory)
    return fetched


def _read(repository: LocalRepository, asked: Asked, cache: Cache, masking: bool) -> tuple[History, Lessons | None]:
    """The range, and what its past teaches, if that is known or can be kept: it is not what a masked past teaches."""
    place = None if masking else cache.lessons(repository, asked)
    lessons = place.load() if place else None
    known = by_walking(asked.since.sha if asked.since else None, cache.authors)
    with ThreadPoolExecutor(2) as pool:
        reading = pool.submit(repository.history, asked.since, asked.until, known, past=lessons is None)
        checking = pool.submit(asked.check, repository)
        try:
            # The coefficients are loaded while git works
            shipped()
            checking.result()
            history = reading.result()
        except BaseException:
            repository.kill()
            raise
    if lessons is None and place:
        lessons = engine.learn(history)
        place.keep(lessons)
    return history, lessons


def _prepared(history: History, lessons: Lessons | None) -> Prepared:
    context = engine.context_of(engine.learn(history) if lessons is None else lessons)
    return engine.prepare(history, weighing_beside(context, history.commits))


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
