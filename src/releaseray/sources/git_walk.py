"""Reading the commits of a range: the first-parent line with what each changed, and of what was merged what it says."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from itertools import chain, islice
from typing import NamedTuple

from releaseray.notes.grouping import Grouped
from releaseray.notes.history import Commit
from releaseray.sources import SourceError, Watch
from releaseray.sources.beside import Later, Threads
from releaseray.sources.git_log import LOG, MESSAGES, LogParser
from releaseray.sources.git_process import HISTORY_TIMEOUT, Git

MAX_COMMITS = 250_000
LONG = 2_000
"""Commits of the line that one git reads; a longer line is shared by two: finding what each commit changed keeps a
processor busy for as long as everything else a draft takes."""

BLOCK = 500
"""Neighbours on the line that one git reads: they have most trees in common."""

TOLD_AT_ONCE = 100
"""Commits that whoever watches the reading is told of at once."""

_THESE = ("--no-walk=unsorted", "--stdin")


class Walk(NamedTuple):
    """What to read, with which git, beside what else (in threads of `pool`), and who is told of it."""

    git: Git
    bounds: Sequence[str]
    pool: Threads
    watch: Watch | None

    def commits(self, folder: Later[str | None], files: bool) -> tuple[Commit, ...]:
        """The commits, newest first; those that touch the folder, where there is one. What a commit beside the
        first-parent line changed is told only where no merge says it, and of none where no `files` are wanted. Raises
        `SourceError` for a range that is too long."""
        within = folder.result()
        if files and within is None:
            return self._lines()
        # A package's commits are told by what each of them changes
        command = MESSAGES if within is None else LOG
        with closing(self.git.stream(*command, *self.bounds, "--", timeout=HISTORY_TIMEOUT)) as chunks:
            taken = self._taken(LogParser(within).parse(chunks), MAX_COMMITS + 1)
        if len(taken) > MAX_COMMITS:
            raise _too_long()
        return tuple(taken)

    def _taken(self, commits: Iterator[Commit], most: int) -> list[Commit]:
        """The first commits, `most` at most, told to whoever watches."""
        taken: list[Commit] = []
        while some := list(islice(commits, min(TOLD_AT_ONCE, most - len(taken)))):
            if self.watch:
                self.watch(some)
            taken += some
        return taken

    def _lines(self) -> tuple[Commit, ...]:
        """All commits. Which there are is found out first: to limit a range, a git reads all of it before it tells the
        first, and those that are given the commits by name need not."""
        parser = LogParser()
        order = self._order()
        line = _first_parents(order)
        on_line = frozenset(line)
        beside = [sha for sha in order if sha not in on_line]
        merged = self.pool.submit(lambda: [*self._these(MESSAGES, beside, parser)])
        parts = [self.pool.submit(self._read, part, parser) for part in _parts(line)]
        found = {commit.sha: commit for part in (merged, *parts) for commit in part.result()}
        every = map(found.__getitem__, order)
        return self._completed(Grouped.of(every), parser) if beside else tuple(every)

    def _order(self) -> Mapping[str, str]:
        """The shas of all commits, newest first, each with its first parent."""
        wanted = f"--max-count={MAX_COMMITS + 1}"
        listed = self.git.run("rev-list", "--parents", wanted, *self.bounds, "--", timeout=HISTORY_TIMEOUT)
        lines = [line.split(" ", 2) for line in listed.decode("ascii").splitlines()]
        if len(lines) > MAX_COMMITS:
            raise _too_long()
        return {line[0]: line[1] if len(line) > 1 else "" for line in lines}

    def _completed(self, commits: Grouped, parser: LogParser) -> Grouped:
        """The commits with what those changed for which no merge speaks."""
        known = self._read(commits.unspoken(), parser)
        return commits.with_files({commit.sha: commit for commit in known}) if known else commits

    def _read(self, shas: Sequence[str], parser: LogParser) -> list[Commit]:
        """The commits with what they changed."""
        return self._taken(self._these(LOG, shas, parser), MAX_COMMITS)

    def _these(self, command: Sequence[str], shas: Sequence[str], parser: LogParser) -> Iterator[Commit]:
        if shas:
            stdin = "\n".join(shas).encode("ascii")
            yield from parser.parse(self.git.stream(*command, *_THESE, stdin=stdin, timeout=HISTORY_TIMEOUT))


def _first_parents(parents: Mapping[str, str]) -> list[str]:
    """The first-parent line of the newest of the commits."""
    line = []
    sha = next(iter(parents), "")
    while sha in parents:
        line.append(sha)
        sha = parents[sha]
    return line


def _parts(line: Sequence[str]) -> list[list[str]]:
    """What of the line each git reads. Of a long one each has every other block: new commits take longer than old."""
    blocks = [line[at : at + BLOCK] for at in range(0, len(line), BLOCK)]
    gits = 2 if len(line) > LONG else 1
    return [[*chain.from_iterable(blocks[at::gits])] for at in range(gits)]


def _too_long() -> SourceError:
    return SourceError(f"The range has more than {MAX_COMMITS} commits; choose a shorter one.")
