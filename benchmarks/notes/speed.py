"""How fast notes are made: `python -m benchmarks.notes.speed REPO [--until TAG] [--commits 200,1000,20000]`.

First the engine, stage by stage, in CPU time (garbage collection off, the best of the runs). Then whole processes, in
turn, against `git log --name-status` and, where it is installed, git-cliff: `releaseray notes` with an empty cache
("first") and right after that with what it kept ("again"): the draft itself, so that only the names of the range are
looked up. git-cliff with paths keeps what each commit changed, in the clone (`.git/git-cliff-core`), and is measured in
the same two ways: that folder is thrown away before each round. "Times faster" is git-cliff's time over ours in the
same round, first over first and again over again, below 1 where ours is slower. From 10,000 commits on there is one
round. REPO is a clone that git-cliff can work in, so not a bare one. Every time is wall clock with the CPU time of the
process and its children beside it.
"""

import argparse
import asyncio
import compileall
import gc
import os
import resource
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path
from statistics import median
from time import perf_counter, process_time
from typing import NamedTuple, TypeVar

import releaseray
from releaseray.notes.classify import context_for
from releaseray.notes.engine import PERSONAS, build, prepare
from releaseray.notes.history import History
from releaseray.notes.link import link
from releaseray.notes.prune import prune
from releaseray.sources import Compare
from releaseray.sources.git import GitSource

T = TypeVar("T")
Command = Sequence[str]
LONG = 10_000
COLUMNS = (
    "git log", "releaseray, first", "releaseray, again (the draft kept)", "git-cliff", "git-cliff, paths, first",
    "git-cliff, paths, again", "first, times faster", "first, paths, times faster", "again, times faster",
    "again, paths, times faster",
)  # fmt: skip


class Time(NamedTuple):
    """What a process took: milliseconds."""

    wall: float
    cpu: float


