"""Scores of verdicts against what maintainers published."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields
from statistics import fmean

from benchmarks.notes.rows import FOLDED, Row
from releaseray.notes.draft import Category


@dataclass(frozen=True, slots=True)
class Judged:
    """What a tool said of a row: `category` None where it said nothing."""

    row: Row
    category: Category | None
    kept: bool


@dataclass(frozen=True, slots=True)
class Score:
    """Shares from 0 to 1; None where there is too little to count. `changes` is how many were judged, `filed` how
    many of them the human put under a telling heading."""

    changes: int
    filed: int
    accuracy: float | None
    macro_f1: float | None
    breaking_recall: float | None
    breaking_precision: float | None
    kept_precision: float | None
    kept_recall: float | None
    kept_f1: float | None


FEWEST = 10
"""A repository with fewer filed changes than this has no score of categories."""

FEWEST_OF_CLASS = 3
"""A category that the human used less often is left out of macro-F1, and breaking of its recall."""


def score(judged: Sequence[Judged]) -> Score:
    """The scores of one repository."""
    filed = [
        (j.row.category, FOLDED.get(j.category, j.category) if j.category else None) for j in judged if j.row.category
    ]
    enough = len(filed) >= FEWEST
    counted = sorted({human for human, _ in filed if sum(h is human for h, _ in filed) >= FEWEST_OF_CLASS})
    found = _counts((human is Category.BREAKING, tool is Category.BREAKING) for human, tool in filed)
    breaking = enough and Category.BREAKING in counted
    kept = _counts((j.row.kept, j.kept) for j in judged)
    return Score(
        changes=len(judged),
        filed=len(filed),
        accuracy=fmean(human is tool for human, tool in filed) if enough else None,
        macro_f1=fmean(_f1(_counts((h is c, t is c) for h, t in filed)) for c in counted)
        if enough and counted
        else None,
        breaking_recall=_share(found[0], found[0] + found[2]) if breaking else None,
        breaking_precision=_share(found[0], found[0] + found[1]) if breaking else None,
        kept_precision=_share(kept[0], kept[0] + kept[1]),
        kept_recall=_share(kept[0], kept[0] + kept[2]),
        kept_f1=_f1(kept),
    )


def mean(scores: Iterable[Score]) -> Score:
    """The mean over repositories, each counting the same; sums of the numbers of changes."""
    every = list(scores)
    values: dict[str, float | int | None] = {}
    for field in fields(Score):
        known = [value for value in (getattr(s, field.name) for s in every) if value is not None]
        total = field.name in {"changes", "filed"}
        values[field.name] = sum(known) if total else fmean(known) if known else None
    return Score(**values)  # type: ignore[arg-type]  # the fields of the class itself


def rouge_l(text: str, human: str) -> float:
    """ROUGE-L: F1 of the longest common subsequence of words, case folded."""
    ours, theirs = text.lower().split(), human.lower().split()
    if not ours or not theirs:
        return 0.0
    lengths = [0] * (len(theirs) + 1)
    for word in ours:
        before = 0
        for at, other in enumerate(theirs, 1):
            before, lengths[at] = lengths[at], before + 1 if word == other else max(lengths[at], lengths[at - 1])
    return 2 * lengths[-1] / (len(ours) + len(theirs))


def _counts(pairs: Iterable[tuple[bool, bool]]) -> tuple[int, int, int]:
    """Hits, false alarms, misses."""
    every = list(pairs)
    return (sum(h and t for h, t in every), sum(t and not h for h, t in every), sum(h and not t for h, t in every))


def _f1(counts: tuple[int, int, int]) -> float:
    hits, alarms, misses = counts
    return 2 * hits / (2 * hits + alarms + misses) if hits else 0.0


def _share(part: int, whole: int) -> float | None:
    return part / whole if whole else None
