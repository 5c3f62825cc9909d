"""Judges the engine against people: `python -m benchmarks.notes.evaluate [ROWS] [--others ROWS] [--unseen ROWS]`.

Every repository of ROWS is judged by coefficients trained without it, once with nothing known of its past and once,
its newest third held out, with its own earlier changelog and commits visible. So are those of `--others`, the rows
behind `others.json`, in five parts, each by coefficients that none of the part taught. Repositories of `--unseen` files
taught nothing and are judged by the coefficients as shipped. No change is shown its changelog, fragment or heading.
"""

import argparse
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import replace
from hashlib import sha256
from multiprocessing import get_context
from pathlib import Path
from statistics import fmean
from typing import Any, NamedTuple

from benchmarks.notes import past, report
from benchmarks.notes.baselines import git_cliff, keywords
from benchmarks.notes.build_data import place_of
from benchmarks.notes.product import product
from benchmarks.notes.rows import CONTROLS, Row, by_release, by_repository, read_rows
from benchmarks.notes.scoring import Judged, Score, rouge_l, score
from benchmarks.notes.train import DATA, lessons_in, others, rounded, shippable, taught
from releaseray.notes.classify import Context, classify, context_of, is_listed
from releaseray.notes.engine import build
from releaseray.notes.history import History
from releaseray.notes.model import Model, shipped
from releaseray.notes.model_own import Lessons, lessons_of

RESULTS = Path("benchmarks/notes/RESULTS.md")
FEWEST_JUDGED = 10
FEWEST_ROWS = 100
PARTS = 5
ALL = "all left out"
TEXTS = 200
"""Texts compared a repository, the newest: the rest would say the same."""


class Texts(NamedTuple):
    """Mean ROUGE-L against the human's sentence: of the engine's line, and of the title as the author left it."""

    line: float
    title: float


class Judgement(NamedTuple):
    """The scores of one repository by way of judging, of its texts where it has any, and how many highlights its
    maintainers named and the product recalled."""

    repo: str
    scores: dict[str, Score]
    texts: Texts | None
    highlights: tuple[int, int] = (0, 0)


def judge(repo: str, rows: Sequence[Row], model: Model, clone: Path | None = None) -> Judgement:
    """One repository, judged every way."""
    asked, before = past.split(rows)
    scores = {
        "cold": score(_verdicts(rows, context_of(Lessons(), model))),
        "keywords": score(keywords(rows)),
        "newest, cold": score(_verdicts(asked, context_of(Lessons(), model))),
    }
    for name, commits in (("newest, own changelog", False), ("newest, own changelog and commits", True)):
        own = lessons_of(past.history(before, commits=commits), model)
        scores[name] = score(_verdicts(asked, context_of(own, model)))
    if clone and clone.exists() and before:
        cliff = git_cliff(asked, clone, f"{before[0].commit.sha}..{asked[0].commit.sha}")
        if cliff:
            scores["newest, git-cliff"] = score(cliff)
        made = product(asked, clone)
        if len(made.judged) >= FEWEST_JUDGED:
            scores["newest, the product on a clone"] = score(made.judged)
        return Judgement(repo, scores, _texts(asked), (made.highlights, made.recalled))
    return Judgement(repo, scores, _texts(asked))


def _verdicts(rows: Sequence[Row], context: Context) -> list[Judged]:
    return [judged for release in by_release(rows) for judged in _release(release, context)]


def _release(rows: Sequence[Row], context: Context) -> list[Judged]:
    verdicts = classify([row.change for row in rows], context.within(rows[0].version or "", rows[0].pulls))
    return [
        Judged(row, verdict.category, is_listed(verdict.category, verdict.keep))
        for row, verdict in zip(rows, verdicts, strict=True)
    ]


def _texts(rows: Sequence[Row]) -> Texts | None:
    written = [row for row in rows if row.kept and len(row.text.split()) > 2][:TEXTS]
    pairs = [(_line(row), row.change.title, row.text) for row in written]
    known = [(rouge_l(line, human), rouge_l(title, human)) for line, title, human in pairs if line]
    return Texts(fmean(line for line, _ in known), fmean(title for _, title in known)) if known else None


def _line(row: Row) -> str:
    commit = replace_parents(row)
    entries = build(History(row.repo, "v0", "v1", (commit.commit,)), "engineer").entries
    return entries[0].text if entries else ""


def replace_parents(row: Row) -> Row:
    """The row as a commit without a merge's second parent, which a history of one commit cannot show."""
    return replace(row, commit=row.commit._replace(parents=("a",)))


def leave_one_out(rows: Sequence[Row], jobs: int, clones: Path | None) -> list[Judgement]:
    """Every repository by a model that was trained on the others. What there is to learn is read once for all."""
    theirs, lessons = others(), list(lessons_in(rows))

    def without(repo: str) -> Model:
        return shippable(taught([lesson for lesson in lessons if lesson.repo != repo]), theirs)

    return _in_processes(by_repository(rows), without, jobs, clones)


