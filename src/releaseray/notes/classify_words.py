"""The last touches to a verdict of the model: the finer category, and its reason in words."""

import re
from collections.abc import Iterable

from releaseray.notes.aside import PROMISING
from releaseray.notes.change import Change
from releaseray.notes.conventions import spoken_category
from releaseray.notes.draft import Category
from releaseray.notes.model import Model
from releaseray.notes.model_learn import CLASSES
from releaseray.notes.model_paths import role
from releaseray.notes.regexes import regex

_SECURITY = regex(
    r"\bCVE-\d|\bGHSA-|\b(?:security|vulnerabilit(?:y|ies)|xss|ssrf|csrf|redos|path traversal)\b", re.IGNORECASE
)
_NEAR_SECURITY = regex(r"cve-|ghsa-|secur|vuln|xss|ssrf|csrf|redos|path t")
_DEPRECATES = regex(r"\bdeprecat(?:e[sd]?|ing|ions?)\b", re.IGNORECASE)
_REMOVES = regex(r"\b(?:remov|drop|delet|renam)", re.IGNORECASE)
_MENDS = regex(r"(?:bug|hot)?fix(?:e[sd])?\b", re.IGNORECASE)
_ENDS = regex(
    r"(?:drop|remove|end)(?:s|d|ped|ed)? (?:(?:the )?support\b|[^:;,]{1,40} support(?:$| for\b| from\b| \(|\.))"
    r"|(?:drop|remove)(?:s|d|ped)? (?:python|node|ruby|php|go|rust|java|django|rails)\b.*\d",
    re.IGNORECASE,
)
_SPARE = regex(
    r"\b(?:unused|unneeded|redundant|dead|no longer used)\b(?:[^,;]{0,30}\s)?"
    r"(?:imports?|(?:dev[- ]?)?dependenc(?:y|ies)|deps|variables?|code|comments?|warnings?|includes?|headers?|casts?"
    r"|functions?|helpers?|members?|macros?|consts?|constants?|files?|assignments?|locals?|private)\b"
    r"|\b(?:remov|drop|delet)\w*\s(?:[^,;]{0,40}\s)?(?:stray|redundant|superfluous|left-?over|orphaned|un(?:necessary|needed)"
    r"|needless|duplicated?|no-op|spurious|extraneous|useless|no longer (?:used|needed|necessary|required))\b"
    r"|\b(?:remov|drop|delet)\w*\s(?:[\w-]+\s){0,3}(?:casts?|includes?|asserts?|assertions?|todos?|whitespace)\b"
    r"|^mov(?:e|es|ed|ing)\b[^,;]{0,60}\b(?:sub-?dir(?:ectory)?|folders?|director(?:y|ies)|files?)\b"
    r"|\bmake (?:it|them|\S{1,60}) static\b",
    re.IGNORECASE,
)
"""What nobody used or missed. Of 139 such removals that maintainers listed, they filed 9 as breaking; of moves between
files and folders almost none."""

_MENDS_ONLY = regex(r"(?:bug|hot)?fix(?:e[sd]|ing)?\b", re.IGNORECASE)
_BREAKS = regex(
    r"\b(?:breaking|requir|disallow|deprecat|forbid|mandatory|(?:and|by) (?:remov|renam|chang|drop))", re.IGNORECASE
)
_TURNS = regex(
    r"\b(?:breaking|remov|renam|requir|chang|break|deprecat|disallow|instead|no longer|migrat|drop|delet"
    r"|now\b|must\b|mandatory|default|move|mini?mum|msrv\b|strict|reject|rais|throw|forbid)",
    re.IGNORECASE,
)
"""What a title says where something else than before is meant and its author did not mark it. Of 800 changes that say
none of it and that only a model took for breaking maintainers filed 32 so, 101 under another kind and left 296 out; of
220 that only replace, bump, switch, convert or speak of errors, 6, 31 and 130."""

_SAYS_BREAKING = regex(r"\bbreaking[ -]changes?\b", re.IGNORECASE)

_SPARES_USERS = regex(
    r"(?:us(?:e|es|ed|ing) non-?deprecated"
    r"|(?:replac|avoid|stop|migrat|silenc|suppress|fix|address|resolv|handl|ignor|updat|clean|speed)\w*"
    r" (?:[\w.-]+ ){0,4}?(?:\S+/)?deprecat(?:ed|ions?)\b"
    r"|(?:remov|drop|delet)\w* (?:the )?(?:calls?|uses?|usages?|references?) (?:to|of) (?:the |a )?deprecated)",
    re.IGNORECASE,
)
"""What is done about something deprecated by who used it. Of 228 such changes maintainers filed 3 as breaking or as a
deprecation."""

_INSIDE = regex(
    r"\b(?:internally|(?:in|from|of) (?:the )?(?:unit |integration )?tests?"
    r"|test (?:suite|modules?|files?|utils?|helpers?))\b"
    r"|\b(?:compiler|clippy|lint\w*|rubocop|mypy|unchecked|sonar|coverity|pylint|flake8)"
    r" (?:warnings?|errors?|issues?|offen[cs]es?)\b"
    r"|\b(?:CI|dependabot|codeql|github actions?|CIFuzz)\b(?!-)|\.gitignore\b|\bgitignore$|clippy::",
)
"""What nobody but its makers sees."""

