"""What a reader need not see: changes taken back within the range, said twice, or made by and for machines."""

import re
from collections.abc import Iterator, Sequence
from enum import StrEnum

from releaseray.notes.aside import is_aside
from releaseray.notes.change import Change
from releaseray.notes.headline import Headline
from releaseray.notes.regexes import regex
from releaseray.notes.titles import Titles


class Fate(StrEnum):
    """What becomes of a change before anyone judges it."""

    TOLD = "told"
    CANCELLED = "cancelled"
    DEPENDENCY = "dependency"
    RELEASE = "release"
    CHORE = "chore"


_QUOTED = regex(
    r'(?:(?:this )?reverts?|reapply|reland|back ?out)(?: of)?(?: pr| pull request)?:?\s*["“\'](.+)["”\']', re.IGNORECASE
)
_REVERT = regex(r"(?:this )?(?:reverts?|back(?:s|ed)? ?out|undo(?:es)?)\b(?!ing)", re.IGNORECASE)
_REAPPLY = regex(r"(?:reapply|reland|re-apply|re-land|unrevert)\b", re.IGNORECASE)
_OPENINGS = frozenset("TtRrBbUu")
"""First letters of what the two patterns above match: most titles begin with another."""

_REVERTED_SHA = regex(
    r"[Rr]evert(?:s|ing|ed)?(?: of)?(?: the)?(?: (?:changes?|commits?|merge))?:?"
    r"((?:[\s,(]{1,3}(?:and\s)?[0-9a-f]{7,64}\b){1,20})"
)
_SHA = regex(r"\b[0-9a-f]{7,64}\b")
_REVERTED_PR = regex(
    r"^[ \t]*(?:this )?(?:PR )?reverts?:?[ \t]+(?:PR |pull request )?(?:[\w.-]+/[\w.-]+)?[#!](\d+)",
    re.IGNORECASE | re.MULTILINE,
)
_PICKED = regex(r"\(cherry picked from commit ([0-9a-f]{7,64})\)")
_VERSION = r"v?\d{1,6}\.\d{1,6}[\w.+-]{0,40}"
_RELEASE = regex(
    rf"(?:[\w@/.-]{{1,60}}[ @])?{_VERSION}(?: release)?$"
    rf"|(?:[-\w]{{1,30}}+(?: [-\w]{{1,30}}+){{0,2}}+: )?(?:release|releasing|prepare|preparing|start|tag"
    rf"|publish|cut|version|"
    rf"set version|begin|finali[sz]e)(?: [-:\w]{{1,30}}){{0,4}} {_VERSION}"
    rf"(?:, [-\w]{{1,30}} {_VERSION}){{0,5}}(?: release)?\.?$"
    r"|(?:bump|update|set|increment|upgrade)(?: (?:the|to|package|crate|project|app|dev|lib|library|next|new)){0,4} "
    r"version(?: number| string)?(?: (?:to|from|for|in) .{0,200})?$"
    rf"|bump(?:ed|ing|s)? (?:to |up to )?{_VERSION}$|bump(?:ed|ing|s)?:? (?:the )?version\b"
    rf"|bump {_VERSION} (?:to|->|→) {_VERSION}$"
    r"|(?:start|begin|open|back to|post[- ]release|prepare).{0,40}"
    r"\b(?:development|dev|snapshot|next release|next version|release)\b"
    r"|version packages\b|(?:new|next) (?:version|release)$|release(?: notes?)?$|publish$"
    r"|(?:update|generate|prepare|finali[sz]e|add|sync|edit)(?:d|s)? (?:the )?"
    r"(?:changelog|changes|release notes|news|history|authors|thanks)\b"
    r"|changelogs?(?: for .{1,60})?$|prep(?:are)? for release|v?\d+(?:\.\d+)+ changes$"
    r"|\[maven-release-plugin\]|updating (?:changelog|version)|release candidate|synced$",
    re.IGNORECASE,
)
_DEPENDENCY = regex(
    r"(?:bump|update|upgrade|pin|lock|roll)(?:s|ed|d|ing)? (?:the )?(?:\S{1,80} ){0,5}?(?:from \S{1,80} to \S|group\b|"
    r"dependenc(?:y|ies)\b|deps\b|digest to |to v?\d|requirements?\b(?! for)|lock ?file|packages$|submodules?\b)"
    r"|(?:pin|lock file maintenance|pre-commit autoupdate|\[pre-commit\.ci\])"
    r"|(?:bump|update|upgrade) (?:\d{1,5} )?(?:(?:dev|pre-commit|github|gha|ci|https\S{1,80}) ){0,3}"
    r"(?:actions?|hooks?|requirements|https\S)\b",
    re.IGNORECASE,
)
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
    r"update(?:d)? (?:translations?|contributors|all-contributors|authors|copyright)|style fixes by"
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
    r"(?:tidy-?up|clean-?up|spelling|typos?|whitespace|indent(?:ation)?|codespell|gha|ci|github|appveyor|travis|"
    r"azure(?:-pipelines)?|circleci|gitignore|mailmap|codeowners)(?:$|[/ ,.-])",
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


def prune(changes: Sequence[Change]) -> list[tuple[Change, Fate]]:
    """Each change (duplicates joined), newest first as given, with what becomes of it."""
    joined = _joined(changes)
    cancelled = _cancelled(joined)
    told = []
    for at, change in enumerate(joined):
        fate = Fate.CANCELLED if at in cancelled else _fate(change)
        reverts = fate is Fate.TOLD and _takes_back(change.headline)
        told.append((change._replace(reverts=True) if reverts else change, fate))
    return told


def follows_up(change: Change) -> bool:
    """Whether a change only does what was asked for when another one was reviewed."""
    text = change.headline.text
    return text[:1] in "aA" and _FOLLOWS_UP.match(text) is not None


