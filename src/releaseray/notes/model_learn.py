"""Logistic regression by stochastic gradient: how the shipped coefficients are made, and a project's corrections."""

from collections.abc import Iterable, Sequence
from itertools import islice
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
"""The weights of one feature: one a class, and then the one of being kept; what `learn` needs may follow."""

KEEP = len(CLASSES)
WIDTH = KEEP + 1


FRESH = 0.3
"""What the sums of squares behind a corrected row begin with: the smaller, the more its first lesson moves it."""


class Example(NamedTuple):
    """A change to learn from: the weight rows of its features, its class (-1: unknown), whether it was kept (None:
    unknown), and how much it counts."""

    rows: Sequence[Row]
    label: int
    kept: bool | None
    weight: float = 1.0


def scores(rows: Sequence[Row]) -> list[float]:
    """The sums of the rows: a score a class, and last the log-odds of being kept."""
    return [sum(column) for column in islice(zip(*rows, strict=True), WIDTH)] if rows else [0.0] * WIDTH


def sigmoid(score: float) -> float:
    """The probability that log-odds stand for."""
    return 1 / (1 + exp(-score)) if score > -30 else 0.0


def softmax(values: Sequence[float]) -> list[float]:
    """The probabilities that the scores of the classes stand for."""
    top = max(values)
    odds = [exp(value - top) for value in values]
    total = sum(odds)
    return [odd / total for odd in odds]


def learn(examples: Iterable[Example], rate: float, keep_rate: float) -> None:
    """One pass in the given order over rows that `learnable` made; they change in place.

    Steps are divided by the root of the number of features, so that long changes do not shout, and each row's by the
    root of the squared errors it took part in so far (AdaGrad): what is in every change hardly moves any more when a
    rare word, met twice, still does.
    """
    for rows, label, kept, weight in examples:
        found = scores(rows)
        share = weight / sqrt(len(rows))
        if label >= 0:
            errors = [-probability for probability in softmax(found[:KEEP])]
            errors[label] += 1
            _move_classes(rows, errors, rate * share, weight * sum(error * error for error in errors))
        if kept is not None:
            error = kept - sigmoid(found[KEEP])
            step, square = keep_rate * share * error, error * error
            for row in rows:
                row[_KEEP_SQUARES] += square
                row[KEEP] += step / sqrt(row[_KEEP_SQUARES])


def learnable(weights: Sequence[float], squares: float = FRESH) -> Row:
    """A row of weights with what `learn` keeps beside them: the sums of squares, beginning so."""
    return [*weights, squares, squares]


_SQUARES, _KEEP_SQUARES = WIDTH, WIDTH + 1


def _move_classes(rows: Sequence[Row], errors: Sequence[float], rate: float, square: float) -> None:
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


def shrink(rows: Iterable[Row], by: float) -> None:
    """Pull all weights towards zero: what no example insists on fades."""
    for row in rows:
        row[:WIDTH] = [weight * by for weight in row[:WIDTH]]
