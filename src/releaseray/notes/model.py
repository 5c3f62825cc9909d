"""The linear model: coefficients learned from what maintainers published, and the scores they give a change.

A feature's weights are whole thousandths, packed into one whole number, a lane of 32 bits each: the scores of a change
are then one sum, exact and the same in any order.
"""

import json
from base64 import b64decode, b64encode
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from pathlib import Path
from struct import Struct
from sys import intern
from typing import NamedTuple

from releaseray.notes.model_learn import KEEP, WIDTH, Row

BIAS = "bias"
"""The feature that every change has."""

UNIT = 1000
"""Coefficients are whole thousandths."""

DIGITS = 6
"""Decimals of a score."""

_LANE = 32
_LANES = Struct(f"<{WIDTH}I")
_MIDDLE = 1 << (_LANE - 1)
_RAISED = sum(_MIDDLE << (_LANE * at) for at in range(WIDTH))
"""Added to a sum it makes every lane positive, so that none borrows from the next."""


def packed(thousandths: Iterable[int]) -> int:
    """A feature's weights, one a class and last the one of being kept, as one number."""
    return sum(weight << (_LANE * at) for at, weight in enumerate(thousandths))


def unpacked(lanes: int) -> list[float]:
    """The weights in a number that `packed` made, or in a sum of such."""
    raised = _LANES.unpack((lanes + _RAISED).to_bytes(_LANES.size, "little"))
    return [(lane - _MIDDLE) / UNIT for lane in raised]


class Model(NamedTuple):
    """`table` has the packed weights of each feature that matters; `cut` is the log-odds of being kept from which
    on a change is better listed than left out."""

    table: Mapping[str, int]
    cut: float

    @classmethod
    def of(cls, rows: Mapping[str, Row], cut: float) -> "Model":
        """The model with these weights, rounded to thousandths; without the features that are left with none."""
        table = {feature: packed(round(weight * UNIT) for weight in row) for feature, row in rows.items()}
        return cls({feature: lanes for feature, lanes in table.items() if lanes or feature == BIAS}, cut)

    def scores(self, features: Iterable[str]) -> list[float]:
        """A score a class and, last, the log-odds of being kept, measured from the cut. Each feature counts once."""
        return self.scored(self.total(features))

    def total(self, features: Iterable[str]) -> int:
        """The packed sum of the weights of features. Sums of several sets may be added up before they are `scored`."""
        return sum(filter(None, map(self.table.get, features)))

    def scored(self, total: int) -> list[float]:
        """The scores of a change whose features weigh so much together."""
        found = unpacked(total + self.table[BIAS])
        found[KEEP] = round(found[KEEP] - self.cut, DIGITS)
        return found

    def weights(self, feature: str) -> Sequence[float]:
        """What the feature adds to each score, and last to the log-odds; all nothing for one that does not matter."""
        return unpacked(self.table.get(feature, 0))


def dumped(model: Model) -> bytes:
    """The model as it is kept in a file: the same model, the same bytes."""
    features = sorted(model.table)
    lanes = b"".join(model.table[feature].to_bytes(_LANES.size, "little", signed=True) for feature in features)
    listed = ",\n".join(json.dumps(feature, ensure_ascii=False) for feature in features)
    return (
        f'{{"cut":{model.cut:.2f},"features":[\n{listed}\n],"weights":"{b64encode(lanes).decode("ascii")}"}}\n'
    ).encode()


def parsed(text: str | bytes) -> Model:
    """The model in a file. Raises ValueError when it is not one."""
    try:
        raw = json.loads(text)
        features, lanes, size = raw["features"], b64decode(raw["weights"], validate=True), _LANES.size
        rows = [int.from_bytes(lanes[at : at + size], "little", signed=True) for at in range(0, len(lanes), size)]
        # Interned as the features of a change are, so that one is found by looking where it lies
        model = Model(dict(zip(map(intern, features), rows, strict=True)), float(raw["cut"]))
    except (KeyError, TypeError, AttributeError) as error:
        raise ValueError(f"not a file of coefficients: {error!r}") from error
    if BIAS not in model.table or len(lanes) % size:
        raise ValueError("not a file of coefficients: no bias, or rows of the wrong width")
    return model


@cache
def shipped() -> Model:
    """The coefficients that come with the package."""
    # Not by importlib.resources, whose import takes longer than the reading
    return parsed(Path(__file__).with_name("model.json").read_bytes())
