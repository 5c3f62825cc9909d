"""Reads versions out of release names, in the spellings that teams use."""

import re
from datetime import date
from enum import IntEnum
from typing import NamedTuple

_NAME = re.compile(
    r"""
    (?:refs/tags/)?
    (?: (?P<package>.*[^\s@])@ (?P<after_at>.+) | (?P<bare>.+) )
    """,
    re.VERBOSE | re.DOTALL,
)
_WORD_PREFIX = re.compile(
    r"(?P<word>[A-Za-z][A-Za-z0-9_]*(?:[-_./ ][A-Za-z]+)*?)[-_/ ]+(?=v?\d+[.-]\d|v?(?:19|20)\d{6}\b)", re.IGNORECASE
)
_BUILD = re.compile(r"\+.*|\s*\(.*\)\s*$", re.DOTALL)
_DATE = re.compile(
    r"v?(?P<year>(?:19|20)\d\d)(?P<sep>[-_/]?)(?P<month>\d\d?)(?P=sep)(?P<day>\d\d?)(?P<rest>(?:[^0-9].*)?)",
    re.DOTALL | re.ASCII,
)
_NUMBERS = re.compile(
    r"v?\.?(?P<release>\d{1,18}(?:\.\d{1,18}){0,5})(?P<rest>.*)", re.IGNORECASE | re.DOTALL | re.ASCII
)
_DESCRIBED = re.compile(r"-(\d{1,9})-g[0-9a-f]{4,40}(?:-dirty)?")
_SHA = re.compile(r"[-.]?g?(?=[a-f]*\d)[0-9a-f]{7,40}")
_YEARS = range(1990, 2100)
_PIECE = re.compile(r"[0-9]{1,18}|[A-Za-z]+")
_AFTER = frozenset({"post", "sp", "patch", "p", "rev", "r", "hotfix", "fix"})
_EQUAL = frozenset({"final", "release", "ga", "stable"})
_ORDERED = {"dev": 0, "nightly": 0, "snapshot": 0, "canary": 0, "alpha": 1, "a": 1, "beta": 2, "b": 2, "milestone": 3,
            "m": 3, "preview": 4, "pre": 4, "c": 5, "cr": 5, "rc": 5}  # fmt: skip


class Phase(IntEnum):
    """Where a release stands next to the plain version of the same numbers."""

    BEFORE = 0
    PLAIN = 1
    AFTER = 2


Piece = tuple[int, int, str]


class Version(NamedTuple):
    """A version that can be compared with others of the same `family`; the fields after it are the sort key.

    `numbers` has no trailing zeros, so 1.2 and 1.2.0 are equal. Build metadata is not in it (SemVer 2.0.0, 10).
    """

    family: tuple[str, str]
    numbers: tuple[int, ...]
    phase: Phase = Phase.PLAIN
    pieces: tuple[Piece, ...] = ()

    @property
    def key(self) -> tuple[tuple[int, ...], Phase, tuple[Piece, ...]]:
        """What versions of one family sort by."""
        return self.numbers, self.phase, self.pieces


def parse_version(name: str) -> Version | None:
    """The version in a release's name; None when it is opaque: a sha, a code name, a bare long number.

    `v1.2.3`, `1.2.3.4`, `1.2.0-rc.1+build5`, `1.2rc1`, `2.0.0.RELEASE`, `shop@1.2.3`, `release-1.2.3`, `142`,
    `2024-01-15`, `20240115.2` and `2024.1` are versions; the last three of the dated family.
    """
    found = _NAME.fullmatch(name.strip()[:200])
    if not found:
        return None
    package, written = (found["package"] or "").lower(), found["after_at"] or found["bare"]
    if not package and (word := _WORD_PREFIX.match(written)):
        package, written = word["word"].lower(), written[word.end() :]
    if package in ("v", "version", "release", "rel", "ver"):
        package = ""
    return _dated(package, written) or _numbered(package, written)


def _dated(package: str, written: str) -> Version | None:
    found = _DATE.fullmatch(written)
    if not found or not _is_calendar_day(found):
        return None
    numbers = [int(found[part]) for part in ("year", "month", "day")]
    extra = re.match(r"[-._T](\d{1,6})(?=$|[-._+])", found["rest"])
    return Version(("date", package), _trimmed([*numbers, int(extra[1]) if extra else 0]))


def _is_calendar_day(found: re.Match[str]) -> bool:
    try:
        date(int(found["year"]), int(found["month"]), int(found["day"]))
    except ValueError:
        return False
    return True


def _numbered(package: str, written: str) -> Version | None:
    found = _NUMBERS.fullmatch(written)
    if not found or _is_opaque_number(found["release"], found["rest"]):
        return None
    numbers = _trimmed([int(part) for part in found["release"].split(".")])
    kind = "date" if "." in found["release"] and numbers[0] in _YEARS else "number"
    plain = Version((kind, package), numbers)
    rest = _BUILD.sub("", found["rest"])
    if described := _DESCRIBED.fullmatch(rest):
        return plain._replace(phase=Phase.AFTER, pieces=((0, int(described[1]), ""),))
    if not rest or _SHA.fullmatch(rest):
        return plain
    return _with_suffix(plain, rest)


def _is_opaque_number(release: str, rest: str) -> bool:
    """A number without dots is a build number up to six digits; longer ones, and `12ab34f`, are ids or shas."""
    return "." not in release and (len(release) > 6 or bool(re.match(r"[A-Za-z]", rest)))


def _with_suffix(plain: Version, rest: str) -> Version | None:
    """`-rc.1`, `rc1`, `.post2`, `.Final`: SemVer 11 for what it knows, the words of PEP 440 and Maven besides."""
    if not re.match(r"[-._ ~]?[A-Za-z0-9]", rest):
        return None
    written = _PIECE.findall(rest)
    first = written[0].lower()
    if first in _EQUAL:
        return plain._replace(pieces=_pieces(written[1:]))
    return plain._replace(phase=Phase.AFTER if first in _AFTER else Phase.BEFORE, pieces=_pieces(written))


def _pieces(written: list[str]) -> tuple[Piece, ...]:
    """SemVer 11.4: numbers compare as numbers and come before words; known words go by maturity, others by
    letter."""
    return tuple(
        (0, int(piece), "") if piece.isdigit() else (1, _ORDERED.get(piece.lower(), 1), _ordinal(piece.lower()))
        for piece in written
    )


def _ordinal(word: str) -> str:
    return "" if word in _ORDERED else word


def _trimmed(numbers: list[int]) -> tuple[int, ...]:
    while len(numbers) > 1 and numbers[-1] == 0:
        numbers.pop()
    return tuple(numbers)
