"""Logistic regression by stochastic gradient: how the shipped coefficients are made, and a project's corrections."""

from collections.abc import Iterable, Sequence
from math import exp, sqrt
from typing import NamedTuple

from releaseray.notes.draft import Category

CLASSES = (
    Category.BREAKING,
    Category.FEATURE,
    Category.FIX,
    Category.PERF,
    Category.DOCS,
    Category.INTERNAL,
)
"""What the model tells apart; security is a kind of fix to it, deprecation a kind of breaking."""

Row = list[float]
"""The weights of one feature: one a class, and last the one of being kept."""

KEEP = len(CLASSES)
WIDTH = KEEP + 1


class Example(NamedTuple):
    """A change to learn from: the weight rows of its features, its class (-1: unknown), whether it was kept (None:
    unknown), and how much it counts."""

    rows: Sequence[Row]
    label: int
    kept: bool | None
    weight: float = 1.0


def scores(rows: Sequence[Row]) -> list[float]:
    """The sums of the rows: a score a class, and last the log-odds of being kept."""
    return [sum(column) for column in zip(*rows, strict=True)] if rows else [0.0] * WIDTH


def sigmoid(score: float) -> float:
    """The probability that log-odds stand for."""
    return 1 / (1 + exp(-score)) if score > -30 else 0.0


def softmax(values: Sequence[float]) -> list[float]:
    """The probabilities that the scores of the classes stand for."""
    top = max(values)
    odds = [exp(value - top) for value in values]
    total = sum(odds)
    return [odd / total for odd in odds]


def learn(examples: Iterable[Example], rate: float, keep_rate: float) -> list[float]:
    """One pass in the given order; the rows change in place.

    Steps are divided by the root of the number of features, so that long changes do not shout. Returns the
    log-odds of being kept that each example had BEFORE it was learned from: an honest test on the way.
    """
    foretold = []
    for rows, label, kept, weight in examples:
        found = scores(rows)
        foretold.append(found[KEEP])
        share = weight / sqrt(len(rows))
        steps = [0.0] * WIDTH
        if label >= 0:
            by = rate * share
            steps = [-by * probability for probability in softmax(found[:KEEP])]
            steps[label] += by
            steps.append(0.0)
        if kept is not None:
            steps[KEEP] = keep_rate * share * (kept - sigmoid(found[KEEP]))
        _step(rows, steps)
    return foretold


def _step(rows: Sequence[Row], steps: Sequence[float]) -> None:
    a, b, c, d, e, f, g = steps
    for row in rows:
        row[0] += a
        row[1] += b
        row[2] += c
        row[3] += d
        row[4] += e
        row[5] += f
        row[6] += g


def shrink(rows: Iterable[Row], by: float) -> None:
    """Pull all weights towards zero: what no example insists on fades."""
    for row in rows:
        row[:] = [weight * by for weight in row]
