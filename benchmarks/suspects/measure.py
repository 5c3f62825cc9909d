"""Measures how often the true culprit is ranked first, or among the first three.

Usage: measure.py CLONE CASES_FILE [-v]

For each case the range that shipped the culprit is "deployed": every change of it is a candidate. The error's
stack is made of the files and functions that the FIX touches (its hunk headers; nothing of the culprit is looked
at) as far as the deployed release has them, with the prefix a server would show and no line numbers, since the
fix's lines are not those of the deployed release. Merge commits are left out; a rank is the number of candidates
scored at least as high as the culprit.
"""

import sys
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

from benchmarks.suspects.find_cases import Case, git, mended

from releaseray.tracking.event import Frame
from releaseray.tracking.patch import parse_patch
from releaseray.tracking.suspects import Change, rank_suspects

RECORD = "%x1e%H%x1f%ct%x1f%an%x1f%s%x1f"
DEPLOYED = "/srv/app/current/"


@lru_cache(maxsize=1)
def changes(clone: Path, from_tag: str, to_tag: str) -> tuple[Change, ...]:
    """Every commit of a range that is no merge."""
    log = git(clone, "log", "--no-merges", "-p", f"--format={RECORD}", f"{from_tag}..{to_tag}")
    return tuple(_change(record) for record in log.split("\x1e")[1:])


def _change(record: str) -> Change:
    sha, date, author, title, patch = record.split("\x1f", 4)
    return Change(title, author, (sha,), parse_patch(patch), date=float(date))


def stack(clone: Path, case: Case) -> tuple[Frame, ...]:
    """A stack through the functions that the fix mends, in the order of its patch, as the deployed release had
    it."""
    return tuple(Frame(function=name, abs_path=DEPLOYED + path, in_app=True) for path, name in mended(clone, case))


class Ranks(NamedTuple):
    """The culprit's ranks, None when it is not suspected at all, and how many candidates there were. `naive` is
    the rank by how many of the stack's files a change touches, the newest first among equals."""

    mine: int | None
    naive: int | None
    candidates: int


def rank(clone: Path, case: Case) -> Ranks:
    """Where the culprit of a case stands."""
    candidates = changes(clone, case.from_tag, case.to_tag)
    frames = stack(clone, case)
    suspects = rank_suspects(frames, candidates, limit=len(candidates))
    scores = {suspect.change.shas[0]: suspect.score for suspect in suspects}
    return Ranks(_rank(scores, case.culprit), _rank(_naive(frames, candidates), case.culprit), len(candidates))


def _naive(frames: tuple[Frame, ...], candidates: tuple[Change, ...]) -> dict[str, float]:
    files = {(frame.abs_path or "").removeprefix(DEPLOYED) for frame in frames}
    touched = {change: len(files & {file.path for file in change.files}) for change in candidates}
    return {change.shas[0]: count + change.date / 1e12 for change, count in touched.items() if count}


def _rank(scores: dict[str, float], culprit: str) -> int | None:
    mine = scores.get(culprit)
    return None if mine is None else sum(score >= mine for score in scores.values())


def read_cases(path: Path) -> Iterator[Case]:
    """The cases of a file, those of one range together."""
    lines = [line.split() for line in path.read_text().splitlines() if line and not line.startswith("#")]
    yield from sorted((Case(*line) for line in lines), key=lambda case: case[2:])


def main() -> None:
    """Prints one line a case where wanted, and the summary."""
    clone, cases_file, *flags = sys.argv[1:]
    measured: list[Ranks] = []
    for case in read_cases(Path(cases_file)):
        measured.append(rank(Path(clone), case))
        if flags:
            print(case.fix[:12], case.culprit[:12], f"{case.from_tag}..{case.to_tag}", *measured[-1])
    sizes = [ranks.candidates for ranks in measured]
    print(f"{len(measured)} cases, {min(sizes)} to {max(sizes)} candidates each")
    summarize("ranked", [ranks.mine for ranks in measured])
    summarize("naive", [ranks.naive for ranks in measured])


def summarize(label: str, ranks: list[int | None]) -> None:
    """Prints how often the culprit is first, among the first three and five, and not named."""
    hits = [sum(1 for place in ranks if place and place <= limit) for limit in (1, 3, 5)]
    shares = ", ".join(
        f"among the first {n}: {hit} ({hit / len(ranks):.0%})" for n, hit in zip((1, 3, 5), hits, strict=True)
    )
    print(f"{label}: {shares}, never suspected: {ranks.count(None)}")


if __name__ == "__main__":
    main()
