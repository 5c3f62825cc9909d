"""The last touches to a verdict of the model: the finer category, and its reason in words."""

import re
from collections.abc import Iterable

from releaseray.notes.aside import PROMISING
from releaseray.notes.change import Change
from releaseray.notes.draft import Category
from releaseray.notes.model import Model
from releaseray.notes.model_learn import CLASSES
from releaseray.notes.regexes import regex

_SECURITY = regex(
    r"\bCVE-\d|\bGHSA-|\b(?:security|vulnerabilit(?:y|ies)|xss|ssrf|csrf|redos|path traversal)\b", re.IGNORECASE
)
_NEAR_SECURITY = regex(r"cve-|ghsa-|secur|vuln|xss|ssrf|csrf|redos|path t")
DEPRECATES = regex(r"\bdeprecat(?:e[sd]?|ing|ions?)\b", re.IGNORECASE)
_REMOVES = regex(r"\b(?:remov|drop|delet|renam)", re.IGNORECASE)
_MENDS = regex(r"(?:bug|hot)?fix(?:e[sd])?\b", re.IGNORECASE)
OWN_TOOLS = regex(
    r"(?:add|improve|extend|expand|write)(?:s|ed|ing)?(?: \S+){0,3}? (?:test-?cases?\b|benchmarks?\b"
    r"|tests?(?: cases?| coverage| suites?| for\b| of\b|$))"
    r"|(?:add|use|enable|configure|set ?up|run|adopt|switch to|migrate to)(?:s|ed|ing)?(?: \S+){0,2}? (?:codespell"
    r"|pre-commit|renovate|dependabot|codecov|coveralls|flake8|mypy|ruff|isort|pylint|eslint|prettier|golangci-lint|rustfmt|rubocop"
    r"|editorconfig|github actions?|travis|appveyor|circleci|codeql|zizmor|devcontainer|lefthook|husky)\b",
    re.IGNORECASE,
)
"""Of 770 changes with such titles maintainers listed 151 and filed 19 as features."""

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
    if category is Category.BREAKING and DEPRECATES.search(title) and not _REMOVES.search(title):
        return Category.DEPRECATION
    return category


def no_feature(change: Change) -> Category | None:
    """What a change is that would puzzle its readers under features, by the title's own words: a fix, what a project
    adds to its own tests or tools, or what stands in its pages. None where it may be one."""
    text = change.headline.text
    if _MENDS.match(text):
        return Category.FIX
    if change.headline.kind in PROMISING:
        return None
    if OWN_TOOLS.match(text):
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