def main(arguments: Sequence[str]) -> None:
    """Measures and prints two tables in Markdown."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("repo", type=Path)
    parser.add_argument("--until", default="HEAD")
    parser.add_argument("--commits", default="200,1000,20000")
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--only", choices=("engine", "processes"))
    asked = parser.parse_args(arguments)
    repo, until = asked.repo.resolve(), _git(asked.repo, "rev-parse", f"{asked.until}^{{commit}}")
    trunk = _git(repo, "rev-list", "--first-parent", until).split()
    starts = [_start(repo, trunk, int(number)) for number in asked.commits.split(",")]
    if asked.only != "processes":
        print("| commits | link | prune | learn (ms) | the rest of prepare | a draft | in all |\n" + "|---" * 7 + "|")
        for start in starts:
            print(_engine(asyncio.run(_history(repo, start, until)), asked.runs), flush=True)
    if asked.only != "engine":
        # As an installation leaves it
        compileall.compile_dir(Path(releaseray.__file__).parent, quiet=1)
        print(f"\n| commits | {' | '.join(COLUMNS)} |\n" + "|---" * (1 + len(COLUMNS)) + "|")
        for start in starts:
            print(_processes(repo, f"{start}..{until}", asked.runs), flush=True)


def _git(repo: Path, *arguments: str) -> str:
    return subprocess.run(("git", *arguments), cwd=repo, check=True, capture_output=True, text=True).stdout.strip()


def _start(repo: Path, trunk: Sequence[str], commits: int) -> str:
    """The commit of the first-parent line that the range of that many commits begins after."""
    low, high = 0, len(trunk) - 1
    while low < high:
        middle = (low + high) // 2
        if int(_git(repo, "rev-list", "--count", f"{trunk[middle]}..{trunk[0]}")) < commits:
            low = middle + 1
        else:
            high = middle
    return trunk[low]


async def _history(repo: Path, start: str, until: str) -> History:
    with tempfile.TemporaryDirectory() as scratch:
        source = GitSource(str(repo), Path(scratch) / "mirror")
        return await source.history(Compare(from_tag=start, from_sha=start, to_tag=until, to_sha=until))


def _engine(history: History, runs: int) -> str:
    """A row of the first table: microseconds a commit, but for what does not grow with the commits."""
    times: dict[str, float] = {}
    for _ in range(runs):
        gc.collect()
        gc.disable()
        _run(history, times)
        gc.enable()
    number = len(history.commits)
    rest = times["prepare"] - times["link"] - times["prune"] - times["learn"]
    each = [times["link"], times["prune"], rest, times["draft"], times["prepare"] + times["draft"]]
    linked, pruned, others, draft, whole = (f"{1e6 * seconds / number:.0f}" for seconds in each)
    return f"| {number:,} | {linked} | {pruned} | {1e3 * times['learn']:.0f} | {others} | {draft} | {whole} |"


def _run(history: History, times: dict[str, float]) -> None:
    changes = _timed("link", times, lambda: link(history))
    _timed("prune", times, lambda: prune(changes))
    _timed("learn", times, lambda: context_for(history))
    prepared = _timed("prepare", times, lambda: prepare(history))
    _timed("draft", times, lambda: build(prepared, PERSONAS[0]))


def _timed(name: str, times: dict[str, float], call: Callable[[], T]) -> T:
    start = process_time()
    result = call()
    times[name] = min(times.get(name, float("inf")), process_time() - start)
    return result


def _processes(repo: Path, asked: str, runs: int) -> str:
    """A row of the second table: milliseconds and ratios, the middle of the rounds and their spread."""
    number = int(_git(repo, "rev-list", "--count", asked))
    ours = (sys.executable, "-c", "from releaseray.cli import main; main()", "notes", asked, "--repo", str(repo))
    cliff = ("git-cliff", "--offline", asked) if shutil.which("git-cliff") else None
    paths = (*cliff, "--include-path", "**/*") if cliff else None
    commands = [("git", "log", "--name-status", asked), ours, ours, cliff, paths, paths]
    times: list[list[Time]] = [[] for _ in commands]
    for _ in range(runs if number < LONG else 1):
        shutil.rmtree(repo / _git(repo, "rev-parse", "--git-dir") / "git-cliff-core", ignore_errors=True)
        with tempfile.TemporaryDirectory() as cache:
            for command, known in zip(commands, times, strict=True):
                if command:
                    known.append(_time(command, repo, cache))
    _, first, again, plain, paths_first, paths_again = times
    pairs = ((first, plain), (first, paths_first), (again, plain), (again, paths_again))
    factors = [_factors(mine, theirs) for mine, theirs in pairs]
    return f"| {number:,} | {' | '.join([*map(_spread, times), *map(_times, factors)])} |"


def _time(command: Command, repo: Path, cache: str) -> Time:
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path)), "XDG_CACHE_HOME": cache}
    before, start = _cpu(), perf_counter()
    subprocess.run(command, cwd=repo, env=environment, check=True, capture_output=True)
    return Time(1000 * (perf_counter() - start), 1000 * (_cpu() - before))


def _cpu() -> float:
    """Seconds that the processes which have ended have used."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def _factors(mine: Sequence[Time], theirs: Sequence[Time]) -> list[float]:
    return [their.wall / my.wall for my, their in zip(mine, theirs, strict=True)] if theirs else []


def _spread(times: Sequence[Time]) -> str:
    if not times:
        return "not installed"
    walls = [time.wall for time in times]
    cpu = median(time.cpu for time in times)
    return f"{median(walls):,.0f} ms ({min(walls):,.0f} to {max(walls):,.0f}; CPU {cpu:,.0f})"


def _times(factors: Sequence[float]) -> str:
    return f"{median(factors):.2f} ({min(factors):.2f} to {max(factors):.2f})" if factors else "not installed"


if __name__ == "__main__":
    main(sys.argv[1:])
