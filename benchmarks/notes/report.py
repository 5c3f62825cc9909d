"""The tables of an evaluation, as Markdown."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from statistics import fmean

from benchmarks.notes.scoring import Score, mean

COLUMNS = {
    "changes": "changes", "filed": "filed", "accuracy": "accuracy", "macro_f1": "macro-F1",
    "breaking_recall": "breaking R", "breaking_precision": "breaking P", "kept_precision": "kept P",
    "kept_recall": "kept R", "kept_f1": "kept F1",
}  # fmt: skip

READ = """# How the notes compare with what people wrote

Written by `python -m benchmarks.notes.evaluate`. *accuracy* and *macro-F1* count changes that the human filed under a
telling heading (security folded into fix, deprecation into breaking; "changed" and "patch" left out); macro-F1 is the
mean over categories the human used at least three times. *kept* counts every change: listed by the human under another
heading than docs and internal. Left out by the human is a negative only by silence. The mean gives every repository
the same weight. Changelogs, fragments and headings of what is asked about are hidden from the engine.

*cold* knows nothing of the project; *newest* holds out the newest third of its releases. Each repository *left out* is
judged by coefficients that it did not teach, *unseen* ones taught none of those that are shipped; the few settings of
training and of learning from the past were chosen with an eye on those left out.
git-cliff runs with its default settings where a clone is at hand and it takes no longer than 45 seconds. *The product*
reads the six newest releases from the clone, the changelog and the commits before each, and prunes and folds as it
does for anybody. *Highlights* are counted where maintainers named some (ADR 0018).
"""


@dataclass(frozen=True, slots=True)
class Table:
    """One way of judging over the repositories of a group; `texts` are ROUGE-L of line and title instead,
    `highlights` how many the maintainers named and how many of these the product did. Of a `summary` only the mean is
    told: its repositories are in other tables."""

    group: str
    way: str
    scores: Mapping[str, Score]
    controls: Mapping[str, Score]
    texts: Mapping[str, Sequence[float]] = field(default_factory=dict)
    highlights: Mapping[str, tuple[int, int]] = field(default_factory=dict)
    summary: bool = False


def written(tables: Sequence[Table]) -> str:
    """All tables, the means of each way first."""
    means = [(f"{table.group}: {table.way}", mean(table.scores.values())) for table in tables if table.scores]
    parts = [READ, "## Means\n", _table("repositories judged", means)]
    for table in tables:
        if table.summary or not (table.scores or table.controls or table.texts or table.highlights):
            continue
        parts.append(f"\n## {table.group[:1].upper()}{table.group[1:]}: {table.way}\n")
        if table.texts:
            parts.append(_texts(table.texts))
        elif table.highlights:
            parts.append(_highlights(table.highlights))
        else:
            controls = [(f"{repo} (control, not in the mean)", score) for repo, score in table.controls.items()]
            parts.append(_table("repository", [*table.scores.items(), *controls]))
    return "\n".join(parts) + "\n"


def _table(first: str, lines: Sequence[tuple[str, Score]]) -> str:
    head = [f"| {first} | {' | '.join(COLUMNS.values())} |", f"|---|{'---:|' * len(COLUMNS)}"]
    return "\n".join([*head, *(f"| {name} | {_cells(score)} |" for name, score in lines)])


def _cells(score: Score) -> str:
    return " | ".join(_cell(getattr(score, column)) for column in COLUMNS)


def _cell(value: float | int | None) -> str:
    if value is None:
        return "–"
    return f"{value:,}" if isinstance(value, int) else f"{value:.2f}"


def _texts(texts: Mapping[str, Sequence[float]]) -> str:
    head = ["| repository | ROUGE-L of our line | of the untouched title |", "|---|---:|---:|"]
    lines = [f"| {repo} | {line:.3f} | {title:.3f} |" for repo, (line, title) in texts.items()]
    both = list(texts.values())
    whole = f"| mean | {fmean(line for line, _ in both):.3f} | {fmean(title for _, title in both):.3f} |"
    return "\n".join([*head, *lines, whole])


def _highlights(highlights: Mapping[str, tuple[int, int]]) -> str:
    head = ["| repository | named by its maintainers | among our five | recall |", "|---|---:|---:|---:|"]
    lines = [f"| {repo} | {named} | {ours} | {ours / named:.2f} |" for repo, (named, ours) in highlights.items()]
    named, ours = (sum(column) for column in zip(*highlights.values(), strict=True))
    return "\n".join([*head, *lines, f"| together | {named} | {ours} | {ours / named:.2f} |"])