_OWN_TOOLS = regex(
    r"(?:add|improve|extend|expand|write)(?:s|ed|ing)?(?: \S+){0,3}? (?:test-?cases?\b|benchmarks?\b"
    r"|tests?(?: cases?| coverage| suites?| for\b| of\b|$))"
    r"|(?:add|use|enable|configure|set ?up|run|adopt|switch to|migrate to)(?:s|ed|ing)?(?: \S+){0,2}? (?:codespell"
    r"|pre-commit|renovate|dependabot|codecov|coveralls|flake8|mypy|ruff|isort|pylint|eslint|prettier|golangci-lint|rustfmt|rubocop"
    r"|editorconfig|github actions?|travis|appveyor|circleci|codeql|zizmor|devcontainer|lefthook|husky)\b",
    re.IGNORECASE,
)
"""Of 770 changes with such titles maintainers listed 151 and filed 19 as features."""

_UPKEEP = frozenset({"", "chore", "chores", "refactor", "refactoring", "test", "tests", "build", "ci", "style"})
"""Kinds, or a tag (""), by which authors say upkeep. Of 40 such that a project's past made breaking, its maintainers
filed 3 so, and of 82 that nothing but the words did, 22. Words like numpy's MAINT they use of anything."""

_IN_PAGES = regex(
    r"\b(?:in|to|from|of|for) (?:the )?(?:\S+ )?"
    r"(?:manual|docs|documentation|readme(?:\.md)?|man ?pages?|tutorials?|guides?)(?:$|\.$| \(| for\b| on\b| of\b)",
    re.IGNORECASE,
)
"""Of such changes maintainers filed 117 under documentation, 25 under fixes and 6 under features."""

_PLAIN = {
    "f": "title begins “{}”",
    "t": "word “{}” in the title",
    "l": "title ends “{}”",
    "k": "prefix {}:",
    "s": "scope {}",
    "e": "emoji {}",
    "g": "tag [{}]",
    "b": "word “{}” in the text",
    "p": "path names “{}”",
    "x": "files of type .{}",
    "only": "touches only {} files",
    "r": "touches {} files",
    "rA": "adds {} files",
    "rD": "deletes {} files",
    "no pr": "no pull request, where others are",
}
_SPOKEN = "prefix says {}"
_TALK = {
    "perf": "speed", "fix": "something wrong", "add": "something new", "drop": "something taken away",
    "old": "something deprecated", "docs": "documentation", "chore": "upkeep", "sec": "security",
}  # fmt: skip


_TELLING = frozenset({*_PLAIN, "q", "fq", "kc"})
_NO_BODY = "b:none"


def refined(category: Category, change: Change) -> Category:
    """Security among fixes, deprecation among what breaks: the model does not tell these apart."""
    title = change.headline.text
    if category is Category.FIX and _NEAR_SECURITY.search(title.lower()) and _SECURITY.search(title):
        return Category.SECURITY
    if category is Category.BREAKING and _DEPRECATES.search(title) and not _REMOVES.search(title):
        return Category.DEPRECATION
    return category


def breaks_nothing(change: Change, surely: bool) -> bool:
    """Whether a change breaks nothing for anybody, whatever a model makes of it: its pages of documentation ship
    nothing, nobody has used what was never used, its author knew what a chore is, or its title does not say that
    anything is otherwise than before. That last is not asked where it `surely` breaks something."""
    said = spoken_category(change.headline)
    text = change.headline.text
    if said is Category.DOCS or any(says(text) for says in (_SPARE.search, _INSIDE.search, _OWN_TOOLS.match)):
        return True
    if _SPARES_USERS.match(text) and " and deprecat" not in text:
        return True
    if _MENDS_ONLY.match(text) and not _BREAKS.search(change.title):
        return True
    if not surely and not _TURNS.search(change.title) and not _SAYS_BREAKING.search(change.body):
        return True
    if said is Category.INTERNAL and change.headline.kind in _UPKEEP and not _ends(change):
        return True
    return bool(change.files) and all(role(file.path) == "docs" for file in change.files)


def ends_support(change: Change) -> bool:
    """Whether something that worked works no longer by the title's own words: "Drop support for X", "Drop Ruby 2"."""
    text = change.headline.text
    return text[:1] in "dDrReE" and _ENDS.match(text) is not None


def _ends(change: Change) -> bool:
    return ends_support(change) or _DEPRECATES.search(change.headline.text) is not None


def no_feature(change: Change) -> Category | None:
    """What a change is that would puzzle its readers under features, by the title's own words: a fix, what a project
    adds to its own tests or tools, or what stands in its pages. None where it may be one."""
    text = change.headline.text
    if _MENDS.match(text):
        return Category.FIX
    if change.headline.kind in PROMISING:
        return None
    if _OWN_TOOLS.match(text):
        return Category.INTERNAL
    return Category.DOCS if _IN_PAGES.search(text) else None


def explained(category: Category, features: Iterable[str], model: Model, own: bool) -> str:
    """The feature that speaks loudest for the category, in words; `own` says that the project's past decided."""
    at = CLASSES.index(category)
    loudest, most = "", 0.0
    for feature in features:
        weight = model.weights(feature)[at]
        if (weight, loudest) > (most, feature) and _tells(feature):
            loudest, most = feature, weight
    why = _worded(loudest)
    return f"{why}; so filed in this project's changelog" if own else why


def _tells(feature: str) -> bool:
    return feature != _NO_BODY and feature.partition(":")[0] in _TELLING


def _worded(feature: str) -> str:
    kind, _, value = feature.partition(":")
    if kind in {"q", "fq"} and value in _TALK:
        return f"title speaks of {_TALK[value]}"
    if kind == "kc":
        return _SPOKEN.format(value)
    return _PLAIN[kind].format(value) if kind in _PLAIN and value else "title and files taken together"
