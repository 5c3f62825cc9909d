"""Reading the commits of a range: the first-parent line with what each changed, and of what was merged what it says."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import closing
from itertools import islice
from subprocess import DEVNULL
from typing import NamedTuple

from releaseray.notes.grouping import Grouped
from releaseray.notes.history import Commit
from releaseray.sources import SourceError, Watch
from releaseray.sources.beside import Later, Threads
from releaseray.sources.git_log import LOG, MESSAGES, LogParser
from releaseray.sources.git_process import Git

HISTORY_TIMEOUT = 900.0
MAX_COMMITS = 250_000
LONG = 2_000
"""Commits of the line that one git reads, and what is left of a longer one two more, a half each: finding what each
commit changed keeps a processor busy for as long as everything else a draft takes."""

TOLD_AT_ONCE = 100
"""Commits that whoever watches the reading is told of at once."""

_LINE = (*LOG, "--first-parent")
_THESE = ("--no-walk=unsorted", "--stdin")


class Walk(NamedTuple):
    """What to read, with which git, beside what else (in threads of `pool`), and who is told of it."""

    git: Git
    bounds: Sequence[str]
    pool: Threads
    watch: Watch | None

    def commits(self, folder: Later[str | None], files: bool) -> tuple[Commit, ...]:
        """The commits, newest first; those that touch the folder, where there is one. git begins before it is known
        which. What a commit beside the first-parent line changed is told only where no merge says it, and of none
        where no `files` are wanted. Raises `SourceError` for a range that is too long."""
        command = (*((*_LINE, f"--max-count={LONG}") if files else MESSAGES), *self.bounds, "--")
        with self.git.start(command, DEVNULL, HISTORY_TIMEOUT) as child:
            within = folder.result()
            if within is None:
                return self._lines(child.output()) if files else self._whole(LogParser().parse(child.output()))
        # A package's commits are told by what each of them changes
        with closing(self.git.stream(*LOG, *self.bounds, "--", timeout=HISTORY_TIMEOUT)) as chunks:
            return self._whole(LogParser(within).parse(chunks))

    def _whole(self, commits: Iterator[Commit]) -> tuple[Commit, ...]:
        taken = self._taken(commits, MAX_COMMITS + 1)
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

    def _lines(self, chunks: Iterable[bytes]) -> tuple[Commit, ...]:
        """All commits, those of the line from `chunks`, of a long line the newest `LONG`, and the others from further
        gits."""
        parser = LogParser()
        order = self.pool.submit(self._order)
        merged = self.pool.submit(self._merged, parser, order)
        older = self.pool.submit(self._older, parser, order)
        newer = self._taken(parser.parse(chunks), LONG)
        found = {commit.sha: commit for commit in (*newer, *older.result(), *merged.result())}
        # Where clocks went wrong two walks may end at different commits: the order's is believed
        missed = [sha for sha in order.result() if sha not in found]
        found.update((commit.sha, commit) for commit in self._these(LOG, missed, parser))
        every = map(found.__getitem__, order.result())
        return self._completed(Grouped.of(every), parser) if merged.result() else tuple(every)

    def _order(self) -> Mapping[str, str]:
        """The shas of all commits, newest first, each with its first parent."""
        wanted = f"--max-count={MAX_COMMITS + 1}"
        listed = self.git.run("rev-list", "--parents", wanted, *self.bounds, "--", timeout=HISTORY_TIMEOUT)
        lines = [line.split(" ", 2) for line in listed.decode("ascii").splitlines()]
        if len(lines) > MAX_COMMITS:
            raise _too_long()
        return {line[0]: line[1] if len(line) > 1 else "" for line in lines}

    def _older(self, parser: LogParser, order: Later[Mapping[str, str]]) -> list[Commit]:
        """The commits of the line beyond the newest `LONG`."""
        length = len(_first_parents(order.result()))
        if length <= LONG:
            return []
        middle = (LONG + length) // 2
        oldest = self.pool.submit(self._part, parser, middle, MAX_COMMITS)
        return [*self._part(parser, LONG, middle - LONG), *oldest.result()]

    def _part(self, parser: LogParser, skipped: int, most: int) -> list[Commit]:
        limits = (f"--skip={skipped}", f"--max-count={most}")
        chunks = self.git.stream(*_LINE, *limits, *self.bounds, "--", timeout=HISTORY_TIMEOUT)
        return self._taken(parser.parse(chunks), most)

    def _merged(self, parser: LogParser, order: Later[Mapping[str, str]]) -> list[Commit]:
        """What the commits beside the line say."""
        line = _first_parents(order.result())
        return list(self._these(MESSAGES, [sha for sha in order.result() if sha not in line], parser))

    def _completed(self, commits: Grouped, parser: LogParser) -> Grouped:
        """The commits with what those changed for which no merge speaks."""
        known = self._taken(self._these(LOG, commits.unspoken(), parser), MAX_COMMITS)
        return commits.with_files({commit.sha: commit for commit in known}) if known else commits

    def _these(self, command: Sequence[str], shas: Sequence[str], parser: LogParser) -> Iterator[Commit]:
        if shas:
            stdin = "\n".join(shas).encode("ascii")
            yield from parser.parse(self.git.stream(*command, *_THESE, stdin=stdin, timeout=HISTORY_TIMEOUT))


def _first_parents(parents: Mapping[str, str]) -> set[str]:
    """The first-parent line of the newest of the commits."""
    line = set()
    sha = next(iter(parents), "")
    while sha in parents:
        line.add(sha)
        sha = parents[sha]
    return line


def _too_long() -> SourceError:
    return SourceError(f"The range has more than {MAX_COMMITS} commits; choose a shorter one.")
