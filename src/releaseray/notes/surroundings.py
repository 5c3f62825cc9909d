"""What stands around a change tells of it too: how big a step its version is, and how changes come into the project."""

from collections.abc import Collection
from functools import lru_cache
from typing import NamedTuple

from releaseray.notes.change import Change
from releaseray.notes.regexes import regex
from releaseray.notes.versions import parse_version

LEVEL = "at:"
"""Begins the features that are the same for a whole range."""

_HASH = regex(r"[0-9a-f]{7,40}")
_LEVELS = ("major", "minor", "patch")
_MAY_BREAK = frozenset({f"{LEVEL}major", f"{LEVEL}0.major", f"{LEVEL}0.minor"})
"""The steps by which semantic versioning lets something break."""

_QUARTERS = 4
"""Shares of pull requests are told apart by so many parts."""

_FEWEST = 8
"""Changes of which a share is known."""


@lru_cache(maxsize=1024)
def level_features(version: str) -> tuple[str, ...]:
    """How big a step a version is, by the last of its numbers that is not nought (https://semver.org), apart for those
    before 1.0; and whether it is a prerelease. What is no version has a feature of its own."""
    parsed = None if _HASH.fullmatch(version) else parse_version(version)
    if parsed is None:
        return (f"{LEVEL}none",)
    last = max((at for at, number in enumerate(parsed.numbers) if number), default=0)
    level = f"{LEVEL}{'' if parsed.numbers[0] else '0.'}{_LEVELS[min(last, 2)]}"
    return (level, f"{LEVEL}pre") if parsed.prerelease else (level,)


def pulls_among(changes: Collection[Change]) -> float:
    """The share of the changes that are pull requests; nought among so few that it would be chance."""
    return sum(change.pr is not None for change in changes) / len(changes) if len(changes) >= _FEWEST else 0.0


class Surroundings(NamedTuple):
    """The features that are the same for all pull requests of a range, and for all that is none; and whether semantic
    versioning lets its version break anything."""

    pull: tuple[str, ...] = ()
    push: tuple[str, ...] = ()
    may_break: bool = False

    @classmethod
    def of(cls, version: str, pulls: float) -> "Surroundings":
        """What surrounds the changes of `version`, where this share of the changes are pull requests."""
        level = level_features(version)
        quarter = min(int(pulls * _QUARTERS), _QUARTERS - 1)
        # Where hardly any change is a pull request, to be none says nothing
        push = (*level, f"no pr:{quarter}") if quarter else level
        return cls((*level, f"pr:{quarter}"), push, level[0] in _MAY_BREAK)

    def features(self, change: Change) -> tuple[str, ...]:
        """What they add to the features of the change."""
        return self.push if change.pr is None else self.pull
