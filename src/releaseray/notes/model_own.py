"""What a project's own past teaches: which of its changes went under which heading, and which were left out."""

from collections.abc import Collection, Mapping, Sequence
from types import MappingProxyType
from typing import NamedTuple

from releaseray.notes.conventions import spoken_category
from releaseray.notes.draft import QUIET, Category
from releaseray.notes.history import History
from releaseray.notes.link import link
from releaseray.notes.model import BIAS, DIGITS, UNIT, Model, packed
from releaseray.notes.model_features import features_of, text_features
from releaseray.notes.model_learn import CLASSES, KEEP, WIDTH, Example, Row, learn, learnable, scores
from releaseray.notes.model_match import Pair, matched, reached
from releaseray.notes.own_changelog import Note, notes_of
from releaseray.notes.surroundings import LEVEL, Surroundings, level_features, pulls_among

MOST_PAST = 1000
MOST_COMMITS = 2000
MOST_NOTES = 300
"""Changes of the past that are learned from, the commits they are looked for in, and notes without a known change
that are learned from: the newest of each."""

FEWEST_LISTED = 12
"""Listed changes from which on the past says something of what is left out."""

FEWEST_FOUND = 0.33
"""Share of the notes that must find their change, or silence says nothing: then only how many changes a project lists
is learned, and not which."""

ASKED = 0.3
"""Share of the past, the newest, that is foretold before it is learned, to see from where on listing pays."""

RARE = 2.0
"""What a lesson about the rare classes counts."""

OLDEST = 0.5
"""What the oldest lesson counts; the newest counts 1. Habits change."""

BELIEVED = 0.75
"""How far of the way from what is general to what fits the past the corrections go: the past has accidents too."""

WARNS, SPARES = 1.35, 0.4
"""What breaking is given where the past has warned of some, and what is taken from it where it never did: to miss
what breaks costs a reader more than to be warned in vain, but not of a project that does not break things."""

FEWEST_UNWARNED = 40
"""Notes of other kinds that say that a project never warns."""

CHANGED = "changed"
"""A heading of Keep a Changelog that names no category, and is as much a habit as the others."""

FEWEST_FILED = 0.1
"""Share of the notes that stand under a heading of some kind from which on the headings are a habit. Below it they are
made for the exception, mostly what breaks, and what stands under none is not one of those."""

PASSES = 3
RATE = 0.3
KEEP_RATE = 0.4
FOLDED = {Category.SECURITY: Category.FIX, Category.DEPRECATION: Category.BREAKING}
_CLASS = {category: index for index, category in enumerate(CLASSES)}
_BREAKING = _CLASS[Category.BREAKING]
_RARE = frozenset({_BREAKING, _CLASS[Category.PERF]})
_USUAL = tuple(_CLASS[category] for category in (Category.FEATURE, Category.FIX, Category.PERF, Category.INTERNAL))


class Lessons(NamedTuple):
    """What a project's own past taught: the model's rows that it corrected, in whole thousandths, the cut (None: the
    model's own), how many notes and changes there were to learn from, and the share of pull requests among all changes
    of that time (None: not known)."""

    rows: Mapping[str, Sequence[int]] = MappingProxyType({})
    cut: float | None = None
    notes: int = 0
    changes: int = 0
    pulls: float | None = None

    def applied(self, model: Model) -> Model:
        """The model so corrected."""
        if not self.notes:
            return model
        table = {feature: packed(row) for feature, row in self.rows.items()}
        return Model({**model.table, **table}, model.cut if self.cut is None else self.cut)


class _Past(NamedTuple):
    features: Collection[str]
    label: int
    kept: bool | None


def lessons_of(history: History, model: Model) -> Lessons:
    """What `history` knows of the time before its range teaches `model`, the same for the same history and model."""
    notes = notes_of(history.changelog, history.full_name.rpartition("/")[2])
    if not notes:
        return Lessons()
    changes = link(_past_of(history))[:MOST_PAST] if history.past else []
    pairs = matched(changes, notes)
    table: dict[str, Row] = {}
    pulls = pulls_among([change for change, _ in pairs])
    around = _around(pairs, pulls)
    past = _lessons(pairs, around, notes, _Filing.of(notes, model))
    examples = [
        Example(_rows(lesson.features, table, model), lesson.label, lesson.kept, _weight(lesson, at / len(past)))
        for at, lesson in enumerate(past, 1)
    ]
    at = round(len(examples) * (1 - ASKED))
    _learn(examples[:at])
    outcomes = [(scores(example.rows)[KEEP], example.kept) for example in examples[at:] if example.kept is not None]
    _learn(examples[at:])
    rows = {feature: _believed(row, model.weights(feature)) for feature, row in table.items()}
    if BIAS in rows:
        rows[BIAS][_BREAKING] += round(_warns([lesson.label for lesson in past]) * UNIT)
    known = round(pulls, DIGITS) if len(pairs) >= FEWEST_LISTED else None
    learned = Lessons(rows, None, len(notes), len(outcomes), known)
    cut = best_cut(outcomes) if outcomes else _rated_cut(pairs, around, notes, learned.applied(model))
    return learned._replace(cut=None if cut is None else round(cut, DIGITS))


def _learn(examples: Sequence[Example]) -> None:
    for _ in range(PASSES):
        learn(examples, RATE, KEEP_RATE)


def _weight(lesson: _Past, age: float) -> float:
    """What a lesson counts; `age` goes from 0, the oldest, to 1."""
    return (RARE if lesson.label in _RARE else 1.0) * (OLDEST + (1 - OLDEST) * age)


