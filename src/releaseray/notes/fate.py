"""What becomes of a change before anyone judges it: told, or folded as housekeeping, by and for machines."""

import re
from enum import StrEnum

from releaseray.notes.aside import PROMISING, is_aside
from releaseray.notes.change import Change
from releaseray.notes.headline import Headline
from releaseray.notes.model_paths import role
from releaseray.notes.regexes import regex


class Fate(StrEnum):
    """What becomes of a change before anyone judges it."""

    TOLD = "told"
    CANCELLED = "cancelled"
    DEPENDENCY = "dependency"
    RELEASE = "release"
    CHORE = "chore"


_VERSION = r"v?\d{1,6}\.\d{1,6}[\w.+-]{0,40}"
_RELEASE = regex(
    rf"{_VERSION}(?: release)?$"
    rf"|(?:[-\w]{{1,30}}+(?: [-\w]{{1,30}}+){{0,2}}+: )?(?:release|releasing|prep(?:are)?|preparing|start|tag"
    rf"|publish|cut|version|"
    rf"set version|begin|finali[sz]e)(?: [-:\w]{{1,30}}){{0,4}} {_VERSION}"
    rf"(?:, [-\w]{{1,30}} {_VERSION}){{0,5}}(?: release)?\.?$"
    r"|(?:bump|update|set|increment|upgrade)(?: (?:the|to|package|crate|project|app|dev|lib|library|next|new)){0,4} "
    r"version(?: number| string)?(?: (?:to|from|for|in) .{0,200})?$"
    rf"|chang(?:e|es|ed|ing) (?:the )?version (?:number )?(?:from {_VERSION} )?to {_VERSION}$"
    rf"|bump(?:ed|ing|s)? (?:to |up to )?{_VERSION}$|bump(?:ed|ing|s)?:? (?:the )?version\b"
    rf"|bump {_VERSION} (?:to|->|→) {_VERSION}$"
    r"|(?:start|begin|open|back to|post[- ]release|prepare).{0,40}"
    r"\b(?:development|dev|snapshot|next release|next version|release)\b"
    r"|version packages\b|(?:new|next) (?:version|release)$|release(?: notes?)?$|publish$"
    r"|(?:update|generate|prepare|finali[sz]e|add|sync|edit)(?:d|s)? (?:the )?"
    r"(?:(?:changelog|release notes|authors|thanks)\b|(?:changes|news|history)(?:[.,]|$| for v?\d"
    r"| to reflect\b| (?:file|bullet|entr(?:y|ies))\b))"
    r"|changelogs?(?: for .{1,60})?$|prep(?:are)? for release|v?\d+(?:\.\d+)+ changes$"
    r"|\[maven-release-plugin\]|updating (?:changelog|version)|release candidate|synced$",
    re.IGNORECASE,
)
_NAMED_VERSION = regex(rf"[\w@/.-]{{1,60}}[ @]{_VERSION}(?: release)?$")
"""Under an area it is no release of the project: "compat: Python 3.14"."""

_DEPENDENCY = regex(
    r"(?:bump|update|upgrade|pin|lock|roll)(?:s|ed|d|ing)? (?:the )?(?:(?!when|while)\S{1,80} ){0,5}?"
    r"(?:from \S{1,80} to \S|group\b|dependenc(?:y|ies)\b|deps\b|digest to |to v?\d|requirements?\b(?! for)|lock ?file"
    r"|packages$|submodules?\b)|pin(?:s|ned|ning)?\b(?! (?:the|an?)\b)"
    r"|lock file maintenance|pre-commit autoupdate|\[pre-commit\.ci\]"
    r"|(?:bump|update|upgrade) (?:\d{1,5} )?(?:(?:dev|pre-commit|github|gha|ci|https\S{1,80}) ){0,3}"
    r"(?:actions?|hooks?|requirements|https\S)\b",
    re.IGNORECASE,
)
_REVISION = regex(
    r"(?:bump|update|upgrade)[ds]? \S{1,80} to (?:commit |revision |rev )?(?=[0-9a-f]*\d)[0-9a-f]{10,64}$",
    re.IGNORECASE,
)
_MOST_PINS = 3
"""Files that a pinned revision stands in; who touches more brings its content."""

