"""Highlights, chosen as an editor would: a short sum of what a change is, what it touches and how it is told.

The weights were set on the highlights that five projects name themselves; `benchmarks/notes/HIGHLIGHTS.md` says which,
and how often our choice is theirs.
"""

import re
from collections.abc import Sequence
from functools import lru_cache
from math import log2

from releaseray.notes.draft import Category
from releaseray.notes.history import FileChange
from releaseray.notes.model_paths import role
from releaseray.notes.prepared import Item
from releaseray.notes.regexes import regex
from releaseray.notes.wording import imperative

MOST = 5
MOST_BREAKING = 2
"""What one can do now comes before what one has to do: that stands under its own heading."""

_CONSIDERED = 60
"""Changes that are scored, those that matter most: among more there is hardly another highlight."""

_KIND = {Category.FEATURE: 1.0, Category.BREAKING: 0.7, Category.SECURITY: 0.7, Category.PERF: 0.4}
_CHOSEN_BY_PEOPLE = regex(r"highlight|notable|headline|major[- ]feature", re.IGNORECASE)

_OPENINGS = (
    (0.3, r"(?:add|introduce|implement|support|new|initial|create|provide|expose|enable|allow|stabili[sz]e)\b"),
    (-0.6, r"(?:fix|correct|handle|prevent|avoid|ensure|make sure|don.?t)\b"),
    (-0.2, r"(?:improve|update|refactor|clean|simplify|move|use|change|tweak|adjust|rename|replace|migrate|convert)\b"),
)
"""What a title opens with, and what that adds."""

_PLATFORMS = (
    r"\b(?:python|django|node(?:\.js)?|ruby|rails|php|java|go|rust|typescript|postgres\w*|graphql\S*|windows|linux"
    r"|macos|android|ios|swift|kotlin|arm)\b.{0,14}\d"
)
_SMALL_WORDS = """
warning warnings message messages edge case cases error errors option options parameter parameters argument arguments
log logs logging label labels tooltip tooltips example examples annotation annotations hint hints typing
"""
_UPKEEP_WORDS = """
test tests testing ci lint linting linter ruff flake8 isort mypy pyupgrade pycodestyle eslint prettier clippy rubocop
workflow workflows benchmark benchmarks typo typos spelling spellcheck comment comments readme internal internals
refactor refactoring cleanup cleanups docstring docstrings doc docs documentation style trusted publishing developer
website
"""
_SAYINGS = (
    (0.3, r"\bsupport"),
    (0.5, r"(?:drop|remove)\w* (?:\w+ ){0,3}support|\bend.of.life\b|\beol\b"),
    (0.5, _PLATFORMS),
)
"""What a title says anywhere, and what that adds."""

_SMALL = (-0.2, frozenset(_SMALL_WORDS.split()))
_UPKEEP = (-1.2, frozenset(_UPKEEP_WORDS.split()))
_WORD = regex(r"[a-z0-9]+")
_OPENS = [(points, regex(opening)) for points, opening in _OPENINGS]
_SAYS = [(points, regex(saying)) for points, saying in _SAYINGS]
_CODE = regex(r"`|\w_\w|\w\(\)|::")
_MOST_FILES = 16
_SHIPPED = frozenset({"src", "ui", "config"})


def highlights(shown: Sequence[Item]) -> list[Item]:
    """The most telling items of those `shown`, best first: at most five, at most a third of a short list, and behind
    the first none that only mends something small."""
    best = ranked(shown)[: min(MOST, max(1, -(-len(shown) // 3)))]
    return [item for at, item in enumerate(best) if at == 0 or score(item) > 0]


def ranked(shown: Sequence[Item]) -> list[Item]:
    """All that could be a highlight, best first; of what breaks only the first two come before the rest."""
    scored = sorted(((score(item), item) for item in by_weight(shown)[:_CONSIDERED]), key=lambda pair: -pair[0])
    order = [item for _, item in scored]
    breaking = [item for item in order if item.category is Category.BREAKING]
    late = {id(item) for item in breaking[MOST_BREAKING:]}
    return [*(item for item in order if id(item) not in late), *breaking[MOST_BREAKING:]]


def foremost(items: Sequence[Item], most: int) -> Sequence[Item]:
    """The items of a list too long to be shown whole, with what an editor would name among the first `most`."""
    if len(items) <= most:
        return items
    first = ranked(items)[:most]
    named = {id(item) for item in first}
    return [*first, *(item for item in items if id(item) not in named)]


def by_weight(shown: Sequence[Item]) -> list[Item]:
    """What matters and takes nothing back, the weightiest first."""
    return sorted((item for item in shown if item.matters and not item.change.reverts), key=lambda item: -item.weight)


def score(item: Item) -> float:
    """How likely an editor names the change among the first: about 1 for an ordinary feature, below 0 for a small fix,
    3 and more for what a release is remembered for."""
    change = item.change
    told = _told(imperative(item.note, item.fault))
    named = 2.0 if any(_CHOSEN_BY_PEOPLE.search(label) for label in change.labels) else 0.0
    explained = 0.1 * log2(1 + min(len(change.body), 8000) / 80)
    return _KIND.get(item.category, 0.0) + told + named + explained + _touched(change.files)


@lru_cache(maxsize=1024)
def _told(title: str) -> float:
    """What the words of a title add. Remembered, because every persona asks again."""
    text = title.lower()
    words = frozenset(_WORD.findall(text))
    told = sum(points for points, saying in _SAYS if saying.search(text))
    told += sum(points for points, known in (_SMALL, _UPKEEP) if not known.isdisjoint(words))
    told += next((points for points, opening in _OPENS if opening.match(text)), 0.0)
    return told - 0.02 * (text.count(" ") + 1) - 0.1 * min(4, len(_CODE.findall(text)))


@lru_cache(maxsize=1024)
def _touched(files: tuple[FileChange, ...]) -> float:
    """What the paths add: breadth, documentation written along with code, and new files of the product."""
    roles = {(file.status, role(file.path)) for file in files[:_MOST_FILES]}
    shipped = any(part in _SHIPPED for _, part in roles)
    documented = 0.3 if shipped and any(part == "docs" for _, part in roles) else 0.0
    new = 0.3 if ("A", "src") in roles or ("A", "ui") in roles else 0.0
    return 0.3 * log2(1 + min(len(files), 200)) + documented + new