def _believed(row: Row, general: Sequence[float]) -> list[int]:
    both = zip(row[:WIDTH], general, strict=True)
    return [round((BELIEVED * fitted + (1 - BELIEVED) * before) * UNIT) for fitted, before in both]


def _warns(labels: Sequence[int]) -> float:
    filed = sum(label >= 0 for label in labels)
    return WARNS if _BREAKING in labels or filed < FEWEST_UNWARNED else -SPARES


def _past_of(history: History) -> History:
    return History(history.full_name, None, history.from_tag or "", history.past[:MOST_COMMITS])


class _Filing(NamedTuple):
    """How a project's headings are read: as a habit, or, where there is a `guess`, as what marks the exception."""

    guess: Model | None

    @classmethod
    def of(cls, notes: Sequence[Note], model: Model) -> "_Filing":
        """How the headings of these notes are."""
        filed = sum(note.category is not None or note.heading.casefold() == CHANGED for note in notes)
        return cls(model if 0 < filed < FEWEST_FILED * len(notes) else None)

    def tells(self, note: Note) -> bool:
        """Whether a note teaches anything of headings."""
        return note.category is not None or self.guess is not None

    def label(self, features: Collection[str], note: Note, said: Category | None = None) -> int:
        """The class that a note teaches; -1 for none. What an exception is not, is what the model likes best else;
        where a heading of habit says nothing, what the author `said` of the change counts."""
        category = note.category or (None if self.guess else said)
        if category:
            return _CLASS[FOLDED.get(category, category)]
        if not self.guess:
            return -1
        found = self.guess.scores(features)
        return max(_USUAL, key=found.__getitem__)


def _lessons(
    pairs: Sequence[Pair], around: Sequence[Surroundings], notes: Sequence[Note], filing: _Filing
) -> list[_Past]:
    """What there is to learn from, oldest first, so that the newest habits come last and weigh most."""
    told = {id(note) for _, note in pairs if note}
    silence = sum(note is not None for _, note in pairs) >= FEWEST_LISTED and _found(pairs, notes) >= FEWEST_FOUND
    alone = [note for note in notes if id(note) not in told and filing.tells(note)][:MOST_NOTES]
    texts = [({*text_features(note.text), *level_features(note.version)}, note) for note in reversed(alone)]
    lessons = [_Past(features, filing.label(features, note), None) for features, note in texts]
    for (change, note), surroundings in zip(reversed(pairs), reversed(around), strict=True):
        kept = _kept(note) if silence else None
        if note or kept is not None:
            features = features_of(change, surroundings)
            said = spoken_category(change.headline)
            lessons.append(_Past(features, filing.label(features, note, said) if note else -1, kept))
    return lessons


def _around(pairs: Sequence[Pair], pulls: float) -> list[Surroundings]:
    """What stands around each change: one that is not listed is of the version of what follows it."""
    version, around = "", []
    for _, note in pairs:
        version = note.version if note else version
        around.append(Surroundings.of(version, pulls))
    return around


def _found(pairs: Sequence[Pair], notes: Sequence[Note]) -> float:
    """The share of notes that found their change, in the versions whose changes are known."""
    versions = reached(pairs, notes)
    told = {id(note) for _, note in pairs if note and note.version in versions}
    return len(told) / max(1, sum(note.version in versions for note in notes))


def _rated_cut(
    pairs: Sequence[Pair], around: Sequence[Surroundings], notes: Sequence[Note], model: Model
) -> float | None:
    """The log-odds from which on as many changes are listed as the project lists, where which ones is not known."""
    versions = reached(pairs, notes)
    if sum(note is not None for _, note in pairs) < FEWEST_LISTED:
        return None
    listed = sum(note.version in versions and _kept(note) for note in notes)
    share = min(listed / len(pairs), _MOST_LISTED)
    rated = [features_of(change, mine) for (change, _), mine in zip(pairs[:_RATED], around[:_RATED], strict=True)]
    odds = sorted((model.scores(features)[KEEP] + model.cut for features in rated), reverse=True)
    return odds[min(round(share * len(odds)), len(odds) - 1)]


_MOST_LISTED = 0.9
_RATED = 300


def _kept(note: Note | None) -> bool:
    return note is not None and note.category not in QUIET


def _rows(features: Collection[str], table: dict[str, Row], model: Model) -> list[Row]:
    """The rows of the features, ready to change: the model's own are copied before the first touch."""
    rows = []
    for feature in (*sorted(features), BIAS):
        row = table.get(feature)
        if row is None:
            row = learnable(model.weights(feature))
            # Of what is the same for a whole range, one project has too few releases to learn
            if not feature.startswith(LEVEL):
                table[feature] = row
        rows.append(row)
    return rows


_USUAL_CUT = -0.75
_USUAL_SHARE = 0.8
"""Where listing pays in projects whose past is known, and how much that counts beside the project's own best cut:
habits change from release to release, and a cut that fits the past exactly fits the future badly."""


def best_cut(outcomes: Sequence[tuple[float, bool]]) -> float:
    """The log-odds from which on listing pays best, by F1, on what was foretold; drawn towards the usual cut."""
    total = sum(kept for _, kept in outcomes)
    best, cut, hits = 0.0, _USUAL_CUT, 0
    for taken, (odds, kept) in enumerate(sorted(outcomes, key=lambda outcome: -outcome[0]), 1):
        hits += kept
        score = 2 * hits / (taken + total)
        if score > best:
            best, cut = score, odds
    return _USUAL_SHARE * _USUAL_CUT + (1 - _USUAL_SHARE) * cut