_RAISES_MINIMUM = regex(
    r"\bmin(?:imum)?\b|\bsupported\b|\brequire[ds]?\b|\bor (?:greater|newer|later)\b", re.IGNORECASE
)
_LOCKS = (
    "package-lock.json", "yarn.lock", "pnpm-lock.yaml", "Cargo.lock", "poetry.lock", "uv.lock",
    "pdm.lock", "Gemfile.lock",
    "composer.lock", "go.sum", "Pipfile.lock", "flake.lock", "mix.lock", "Podfile.lock",
    "bun.lockb", "npm-shrinkwrap.json",
)  # fmt: skip
_MANIFESTS = frozenset(
    {"go.mod", "package.json", "cargo.toml", "pom.xml", "gemfile", "pyproject.toml", "composer.json"}
)
_UPDATES = regex(r"(?:minor )?(?:bump|update|upgrade|dependenc)", re.IGNORECASE)
_CHORE = regex(
    r"(?:auto[- ]?translate|new crowdin|updates? (?:from|via) (?:crowdin|transifex|weblate)|translated using|automated|"
    r"update(?:d)? (?:translations?|contributors|all-contributors|authors|copyright)|"
    r"(?:add|remove|update)\w* .{0,60}\b(?:as (?:an? )?(?:\w+ )?sponsors?|to (?:the )?sponsors|sponsors?(?:: .*)?$)"
    r"|style fixes by"
    r"|\[automated\]|apply black|"
    r"\[pre-commit\.ci\]|fixup!|squash!|wip$|typo$|fix typos?$|lint$|fix lint(?:ing)?$"
    r"|format(?:ting)?(?: tweaks?| fix(?:es)?| changes?)?$"
    r"|merge\b.* into |merge pull request #\d+ from \S+$)",
    re.IGNORECASE,
)
_FOLLOWS_UP = regex(
    r"address(?:e[sd]|ing)? (?:\S+ ){0,3}?(?:review\S* (?:comments?|feedback|suggestions?|nits?)"
    r"|(?:feedback|comments?|review)$)",
    re.IGNORECASE,
)
_UPKEEP_AREA = regex(
    r"(?:tidy-?up|clean-?up|nits?|spelling|typos?|whitespace|indent(?:ation)?|codespell|gha|ci|github|appveyor|travis|"
    r"azure-pipelines|circleci|gitignore|mailmap|codeowners)(?:$|[/ ,.-])",
    re.IGNORECASE,
)
_SAYS_NOTHING = regex(
    r"(?:(?:fix|more|misc(?:ellaneous)?|various|minor|small|some|tiny|general|further) ?){0,3}"
    r"(?:misc(?:ellaneous)?|fix(?:es|up)?|changes?|clean-?ups?|updates?|tweaks?|improvements?|tidy-?ups?|polish|nits?|stuff|wip)?\.?",
    re.IGNORECASE,
)
_KEPT_BOOKS = regex(
    r"(?:add|mention|put|note|expand|fix)\b.{0,60}\b(?:changelog|change log|release notes)(?: entry| typo)?$",
    re.IGNORECASE,
)
_BOOKS = ("hangelog", "hange log", "elease notes", "CHANGELOG")
_KEEPING = frozenset("AaMmPpNnEeFf")
"""What is in the titles that the pattern above is asked of, and the first letters of those it matches."""

_PAGES = frozenset({"docs", "meta"})
_TELLING = PROMISING | {"fix", "bugfix", "hotfix"}


def fate_of(change: Change) -> Fate:
    """What becomes of the change by its own words, paths and author."""
    headline = change.headline
    text = headline.text[:200]
    if _is_release(headline, text) or _keeps_books(change, text):
        return Fate.RELEASE
    if _is_dependency_update(change, text):
        return Fate.DEPENDENCY
    if change.is_bot or _is_upkeep(change, text):
        return Fate.CHORE
    return Fate.TOLD


def _is_release(headline: Headline, text: str) -> bool:
    return (
        headline.kind in ("release", "rel", "rls")
        or _RELEASE.match(text) is not None
        or (headline.scope == "release" and bool(headline.kind))
        or (headline.scope == "" and headline.kind not in _TELLING and _NAMED_VERSION.match(text) is not None)
    )


def _keeps_books(change: Change, text: str) -> bool:
    """Whether the change is one of the changelog itself."""
    if any(tag.lower() == "changelog" for tag in change.headline.tags):
        return True
    if not any(book in text for book in _BOOKS):
        return False
    pages = bool(change.files) and all(role(path) in _PAGES for _, path in change.files)
    return pages or (text[:1] in _KEEPING and _KEPT_BOOKS.match(text) is not None)


def _is_dependency_update(change: Change, text: str) -> bool:
    headline = change.headline
    if headline.kind in ("deps", "dep", "dependencies") or headline.scope.startswith(("deps", "dependencies")):
        return True
    if headline.scope.lower() in _MANIFESTS and _UPDATES.match(text) and not _RAISES_MINIMUM.search(text):
        return True
    if _DEPENDENCY.match(text) and not _RAISES_MINIMUM.search(text):
        return change.is_bot or headline.kind not in ("feat", "fix", "breaking")
    files = change.files
    if _REVISION.match(text):
        return len(files) <= _MOST_PINS
    return bool(files) and files[0].path.endswith(_LOCKS) and all(file.path.endswith(_LOCKS) for file in files)


def _is_upkeep(change: Change, text: str) -> bool:
    area = _UPKEEP_AREA.match(change.headline.scope)
    return bool(
        area
        or _SAYS_NOTHING.fullmatch(text)
        or _CHORE.match(text)
        or follows_up(change)
        or is_aside(change.headline, change.files)
        or (change.title != text and _CHORE.match(change.title))
    )


def follows_up(change: Change) -> bool:
    """Whether a change only does what was asked for when another one was reviewed."""
    text = change.headline.text
    return text[:1] in "aA" and _FOLLOWS_UP.match(text) is not None