def leave_parts_out(rows: Sequence[Row], theirs: Sequence[Row], jobs: int, clones: Path | None) -> list[Judgement]:
    """Every repository of the others by a model that was trained on all that is in other parts than it."""
    ours, lessons = taught(list(lessons_in(rows))), list(lessons_in(theirs))

    def without(part: int) -> Model:
        found = taught([lesson for lesson in lessons if part_of(lesson.repo) != part])
        return shippable(ours, rounded(found))

    with _processes(jobs, {}, without) as pool:
        models = list(pool.map(_made, range(PARTS)))
    return _in_processes(_enough(theirs), lambda repo: models[part_of(repo)], jobs, clones)


def part_of(repo: str) -> int:
    """The part a repository is in, by a digest of its name."""
    return int(sha256(repo.encode()).hexdigest(), 16) % PARTS


def as_shipped(rows: Sequence[Row], jobs: int, clones: Path | None) -> list[Judgement]:
    """Every repository with rows enough by the model as shipped."""
    return _in_processes(_enough(rows), lambda _repo: shipped(), jobs, clones)


def _enough(rows: Sequence[Row]) -> dict[str, list[Row]]:
    return {repo: group for repo, group in by_repository(rows).items() if len(group) > FEWEST_ROWS}


def _in_processes(
    grouped: Mapping[str, list[Row]], model_for: Callable[[str], Model], jobs: int, clones: Path | None
) -> list[Judgement]:
    places = [place_of(repo, clones) if clones else None for repo in grouped]
    with _processes(jobs, grouped, model_for) as pool:
        return list(pool.map(_judged, grouped, places))


def _processes(jobs: int, grouped: Mapping[str, list[Row]], model_for: Callable[[Any], Model]) -> ProcessPoolExecutor:
    """Forked processes are given these as they are: what a function closes over need not be written down."""
    forked = get_context("fork")
    return ProcessPoolExecutor(jobs, mp_context=forked, initializer=_hold, initargs=(grouped, model_for))


_HELD: dict[str, list[Row]] = {}
_MODELS: list[Callable[[Any], Model]] = []


def _hold(grouped: Mapping[str, list[Row]], model_for: Callable[[Any], Model]) -> None:
    _HELD.update(grouped)
    _MODELS[:] = [model_for]


def _judged(repo: str, clone: Path | None) -> Judgement:
    return judge(repo, _HELD[repo], _made(repo), clone)


def _made(key: Any) -> Model:
    return _MODELS[0](key)


def main(arguments: list[str], say: Callable[[str], object] = print) -> int:
    """Reads the command line, judges, prints and writes the report."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("rows", nargs="?", type=Path, default=DATA)
    parser.add_argument("--others", type=Path, help="the rows behind others.json")
    parser.add_argument("--unseen", type=Path, action="append", default=[])
    parser.add_argument("--clones", type=Path, help="holds owner/name or name: git-cliff is run on these")
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--out", type=Path, default=RESULTS)
    asked = parser.parse_args(arguments)
    judged: dict[str, list[Judgement]] = {}
    if asked.rows.exists():
        rows = read_rows(asked.rows)
        judged["left out of training"] = leave_one_out(rows, asked.jobs, asked.clones)
        if asked.others:
            found = leave_parts_out(rows, read_rows(asked.others), asked.jobs, asked.clones)
            judged["others, left out"] = found
            judged[ALL] = [*judged["left out of training"], *found]
    for path in asked.unseen:
        judged.setdefault("unseen", []).extend(as_shipped(read_rows(path), asked.jobs, asked.clones))
    if not judged:
        say(f"There is no {asked.rows}: build such rows with `python -m benchmarks.notes.build_data`.")
        return 1
    text = report.written(_tables(judged))
    asked.out.write_text(text, encoding="utf-8")
    say(text)
    return 0


def _tables(judged: Mapping[str, Iterable[Judgement]]) -> list[report.Table]:
    tables = []
    for group, judgements in judged.items():
        human = [j for j in judgements if j.repo not in CONTROLS]
        control = [j for j in judgements if j.repo in CONTROLS]
        ways = list(dict.fromkeys(way for j in human for way in j.scores))
        tables += [
            report.Table(group, way, {j.repo: j.scores[way] for j in human if way in j.scores},
                         {j.repo: j.scores[way] for j in control if way in j.scores}, summary=group == ALL)
            for way in ways
        ]  # fmt: skip
        if group == ALL:
            continue
        tables.append(report.Table(group, "texts", {}, {}, {j.repo: tuple(j.texts) for j in human if j.texts}))
        named = {j.repo: j.highlights for j in human if j.highlights[0]}
        tables.append(report.Table(group, "highlights", {}, {}, {}, named))
    return tables


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
