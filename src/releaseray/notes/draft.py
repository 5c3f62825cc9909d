"""What the notes engine gives back: a draft for one persona, and the entries it was made of."""

from collections.abc import Callable, Sequence
from enum import StrEnum
from typing import Any, NamedTuple, overload


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


QUIET = frozenset({Category.DOCS, Category.INTERNAL})
"""Headings that say nothing to a user of the product."""


class Entry(NamedTuple):
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


class Entries(Sequence[Entry]):
    """The entries of a draft, each worded when it is looked at: who only sends the draft looks at none."""

    def __init__(self, things: Sequence[Any], entry: Callable[[Any], Entry]) -> None:
        self._things = things
        self._entry = entry

    def __len__(self) -> int:
        return len(self._things)

    @overload
    def __getitem__(self, at: int) -> Entry: ...

    @overload
    def __getitem__(self, at: slice) -> Sequence[Entry]: ...

    def __getitem__(self, at: int | slice) -> Entry | Sequence[Entry]:
        if isinstance(at, slice):
            return Entries(self._things[at], self._entry)
        return self._entry(self._things[at])

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Sequence) and tuple(self) == tuple(other)

    def __hash__(self) -> int:
        return hash(tuple(self))


class Flags(NamedTuple):
    """What stands beside a draft. `highlights` best first; `contributors` without bots, by contribution."""

    highlights: tuple[str, ...] = ()
    upgrade_instructions: str | None = None
    contributors: tuple[str, ...] = ()


class Draft(NamedTuple):
    """A draft for one persona, and every entry of the range behind it."""

    body_md: str
    flags: Flags
    entries: Sequence[Entry]
