"""Files a change under its heading and says how likely a maintainer would list it for users."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import NamedTuple

from releaseray.notes.change import Change
from releaseray.notes.classify_words import explained, refined
from releaseray.notes.classify_written import written
from releaseray.notes.draft import Category
from releaseray.notes.history import History
from releaseray.notes.model import Model, shipped
from releaseray.notes.model_features import features_of
from releaseray.notes.model_learn import CLASSES, KEEP, sigmoid
from releaseray.notes.model_own import Lessons, lessons_of

SURE = 0.9
"""From this log-odds of being listed for users on, a change is taken for none of documentation and upkeep: whether
it is listed is told more surely than under which heading."""

_QUIET = frozenset({Category.DOCS, Category.INTERNAL})
_LOUD = tuple(at for at, category in enumerate(CLASSES) if category not in _QUIET)


class Verdict(NamedTuple):
    """Where a change stands: `keep` is the probability that a maintainer lists it for users, so scaled that from
    0.5 on listing pays. `why` finds the deciding signal, which few readers ask for and takes as long as the rest."""

    category: Category
    keep: float
    why: Callable[[], str]

    @property
    def reason(self) -> str:
        """The deciding signal, in words."""
        return self.why()


@dataclass(frozen=True, slots=True)
class Context:
    """What is known of the repository as a whole: the general model, and the same corrected by its own past, of so
    many notes; `listing` says that the past told which changes the project lists."""

    general: Model
    own: Model
    notes: int = 0
    listing: bool = False


def context_for(history: History, lessons: Lessons | None = None) -> Context:
    """How this repository files its changes, learned from its changelog and, where known, the commits behind it;
    `lessons` are what was learned of the same past before."""
    general = shipped()
    taught = lessons or lessons_of(history, general)
    return Context(general, taught.applied(general), taught.notes, taught.changes > 0)


def classify(change: Change, context: Context) -> Verdict:
    """The verdict for one change, by the most trusted signal it carries."""
    found = context.own.scores(features_of(change))
    keep = round(sigmoid(found[KEEP]), 4)
    best = _best(found)
    if best in _QUIET and found[KEEP] > SURE:
        best = CLASSES[max(_LOUD, key=found.__getitem__)]
    if said := written(change):
        sure = keep if said.keep is None else said.keep
        return Verdict(said.category or refined(best, change), sure, partial(str, said.reason))
    return Verdict(refined(best, change), keep, partial(_why, best, change, context))


def _why(best: Category, change: Change, context: Context) -> str:
    features = features_of(change)
    ours = context.notes > 0 and _best(context.general.scores(features)) is not best
    return explained(best, features, context.own, ours)


def _best(found: Sequence[float]) -> Category:
    return CLASSES[max(range(KEEP), key=found.__getitem__)]
