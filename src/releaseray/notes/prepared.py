"""What every persona draws on: the judged changes of a range, made once however many drafts are asked for."""

from collections.abc import Callable
from typing import NamedTuple

from releaseray.notes.change import Change
from releaseray.notes.classify import is_listed
from releaseray.notes.draft import QUIET, Category
from releaseray.notes.fate import Fate
from releaseray.notes.upgrade import Requirement


class Item(NamedTuple):
    """A change with its verdict. `note` is its sentence, without prefixes, in its author's mood; `fault` says that
    the sentence names a defect that was mended; `weight` orders items, the most telling highest. `why` finds the
    reason for the verdict."""

    change: Change
    category: Category
    keep: float
    why: Callable[[], str]
    fate: Fate
    note: str
    fault: bool
    weight: float

    @property
    def reason(self) -> str:
        """Why the change stands where it stands, in a short phrase."""
        return self.why()

    @property
    def matters(self) -> bool:
        """Whether a maintainer would list it for users."""
        return self.listed and self.category not in QUIET

    @property
    def listed(self) -> bool:
        """Whether a maintainer would list it, for users or for who works on the project."""
        return self.fate is Fate.TOLD and is_listed(self.category, self.keep)


class Prepared(NamedTuple):
    """A range, ready to be told. `items` are newest first; `newcomers` are contributors without earlier commits.
    `reports` says that the project's own changelog is written in the past tense."""

    project: str
    version: str
    since: str | None
    items: tuple[Item, ...]
    requirements: tuple[Requirement, ...]
    contributors: tuple[str, ...]
    newcomers: tuple[str, ...]
    reports: bool = False
