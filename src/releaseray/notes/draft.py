"""What the notes engine gives back: a draft for one persona, and the entries it was made of."""

from dataclasses import dataclass
from enum import StrEnum


class Category(StrEnum):
    """The heading an entry belongs under, most pressing first."""

    BREAKING = "breaking"
    SECURITY = "security"
    FEATURE = "feature"
    FIX = "fix"
    PERF = "perf"
    DEPRECATION = "deprecation"
    DOCS = "docs"
    INTERNAL = "internal"


@dataclass(frozen=True, slots=True)
class Entry:
    """One change as a reader sees it: a pull request, or a commit that belongs to none.

    `kept` says whether the draft's persona is shown it; `text` is its line without Markdown bullet; `reason`
    says in a short phrase why it stands where it stands. `shas` are newest first.
    """

    shas: tuple[str, ...]
    pr: int | None
    category: Category
    kept: bool
    text: str
    reason: str


@dataclass(frozen=True, slots=True)
class Flags:
    """What stands beside a draft. `highlights` best first; `contributors` without bots, by contribution."""

    highlights: tuple[str, ...] = ()
    upgrade_instructions: str | None = None
    contributors: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Draft:
    """A draft for one persona, and every entry of the range behind it."""

    body_md: str
    flags: Flags
    entries: tuple[Entry, ...]
