"""Trains the coefficients: `python -m benchmarks.notes.train [ROWS…] [--out FILE]`; same rows, same bytes.

What is shipped is the mean of two: of what the rows teach, and of what other projects taught before (`others.json`),
whose own texts are not in this repository. `--alone` trains without these; so the others were, from rows that
`build_data --list benchmarks/notes/others.txt` makes of public clones.

Beside what maintainers listed, two kinds of silent evidence count a little: a change left out whose author or files
say what it is (documentation, upkeep) is an example of that category, and a change whose author gave its kind
(`perf: …`) is an example of it with the prefix taken away, so that the words are learned and not the prefix alone.
"""

import argparse
import random
import sys
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from math import log, sqrt
from pathlib import Path
from statistics import fmean
from typing import NamedTuple

from benchmarks.notes.rows import CONTROLS, FOLDED, Row, read_rows
from releaseray.notes.conventions import spoken_category
from releaseray.notes.draft import Category
from releaseray.notes.model import BIAS, UNIT, Model, dumped, parsed
from releaseray.notes.model_features import features_of
from releaseray.notes.model_learn import CLASSES, WIDTH, Example, learn, learnable, shrink
from releaseray.notes.model_learn import Row as Weights
from releaseray.notes.surroundings import Surroundings

DATA = Path("../shared/data/human_changelogs.jsonl.gz")
OUT = Path("src/releaseray/notes/model.json")
OTHERS = Path("benchmarks/notes/others.json")
OTHERS_SHARE = 0.7
"""What the others count in the mean: they are twelve times as many projects."""

WARNING = 3.0
"""What an example of breaking counts beside other classes: they are few, and what they teach is worth most."""

LOUDER = 1.1
"""A mean of coefficients is smaller than each: what the one knows and the other does not is only half there."""

PASSES, RATE, KEEP_RATE, FADE, SLOWER, SQUARES = 4, 0.2, 0.25, 0.95, 0.8, 10.0
SEED = 7
UNRELEASED = 5
"""Each change of this number is taught as if its version were not known yet."""

SILENT_SHARE, SPOKEN_SHARE = 0.2, 0.3
RARE_CLASSES = 0.6
"""0 counts classes as often as they come, 1 all alike."""

FEWEST_CHANGES, FEWEST_REPOSITORIES = 4, 2
"""A feature counts when it is seen in so many changes and repositories."""

STRONG = 3
STRONG_KINDS = ("kc:", "q:", "fq:", "only:", "no:src", "src", "bang", "bot", "r:", "has:", "bhas:")
"""Features that hold for any project are let to weigh more than single words."""

LEAST = 90
"""A feature none of whose weights reaches so many thousandths is left away: most of what there is, and none of it was
missed on unseen repositories."""

HABIT = "habit:"
"""Begins the feature that stands for a repository while it is learned from."""

CUT = log(0.27 / 0.73)
"""From this log-odds on listing pays best over all repositories, by F1."""

UPKEEP = frozenset({"test", "ci", "lock", "build", "meta", "bench", "manifest"})
_CLASS = {category: index for index, category in enumerate(CLASSES)}
_BREAKING = _CLASS[Category.BREAKING]


class Lesson(NamedTuple):
    """The features of a change, its class or -1, whether it was kept or None, its repository and its kind."""

    features: frozenset[str]
    label: int
    kept: bool | None
    repo: str
    kind: str


Coefficients = dict[str, list[float]]
"""The weights of each feature, not yet rounded."""


def trained(rows: Sequence[Row], others: Model | None = None) -> Model:
    """The model that the rows teach. Repositories count by the root of their size, so that none drowns others."""
    found = taught(list(lessons_in(rows)))
    return shippable(found, others) if others else rounded(found)


def rounded(found: Coefficients) -> Model:
    """What was taught as a model, without the features that tell hardly anything."""
    return Model.of({f: row for f, row in found.items() if f == BIAS or _tells(row)}, CUT)


def shippable(found: Coefficients, others: Model) -> Model:
    """The mean of what was taught and what others taught."""
    nothing = [0.0] * WIDTH
    both = {f: (found.get(f, nothing), others.weights(f)) for f in sorted({*found, *others.table})}
    mean = {f: [LOUDER * _mean(*weights) for weights in zip(*pair, strict=True)] for f, pair in both.items()}
    return rounded(mean)


def _mean(ours: float, theirs: float) -> float:
    return (1 - OTHERS_SHARE) * ours + OTHERS_SHARE * theirs


def taught(lessons: Sequence[Lesson]) -> Coefficients:
    """What the lessons teach.

    Each repository has a feature of its own meanwhile, so that what one project lists more often than others is laid to
    its habits and not to the words it happens to use; of the habits, the mean is kept.
    """
    vocabulary = _vocabulary(lesson for lesson in lessons if lesson.kind == "kept")
    habits = sorted({HABIT + lesson.repo for lesson in lessons})
    table = {feature: learnable([0.0] * WIDTH, SQUARES) for feature in (BIAS, *vocabulary, *habits)}
    examples = _examples(lessons, table)
    order = random.Random(SEED)
    for turn in range(PASSES):
        order.shuffle(examples)
        learn(examples, RATE * SLOWER**turn, KEEP_RATE * SLOWER**turn)
        shrink(table.values(), FADE)
    usual = [fmean(table[habit][at] for habit in habits) if habits else 0.0 for at in range(WIDTH)]
    found = {feature: [weight * _strength(feature) for weight in table[feature][:WIDTH]] for feature in vocabulary}
    return {BIAS: [a + b for a, b in zip(table[BIAS][:WIDTH], usual, strict=True)], **found}


