"""Ranks a release's changes by how likely each one caused an error; see decision 0043."""

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import log
from typing import NamedTuple

from releaseray.tracking.code_paths import frame_paths, is_aside, likeness
from releaseray.tracking.event import Frame
from releaseray.tracking.function_names import function_name
from releaseray.tracking.patch import Hunk, TouchedFile
from releaseray.tracking.stack import in_app

MAX_FRAMES = 20
_FALLING = 0.85
_FILE, _FUNCTION, _LINE, _WORDS, _RECENT = 1.0, 3.0, 1.0, 0.05, 0.02
_SIZE, _SPREAD = 0.6, 0.25
_ASIDE, _MENDING = 0.2, 0.8
_COMPANY = 0.5
"""The power of how many changes touch a function by which each is less suspect: a busy function acquits nobody."""
_MENDS = re.compile(r"\bfix|\brevert\b|\btypo|\bremove unused|\bclean ?up", re.IGNORECASE)
_NEAR = 10.0
_WORD = re.compile(r"[A-Za-z_][A-Za-z0-9_]{3,}")
_COMMON = frozenset(
    {"error", "errors", "exception", "failed", "fail", "fails", "fix", "fixes", "fixed", "with", "from", "that", "this",
     "when", "have", "must", "should", "could", "would", "none", "null", "true", "false", "self", "return", "value",
     "values", "type", "object", "attribute", "module", "function", "line", "code"}
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Change:
    """A change of a range: a pull request, or a commit that belongs to none. `date` is unix seconds of its
    merge."""

    title: str
    author: str
    shas: tuple[str, ...]
    files: tuple[TouchedFile, ...]
    pr: int | None = None
    date: float = 0.0


class Suspect(NamedTuple):
    """A change that may have caused the error. `score` orders suspects of one error and compares with nothing
    else; `share` is its part of all the evidence found, 0 to 1; `reasons` are for people, strongest first."""

    change: Change
    score: float
    share: float
    reasons: tuple[str, ...]


class _Evidence(NamedTuple):
    """What one frame says against one change."""

    weight: float
    reason: str


class _Place(NamedTuple):
    """A frame as it is looked for in changes; `weight` falls from the innermost frame outwards."""

    paths: tuple[str, ...]
    function: str
    lineno: int | None
    weight: float


def rank_suspects(
    frames: Sequence[Frame], changes: Iterable[Change], *, platform: str = "other", message: str = "", limit: int = 5
) -> tuple[Suspect, ...]:
    """The changes that touch what the error's stack went through, likeliest first; empty when none does.

    `frames` go from the outermost caller to the place that raised, as in `Event.stack`; only in-app ones count
    (all, where none is). `message` is weak evidence on top. Changes without any frame in common are never named:
    words alone accuse nobody.
    """
    listed = tuple(changes)
    today = _where_they_are_now(listed)
    places = _places(in_app(frames, platform) or frames, platform)
    touching = _touching(today)
    words = _words(message)
    latest = max((change.date for change in listed), default=0.0)
    span = latest - min((change.date for change in listed), default=0.0) or 1.0
    scored = []
    for change, files in zip(listed, today, strict=True):
        found = sorted((e for e in _evidence(places, change, files, touching) if e.weight > 0), reverse=True)
        if found:
            extra = _WORDS * _shared(words, change) + _RECENT * (1 - (latest - change.date) / span)
            scored.append((sum(e.weight for e in found) * (1 + extra), change, found))
    scored.sort(key=lambda entry: (-entry[0], -entry[1].date, entry[1].shas))
    total = sum(score for score, _, _ in scored)
    return tuple(Suspect(change, score, score / total, _reasons(found)) for score, change, found in scored[:limit])


def _places(frames: Sequence[Frame], platform: str) -> tuple[_Place, ...]:
    """The innermost frames, innermost first, each (path, function) once."""
    seen: dict[tuple[tuple[str, ...], str], _Place] = {}
    for frame in reversed(frames):
        paths, function = frame_paths(frame), _bare(function_name(frame, platform))
        if paths and (paths, function) not in seen and len(seen) < MAX_FRAMES:
            seen[paths, function] = _Place(paths, function, frame.lineno, _FALLING ** len(seen))
    return tuple(seen.values())


def _bare(function: str) -> str:
    """`(*Server).handle`, `Cart#total`, `App\\Cart::total` → the name that stands in the source's definition."""
    return re.split(r"[.#:\\]", function)[-1].strip("()*")


def _where_they_are_now(changes: Sequence[Change]) -> list[tuple[TouchedFile, ...]]:
    """The files of each change by the paths that they have after all changes, for that is what frames name. Moving a
    file as it is breaks nothing, and is left out."""
    moves: dict[str, list[tuple[float, str]]] = {}
    for change in changes:
        for file in change.files:
            if file.was:
                moves.setdefault(file.was, []).append((change.date, file.path))
    if not moves:
        return [change.files for change in changes]
    return [
        tuple(
            file._replace(path=_followed(file.path, change.date, moves))
            for file in change.files
            if file.hunks or not file.was
        )
        for change in changes
    ]


def _followed(path: str, since: float, moves: Mapping[str, Sequence[tuple[float, str]]]) -> str:
    made: set[tuple[float, str]] = set()
    while later := [move for move in moves.get(path, ()) if move[0] >= since and move not in made]:
        made.add(min(later))
        since, path = min(later)
    return path


def _touching(changes: Iterable[tuple[TouchedFile, ...]]) -> Counter[object]:
    """How many changes touch each file, and each function, for what many touch accuses nobody."""
    counts: Counter[object] = Counter()
    for files in changes:
        counts.update({file.path for file in files})
        counts.update({(file.path, name) for file in files for hunk in file.hunks for name in hunk.functions})
    return counts


def _evidence(
    places: Sequence[_Place], change: Change, files: Sequence[TouchedFile], touching: Counter[object]
) -> Iterable[_Evidence]:
    aside = [is_aside(file.path) for file in files]
    spread = 1 + _SPREAD * log(1 + aside.count(False))
    meant = _MENDING if _MENDS.search(change.title) else 1.0
    for place in places:
        best = max((_match(place, file, touching) for file in files), default=_Evidence(0.0, ""))
        yield best._replace(weight=best.weight * place.weight * meant / spread)


def _match(place: _Place, file: TouchedFile, touching: Counter[object]) -> _Evidence:
    alike = likeness(place.paths, file.path)
    if not alike:
        return _Evidence(0.0, "")
    changed = sum(hunk.changed for hunk in file.hunks)
    weight = _FILE * (1 + _SIZE * log(1 + changed)) / touching[file.path]
    reason = f"touches {file.path}{_rarity(touching[file.path], 'file')}"
    hunks = [hunk for hunk in file.hunks if place.function and place.function in hunk.functions]
    if hunks:
        others = touching[file.path, place.function]
        weight += _FUNCTION * (1 + _SIZE * log(1 + sum(hunk.changed for hunk in hunks))) / others**_COMPANY
        reason = f"changes {place.function} in {file.path}{_rarity(others, 'function')}"
    if near := _nearness(place.lineno, file.hunks):
        weight += _LINE * near
        reason += f", close to line {place.lineno}"
    return _Evidence(weight * alike * (_ASIDE if is_aside(file.path) else 1.0), reason)


def _rarity(count: int, kind: str) -> str:
    return f", the only change of this {kind}" if count == 1 else f", one of {count} changes of this {kind}"


def _nearness(lineno: int | None, hunks: Iterable[Hunk]) -> float:
    """1 inside a hunk, falling to 0 some tens of lines away; earlier changes' lines have moved since, so it counts
    little."""
    if lineno is None:
        return 0.0
    away = min((max(h.start - lineno, lineno - h.start - h.length + 1, 0) for h in hunks), default=1000)
    return max(0.0, 1 - away / _NEAR)


def _words(text: str) -> frozenset[str]:
    return frozenset(word.lower() for word in _WORD.findall(text[:2000])) - _COMMON


def _shared(words: frozenset[str], change: Change) -> int:
    return min(3, len(words & _words(change.title))) if words else 0


def _reasons(found: Sequence[_Evidence]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(evidence.reason for evidence in found[:3]))
