"""Files a change under its heading and says how likely a maintainer would list it for users."""

from collections.abc import Callable, Iterable, Sequence
from functools import partial
from typing import NamedTuple

from releaseray.notes.breaking import breaks_nothing, ends_support, goes_unsaid, takes_a_name_away
from releaseray.notes.change import Change
from releaseray.notes.classify_words import explained, no_feature, refined
from releaseray.notes.classify_written import written
from releaseray.notes.conventions import spoken_category
from releaseray.notes.draft import QUIET, Category
from releaseray.notes.history import Commit, History
from releaseray.notes.model import Model, shipped
from releaseray.notes.model_features import features_of
from releaseray.notes.model_learn import CLASSES, KEEP, sigmoid
from releaseray.notes.model_own import Lessons, lessons_of
from releaseray.notes.surroundings import Surroundings
from releaseray.notes.weigher import Weigher

LISTED_FROM = 0.5
"""From this probability on a change is listed: the scale is centred so."""

SURELY = 0.71
"""From this probability on a change is taken for none of documentation and upkeep: whether it is listed is told more
surely than under which heading. Only what its author calls so is documentation or upkeep that the project lists."""

MOST_UNSAID = 0.1
"""The share of a range's changes that may be taken for breaking though their titles say nothing of it, the surest
first; one always may."""

_LOUD = tuple(at for at, category in enumerate(CLASSES) if category not in QUIET)
_BREAKING = CLASSES.index(Category.BREAKING)
_HARMLESS = tuple(at for at, category in enumerate(CLASSES) if category is not Category.BREAKING)
_LOUD_AND_HARMLESS = tuple(at for at in _LOUD if at in _HARMLESS)


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


class Context(NamedTuple):
    """What is known of the repository as a whole: the general model, and what weighs by the same corrected by its own
    past, of so many notes; `listing` says that the past told which changes the project lists. `around` is what is known
    of the range, and `pulls` the share of its past changes that are pull requests."""

    general: Model
    own: Weigher
    notes: int = 0
    listing: bool = False
    around: Surroundings = Surroundings()
    pulls: float | None = None

    def within(self, version: str, pulls: float) -> "Context":
        """The context of changes of `version`, so many of which are pull requests: of more, the past tells surer."""
        return self._replace(around=Surroundings.of(version, pulls if self.pulls is None else self.pulls))

    def foresee(self, commits: Iterable[Commit]) -> None:
        """Weigh what commits of the range say by themselves, before the last of them is known."""
        self.own.foresee(commits)


def is_listed(category: Category, keep: float) -> bool:
    """Whether a change with this verdict stands in the notes of its project: of documentation and upkeep only what
    surely does."""
    return keep > SURELY if category in QUIET else keep >= LISTED_FROM


def context_for(history: History) -> Context:
    """How this repository files its changes, learned from its changelog and, where known, the commits behind it."""
    return context_of(lessons_of(history, shipped()))


def context_of(lessons: Lessons, general: Model | None = None) -> Context:
    """The same, where its past was learned from before; `general` is the shipped model without another."""
    general = general or shipped()
    own = Weigher(lessons.applied(general))
    return Context(general, own, lessons.notes, lessons.changes > 0, pulls=lessons.pulls)


def classify(changes: Sequence[Change], context: Context) -> list[Verdict]:
    """The verdicts for the changes of one range, each by the most trusted signal it carries. Of what breaks by no word
    of its author, only the surest is believed."""
    verdicts = [_verdict(change, context, unsaid=True) for change in changes]
    doubtful = [
        (_margin(context.own.scores(change, context.around)), at, otherwise)
        for at, (change, verdict) in enumerate(zip(changes, verdicts, strict=True))
        if verdict.category is Category.BREAKING
        and (otherwise := _verdict(change, context, unsaid=False)).category is not Category.BREAKING
    ]
    doubtful.sort(key=lambda doubt: -doubt[0])
    for _, at, otherwise in doubtful[max(1, round(MOST_UNSAID * len(changes))) :]:
        verdicts[at] = otherwise
    return verdicts


def _verdict(change: Change, context: Context, unsaid: bool) -> Verdict:
    """The verdict for one change; whether it breaks something may go `unsaid`, or its title must say so."""
    found = context.own.scores(change, context.around)
    keep = round(sigmoid(found[KEEP]), 4)
    said = written(change)
    harmless = said is not None and said.harmless
    best = _settled(found, keep > SURELY, change, context.around, harmless=harmless, unsaid=unsaid)
    if said:
        sure = keep if said.keep is None else said.keep
        return Verdict(said.category or refined(best, change), sure, partial(str, said.reason))
    return Verdict(refined(best, change), keep, partial(_why, best, change, context))


def _settled(
    found: Sequence[float], sure: bool, change: Change, around: Surroundings, *, harmless: bool, unsaid: bool
) -> Category:
    """The heading that the model likes best, unless what is known for sure forbids it: `sure` is that it is listed."""
    best, said = _best(found), spoken_category(change.headline)
    if sure and said is not None and said in QUIET and best is not Category.BREAKING:
        return said
    if sure and best in QUIET:
        best = CLASSES[max(_LOUD, key=found.__getitem__)]
    if ends_support(change) or takes_a_name_away(change):
        best = Category.BREAKING
    if best is Category.BREAKING and (harmless or not _believed(found, change, around, unsaid)):
        best = CLASSES[max(_LOUD_AND_HARMLESS if sure else _HARMLESS, key=found.__getitem__)]
    instead = no_feature(change) if best is Category.FEATURE else None
    return best if instead is None or (sure and instead in QUIET) else instead


def _believed(found: Sequence[float], change: Change, around: Surroundings, unsaid: bool) -> bool:
    """Whether the model is believed that the change breaks something."""
    if breaks_nothing(change, around.may_break):
        return False
    return not goes_unsaid(change) or (unsaid and around.may_break)


def _why(best: Category, change: Change, context: Context) -> str:
    features = features_of(change, context.around)
    ours = context.notes > 0 and _best(context.general.scores(features)) is not best
    return explained(best, features, context.own.model, ours)


def _margin(found: Sequence[float]) -> float:
    """By how much breaking is louder than any other heading."""
    return found[_BREAKING] - max(found[at] for at in _HARMLESS)


def _best(found: Sequence[float]) -> Category:
    return CLASSES[found.index(max(found[:KEEP]))]