def _tells(row: Sequence[float]) -> bool:
    return max(abs(round(weight * UNIT)) for weight in row) >= LEAST


def _strength(feature: str) -> int:
    return STRONG if feature.startswith(STRONG_KINDS) else 1


def lessons_in(rows: Iterable[Row]) -> Iterator[Lesson]:
    """What there is to learn in the rows, in their order; nothing in those of controls."""
    for at, row in enumerate(rows):
        if row.repo in CONTROLS:
            continue
        version = row.version if at % UNRELEASED else None
        features = frozenset(features_of(row.change, Surroundings.of(version or "", row.pulls)))
        spoken = spoken_category(row.change.headline)
        if row.category:
            yield Lesson(features, _CLASS[row.category], None, row.repo, "listed")
        elif not row.listed and (silent := spoken or _silent(features)):
            yield Lesson(features, _label(silent), None, row.repo, "silent")
        if spoken:
            yield Lesson(_without_prefix(features), _label(spoken), None, row.repo, "spoken")
        yield Lesson(features, -1, row.kept, row.repo, "kept")


def _label(category: Category) -> int:
    return _CLASS[FOLDED.get(category, category)]


def _without_prefix(features: frozenset[str]) -> frozenset[str]:
    return frozenset(f for f in features if not f.startswith(("k:", "s:", "kc:", "e:", "g:")) and f != "bang")


def _silent(features: frozenset[str]) -> Category | None:
    if "only:docs" in features or "only:example" in features:
        return Category.DOCS
    roles = {feature[2:] for feature in features if feature.startswith("r:")}
    return Category.INTERNAL if "bot" in features or (roles and roles <= UPKEEP) else None


def _vocabulary(lessons: Iterable[Lesson]) -> list[str]:
    changes: Counter[str] = Counter()
    repositories: dict[str, set[str]] = defaultdict(set)
    for lesson in lessons:
        for feature in lesson.features:
            changes[feature] += 1
            repositories[feature].add(lesson.repo)
    enough = (f for f, n in changes.items() if n >= FEWEST_CHANGES and len(repositories[f]) >= FEWEST_REPOSITORIES)
    return sorted(enough)


def _examples(lessons: Sequence[Lesson], table: dict[str, Weights]) -> list[Example]:
    weights = _weights(lessons)
    examples = []
    for lesson, weight in zip(lessons, weights, strict=True):
        known = [feature for feature in sorted(lesson.features) if feature in table]
        rows = [table[feature] for feature in (BIAS, HABIT + lesson.repo, *known) for _ in range(_strength(feature))]
        examples.append(Example(rows, lesson.label, lesson.kept, weight))
    return examples


def _weights(lessons: Sequence[Lesson]) -> list[float]:
    """What each lesson counts: 1 on average among lessons of headings, 1 on average among lessons of keeping."""
    sizes = Counter((lesson.kind, lesson.repo) for lesson in lessons)
    totals: Counter[str] = Counter()
    for (kind, _repo), size in sorted(sizes.items()):
        totals[kind] += sqrt(size)  # type: ignore[assignment]  # counters may hold fractions
    shares = {"listed": 1.0, "silent": SILENT_SHARE, "spoken": SPOKEN_SHARE, "kept": 1.0}
    raw = [shares[x.kind] / sqrt(sizes[x.kind, x.repo]) / totals[x.kind] for x in lessons]
    by_class = [0.0] * len(CLASSES)
    for lesson, weight in zip(lessons, raw, strict=True):
        if lesson.label >= 0:
            by_class[lesson.label] += weight
    mean = sum(by_class) / len(by_class)
    classes = [(mean / total) ** RARE_CLASSES if total else 0.0 for total in by_class]
    classes[_BREAKING] *= WARNING
    filed = [w * classes[x.label] for x, w in zip(lessons, raw, strict=True) if x.label >= 0]
    scale = len(filed) / sum(filed) if filed else 0.0
    kept = sum(lesson.kind == "kept" for lesson in lessons)
    return [w * classes[x.label] * scale if x.label >= 0 else w * kept for x, w in zip(lessons, raw, strict=True)]


def others() -> Model:
    """What other projects taught."""
    return parsed(OTHERS.read_bytes())


def main(arguments: list[str]) -> int:
    """Reads the command line, trains, writes."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("rows", nargs="*", type=Path, default=[DATA])
    parser.add_argument("--alone", action="store_true", help="without what the others taught")
    parser.add_argument("--out", type=Path, default=OUT)
    asked = parser.parse_args(arguments)
    model = trained([row for path in asked.rows for row in read_rows(path)], None if asked.alone else others())
    written = asked.out.write_bytes(dumped(model))
    print(f"{len(model.table)} features, {written / 1000:.0f} kB in {asked.out}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
