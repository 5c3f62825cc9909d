"""Files a change under its heading and says how likely a maintainer would list it for users."""

from collections.abc import Sequence
from dataclasses import dataclass

from releaseray.notes.change import Change
from releaseray.notes.conventions import KIND_CATEGORIES, heading_category, label_category, says_no_note
from releaseray.notes.draft import Category
from releaseray.notes.history import History

_QUIET = frozenset({Category.DOCS, Category.INTERNAL})


@dataclass(frozen=True, slots=True)
class Verdict:
    """Where a change stands: `keep` is the probability that a maintainer lists it for users."""

    category: Category
    keep: float
    reason: str


@dataclass(frozen=True, slots=True)
class Context:
    """What is known of the repository as a whole, learned once for a history."""


def context_for(history: History, changes: Sequence[Change]) -> Context:
    """Learn how this repository files its changes."""
    return Context()


def classify(change: Change, context: Context) -> Verdict:
    """The verdict for one change, by the most trusted signal it carries."""
    if label := says_no_note(change.labels):
        return Verdict(Category.INTERNAL, 0.02, f"label {label}")
    if change.headline.breaking or "BREAKING CHANGE" in change.body:
        return Verdict(Category.BREAKING, 0.95, "marked as breaking")
    if category := KIND_CATEGORIES.get(change.headline.kind):
        return _spoken(category, f"prefix {change.headline.kind}:")
    for label in change.labels:
        if category := label_category(label):
            return _spoken(category, f"label {label}")
    if category := heading_category(change.title):
        return _spoken(category, "words of the title")
    return _spoken(Category.INTERNAL, "no signal")


def _spoken(category: Category, reason: str) -> Verdict:
    return Verdict(category, 0.1 if category in _QUIET else 0.8, reason)
