"""What tags say: the family a version belongs to, how versions are ordered, which tag comes before which."""

import re
from collections import Counter
from collections.abc import Container, Iterable, Sequence
from itertools import takewhile
from typing import NamedTuple

from releaseray.notes.history import Tag
from releaseray.notes.regexes import regex

UNRELEASED = "Unreleased"
"""What is called by this name has no version yet."""

MAX_TAG = 1_000
STALE = 400 * 86_400
MOST_SKIPPED = 10

GENERIC = frozenset({
    "", "v", "ver", "version", "release", "releases", "rel", "r", "tag", "tags", "stable", "prod", "production",
})  # fmt: skip
ROLLING = frozenset({
    "nightly", "canary", "dev", "build", "builds", "snapshot", "ci", "test", "tmp", "wip", "backup", "archive", "edge",
    "weekly", "daily",
})  # fmt: skip
VARIANTS = frozenset(["jre", "android", "ce", "ee", "lts", "oss", "alpine", "slim"])
PLAIN = frozenset(["final", "ga", "release", "stable"])
POST = frozenset(["post", "sp", "patch", "pl", "p", "hotfix", "fix", "rev", "u"])
# Earliest first; a word that is not here stands between alpha and beta
STAGES = {
    **dict.fromkeys(["dev", "develop", "snapshot", "nightly", "canary", "experimental", "insiders"], "1"),
    **dict.fromkeys(["a", "alpha", "ea"], "2"),
    **dict.fromkeys(["b", "beta"], "4"),
    **dict.fromkeys(["pre", "preview"], "5"),
    **dict.fromkeys(["c", "rc", "cr"], "6"),
}
UNKNOWN_STAGE = "3"
SEPARATORS = ("-", "_", ".", "~", " ")

_DATE = r"(?:19|20)\d\d-\d\d(?:-\d\d)?(?![\d.])"
_BEFORE = r"(?:^|[-_])(?:[vVrR][-_.]?)?"
_CORES = tuple(
    regex(pattern, re.ASCII)
    for pattern in (
        rf"{_BEFORE}(?P<core>{_DATE})",
        rf"(?:{_BEFORE}|(?<=[A-Za-z]))(?P<core>\d+(?:\.\d+)+|\d+(?:_\d+)+)(?![._]?\d)",
        rf"{_BEFORE}(?P<core>\d+(?:[._]\d+)*)",
        r"(?<=[A-Za-z])(?P<core>\d+(?:[._]\d+)*)",
    )
)
_TOKENS = regex(r"[A-Za-z]+|\d+", re.ASCII)
_LETTERS = regex(r"[a-z]{1,2}", re.ASCII)


class Version(NamedTuple):
    """A tag that names a version.

    `family` is equal for versions of one thing, however they are prefixed. `package` is what stands before the
    version, as it is written (`@acme/ui`, `libs/core`), empty for versions of the whole repository; `separator` is what
    sets it off (`@`, `/`, `==`, `-`). `precedence` orders versions of one family as plain strings.
    """

    family: str
    package: str
    separator: str
    precedence: str
    prerelease: bool
    numbers: tuple[int, ...]


def parse_version(name: str) -> Version | None:
    """The version a tag names, None when it names none."""
    if len(name) > MAX_TAG:
        return None
    for separator in ("@", "==", "/"):
        package, found, rest = name.rpartition(separator)
        if found and package and (split := _split(rest)) and _is_generic(split[0]):
            return _version("" if _is_generic(package) else package, separator, *split)
    if "/" in name or not (split := _split(name)):
        return None
    word = "" if _is_generic(split[0]) else split[0].strip("-_.")
    return _version(word, "-" if word else "", *split)


def _is_generic(word: str) -> bool:
    return word.strip("-_.").casefold() in GENERIC


def _split(text: str) -> tuple[str, str, str] | None:
    """What stands before the numbers, the numbers, and what stands after them."""
    for pattern in _CORES:
        if match := pattern.search(text):
            return text[: match.start()], match["core"], text[match.end() :]
    return None


def _version(package: str, separator: str, _prefix: str, core: str, rest: str) -> Version | None:
    numbers = [number.lstrip("0") for number in re.split(r"[._-]", core)]
    significant = list(numbers)
    while len(significant) > 1 and not significant[-1]:
        significant.pop()
    suffix, _, build = rest.partition("+")
    if (found := _suffix(suffix)) is None:
        return None
    stage, tokens, variant = found
    precedence = (
        _encoded(significant) + stage + _encoded(tokens) + _encoded([t.casefold() for t in _TOKENS.findall(build)])
    )
    # Versions by number and by day are two ways of counting: a project that went from one to the other has both
    family = "~".join(filter(None, [package.casefold(), variant, "day" if "-" in core else ""]))
    return Version(family, package, separator, precedence, stage == "1", tuple(int(number or 0) for number in numbers))


