"""The linear model: coefficients learned from what maintainers published, and the scores they give a change."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from sys import intern
from typing import Any

from releaseray.notes.model_learn import KEEP, WIDTH, Row

BIAS = "bias"
"""The feature that every change has."""

UNIT = 1000
"""Coefficients are stored as whole thousandths."""

DIGITS = 6
"""Decimals of a score."""


@dataclass(frozen=True, slots=True)
class Model:
    """`table` has a row of weights for each feature that matters; `cut` is the log-odds of being kept from which
    on a change is better listed than left out."""

    table: Mapping[str, Row]
    cut: float

    def scores(self, features: Iterable[str]) -> list[float]:
        """A score a class and, last, the log-odds of being kept, measured from the cut."""
        rows = [*filter(None, map(self.table.get, features)), self.table[BIAS]]
        # Rounded, or a tie would be decided by the order in which the features happen to come
        found = [round(sum(column), DIGITS) for column in zip(*rows, strict=True)]
        found[KEEP] = round(found[KEEP] - self.cut, DIGITS)
        return found


def dumped(model: Model) -> bytes:
    """The model as it is kept in a file: the same model, the same bytes."""
    rows = {feature: [round(weight * UNIT) for weight in row] for feature, row in model.table.items()}
    lines = [
        f"{json.dumps(feature, ensure_ascii=False)}:{json.dumps(row, separators=(',', ':'))}"
        for feature, row in sorted(rows.items())
        if any(row) or feature == BIAS
    ]
    return (f'{{"cut":{model.cut:.2f},"table":{{\n' + ",\n".join(lines) + "\n}}\n").encode()


def parsed(text: str | bytes) -> Model:
    """The model in a file. Raises ValueError when it is not one."""
    try:
        raw: dict[str, Any] = json.loads(text, parse_int=_Weights().__getitem__)
        table: dict[str, Row] = {intern(feature): row for feature, row in raw["table"].items()}
        if any(len(row) != WIDTH for row in table.values()) or BIAS not in table:
            raise ValueError("rows of the wrong width, or no bias")
        return Model(table, float(raw["cut"]))
    except (KeyError, TypeError, AttributeError) as error:
        raise ValueError(f"not a file of coefficients: {error!r}") from error


class _Weights(dict[str, float]):
    """The weight that a whole number of thousandths stands for: a few thousand of them make up the whole file."""

    def __missing__(self, digits: str) -> float:
        weight = self[digits] = int(digits) / UNIT
        return weight


@cache
def shipped() -> Model:
    """The coefficients that come with the package."""
    return parsed(files("releaseray.notes").joinpath("model.json").read_bytes())
