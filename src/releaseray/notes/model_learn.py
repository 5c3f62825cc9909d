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


FRESH = 0.3
"""What the sums of squares behind a row begin with: the smaller, the more its first lesson moves it."""


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


def correct(examples: Iterable[Example], rate: float, keep_rate: float) -> None:
    """One pass in the given order over rows that `correctable` made; they change in place.

    As `learn`, and each row's step is divided by the root of the squared errors it took part in so far (AdaGrad):
    what is in every change hardly moves any more when a rare word, met twice, still does.
    """
    for rows, label, kept, weight in examples:
        found = [sum(column) for column in list(zip(*rows, strict=True))[:WIDTH]]
        share = weight / sqrt(len(rows))
        if label >= 0:
            errors = [-probability for probability in softmax(found[:KEEP])]
            errors[label] += 1
            _correct_classes(rows, errors, rate * share, weight * sum(error * error for error in errors))
        if kept is not None:
            error = kept - sigmoid(found[KEEP])
            step, square = keep_rate * share * error, error * error
            for row in rows:
                row[_KEEP_SQUARES] += square
                row[KEEP] += step / sqrt(row[_KEEP_SQUARES])


def correctable(weights: Sequence[float]) -> Row:
    """A row of weights with what `correct` keeps beside them."""
    return [*weights, FRESH, FRESH]


_SQUARES, _KEEP_SQUARES = WIDTH, WIDTH + 1


def _correct_classes(rows: Sequence[Row], errors: Sequence[float], rate: float, square: float) -> None:
    a, b, c, d, e, f = errors
    for row in rows:
        row[_SQUARES] += square
        step = rate / sqrt(row[_SQUARES])
        row[0] += step * a
        row[1] += step * b
        row[2] += step * c
        row[3] += step * d
        row[4] += step * e
        row[5] += step * f


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