def _suffix(suffix: str) -> tuple[str, list[str], str] | None:
    """The stage (1 before, 2 at, 3 after the release), what orders versions within it, and the variant.

    None when the suffix is not one that versions have.
    """
    tokens = [token.casefold() for token in _TOKENS.findall(suffix)]
    tail = list(
        takewhile(lambda token: token.isalpha() and token not in STAGES and token not in POST, reversed(tokens))
    )
    # One unknown word is a prerelease (1.0.0-next), several are a name (7.2.0-ember-source)
    named = set(tail) if len(tail) > 1 else set()
    variant = "-".join(token for token in tokens if token in VARIANTS or token in named)
    tokens = [token for token in tokens if token not in PLAIN and token not in VARIANTS and token not in named]
    if not tokens:
        return "2", [], variant
    # OpenSSL's 1.1.1t, Java's 8u362, PEP 440's post-releases
    if tokens[0] in POST or (_LETTERS.fullmatch(suffix) and suffix != "rc"):
        return "3", tokens, variant
    if any(token in STAGES for token in tokens):
        return "1", tokens, variant
    return ("1", tokens, variant) if suffix.startswith(SEPARATORS) else None


def _encoded(tokens: Iterable[str]) -> str:
    """Text that compares as the tokens do: the end first, then numbers by value, then words by stage and letters."""
    return "".join(_encode(token) for token in tokens) + "0"


def _encode(token: str) -> str:
    if token.isdigit() or not token:
        digits = token.lstrip("0") or "0"
        return f"1{len(digits):04d}{digits}"
    return f"2{STAGES.get(token, UNKNOWN_STAGE)}{token} "


def sort_key(name: str) -> str:
    """A key by which a database sorts tags in version order (C collation): tags that are no version first."""
    version = parse_version(name)
    if version is None:
        return f"0{name}"
    return f"1{version.family} {version.precedence} {len(version.numbers):04d}{name}"


def previous_tags(tag: Tag, tags: Iterable[Tag]) -> list[Tag]:
    """The tags that may stand before a tag, the right one first.

    For a stable version these are the lower stable versions of its family, so that it rolls up its prereleases; for
    a prerelease all lower versions; for a tag that is no version the older ones that are none either. Tags of the
    same commit are left out. Whether a tag is an ancestor is not known here: the caller takes the first that is.
    """
    version = parse_version(tag.name)
    others = [(other, parse_version(other.name)) for other in tags if other.sha != tag.sha and other.name != tag.name]
    if version is None:
        undated = [other for other, parsed in others if parsed is None and other.date <= tag.date]
        return sorted(undated, key=lambda other: (other.date, other.name), reverse=True)
    lower = [
        other
        for other, parsed in others
        if parsed
        and parsed.family == version.family
        and parsed.precedence < version.precedence
        and (version.prerelease or not parsed.prerelease)
    ]
    return sorted(lower, key=lambda other: sort_key(other.name), reverse=True)


def previous_tag(tag: Tag, tags: Iterable[Tag]) -> Tag | None:
    """The highest lower version of the same family; see `previous_tags`."""
    return next(iter(previous_tags(tag, tags)), None)


def built_on(candidates: Sequence[Tag], reached: Container[str]) -> Tag | None:
    """Of what `previous_tags` gives, the first that a tag builds on (`reached` holds the names).

    Where releases are tagged on branches of their own it builds on none, or on one from long ago: then it is the
    highest, and the range is what the tag has and that one has not.
    """
    near = next((tag for tag in candidates[:MOST_SKIPPED] if tag.name in reached), None)
    return near or next(iter(candidates), None)


def newest_release(tags: Sequence[Tag]) -> Tag | None:
    """The highest stable version of the repository's main family, but none so old that others have long come after it:
    its name was mistyped, or its line given up. Without one the newest prerelease, then the newest tag of all."""
    parsed = [(tag, version) for tag in tags if (version := parse_version(tag.name)) and version.family not in ROLLING]
    stable = [(tag, version) for tag, version in parsed if not version.prerelease] or parsed
    if not stable:
        return max(tags, key=lambda tag: (tag.date, tag.name), default=None)
    family = _main_family(stable)
    mine = [tag for tag, version in stable if version.family == family]
    newest = max(tag.date for tag in mine)
    return _highest(tag for tag in mine if tag.date > newest - STALE)


def _main_family(versions: Sequence[tuple[Tag, Version]]) -> str:
    """Versions of the whole repository, unless they were given up; else the family released most often lately."""
    newest = max(tag.date for tag, _ in versions)
    whole = [tag for tag, version in versions if not version.family]
    if whole and _highest(whole).date > newest - STALE:
        return ""
    families = Counter(version.family for tag, version in versions if tag.date > newest - STALE)
    return max(families, key=lambda family: (families[family], -len(family), family))


def _highest(tags: Iterable[Tag]) -> Tag:
    return max(tags, key=lambda tag: sort_key(tag.name))