def _takes_back(title: Headline) -> bool:
    return title.kind == "revert" or (title.text[:1] in _OPENINGS and _REVERT.match(title.text) is not None)


def _joined(changes: Sequence[Change]) -> list[Change]:
    """Changes told twice become one: the same sentence, or a cherry-pick of what the range holds as well."""
    by_sha = {sha: at for at, change in enumerate(changes) for sha in change.shas}
    by_text: dict[str, int] = {}
    twins: dict[int, list[int]] = {}
    for at, change in enumerate(changes):
        first = _original(change, by_sha)
        key = change.headline.text.casefold()
        if (
            first is None
            and key.count(" ") >= 2
            and not change.reverts
            and not (key[0] in _OPENINGS and (_REVERT.match(key) or _REAPPLY.match(key)))
        ):
            first = by_text.setdefault(key, at)
        if first is not None and first != at and first not in twins.get(at, ()):
            twins.setdefault(first, []).append(at)
    gone = {at for others in twins.values() for at in others}
    return [
        _join(change, [changes[o] for o in twins.get(at, ())]) for at, change in enumerate(changes) if at not in gone
    ]


def _original(change: Change, by_sha: dict[str, int]) -> int | None:
    if "cherry picked" not in change.body:
        return None
    return next((by_sha[sha] for sha in _PICKED.findall(change.body) if sha in by_sha), None)


def _join(change: Change, others: list[Change]) -> Change:
    if not others:
        return change
    alike = [change, *others]
    return change._replace(
        shas=tuple(dict.fromkeys(sha for one in alike for sha in one.shas)),
        pr=next((one.pr for one in alike if one.pr is not None), None),
        authors=tuple(dict.fromkeys(person for one in alike for person in one.authors)),
        closes=tuple(dict.fromkeys(number for one in alike for number in one.closes)),
        files=change.files or next((one.files for one in others if one.files), ()),
    )


def _cancelled(changes: Sequence[Change]) -> set[int]:
    """Positions of reverts and of what they revert, where both are in the range.

    Read oldest first, because a revert can itself be reverted: then it is the revert that goes, and what it took
    back stands again.
    """
    by_sha = {sha[:7]: at for at, change in enumerate(changes) for sha in change.shas}
    by_pr = {change.pr: at for at, change in enumerate(changes) if change.pr is not None}
    by_title = Titles(changes)
    undone: dict[int, list[int]] = {}
    gone: set[int] = set()
    for at in range(len(changes) - 1, -1, -1):
        change = changes[at]
        if _is_revert(change):
            targets = [
                t for t in _targets(at, changes, by_sha, by_pr, by_title) if t > at and (t not in gone or t in undone)
            ]
            if targets:
                undone[at] = targets
                gone.update([at, *targets])
                for target in targets:
                    gone.difference_update(undone.get(target, ()))
    return gone


def _is_revert(change: Change) -> bool:
    text = change.headline.text
    return bool(
        change.headline.kind == "revert" or (text[:1] in _OPENINGS and (_REVERT.match(text) or _REAPPLY.match(text)))
        or ("everts commit" in change.body and "his reverts commit" in change.body[:2000] and len(change.shas) == 1)
    )  # fmt: skip


def _targets(
    revert: int, changes: Sequence[Change], by_sha: dict[str, int], by_pr: dict[int, int], by_title: Titles
) -> Iterator[int]:
    change = changes[revert]
    text = change.headline.text
    found: dict[int, None] = {}
    for passage in _REVERTED_SHA.finditer(f"{text}\n{change.body}"):
        for sha in _SHA.findall(passage[0]):
            at = by_sha.get(sha[:7])
            if at is not None and any(known.startswith(sha) for known in changes[at].shas) and _whole(changes[at], sha):
                found[at] = None
    for number in _REVERTED_PR.findall(f"{text}\n{change.body}"):
        if int(number) in by_pr:
            found[by_pr[int(number)]] = None
    if not found:
        quoted = _QUOTED.match(text)
        name = quoted[1] if quoted else text if change.headline.kind == "revert" else ""
        if _REAPPLY.match(text) and name:
            name = f'Revert "{name}"'
        at = by_title.before(revert, name) if name else None
        if at is not None:
            found[at] = None
    yield from found


def _whole(change: Change, sha: str) -> bool:
    """Whether reverting `sha` takes back the whole change: its squash or merge commit, or its only one."""
    return len(change.shas) <= 2 or change.shas[0].startswith(sha)


def _fate(change: Change) -> Fate:
    headline = change.headline
    text = headline.text[:200]
    if text[:1] in _KEEPING and any(book in text for book in _BOOKS) and _KEPT_BOOKS.match(text):
        return Fate.RELEASE
    if headline.kind in ("release", "rel") or _RELEASE.match(text) or (headline.scope == "release" and headline.kind):
        return Fate.RELEASE
    if any(tag.lower() == "changelog" for tag in headline.tags):
        return Fate.RELEASE
    if _is_dependency_update(change, text):
        return Fate.DEPENDENCY
    if change.is_bot or _is_upkeep(change, text):
        return Fate.CHORE
    return Fate.TOLD


def _is_dependency_update(change: Change, text: str) -> bool:
    headline = change.headline
    if headline.kind in ("deps", "dep", "dependencies") or headline.scope.startswith(("deps", "dependencies")):
        return True
    if headline.scope.lower() in _MANIFESTS and _UPDATES.match(text) and not _RAISES_MINIMUM.search(text):
        return True
    if _DEPENDENCY.match(text) and not _RAISES_MINIMUM.search(text):
        return change.is_bot or headline.kind not in ("feat", "fix", "breaking")
    files = change.files
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
