"""Reading a range: log, papers and authors side by side, each in a thread of its own."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from contextlib import closing
from itertools import islice
from pathlib import Path
from subprocess import DEVNULL
from typing import NamedTuple

from releaseray.notes.history import Commit, FileDelta, History
from releaseray.notes.own_changelog import notes_in
from releaseray.sources import SourceError, Watch
from releaseray.sources.git_authors import FirstCommits
from releaseray.sources.git_log import LOG, MESSAGES, LogParser
from releaseray.sources.git_objects import Objects
from releaseray.sources.git_packages import package_folder
from releaseray.sources.git_papers import changelog, fragments, manifests
from releaseray.sources.git_process import Git

HISTORY_TIMEOUT = 900.0
MAX_COMMITS = 250_000
LONG = 2_000
"""Commits from which on a second git reads the older half of what is left: finding what each commit changed keeps one
processor busy for longer than everything else a draft takes."""

TOLD_AT_ONCE = 100
"""Commits that whoever watches the reading is told of at once."""

MAX_PAST = 1_500
MAX_PAST_BYTES = 24 << 20


class Range(NamedTuple):
    """What is read: everything that `to_sha` reaches and `from_sha` does not."""

    from_sha: str | None
    to_sha: str
    to_tag: str


class Findings(NamedTuple):
    """What a range holds; the fields are those of `History`."""

    commits: tuple[Commit, ...]
    changelog: str
    fragments: Mapping[str, str]
    manifests: tuple[FileDelta, ...]
    known_emails: frozenset[str]
    past: tuple[Commit, ...]

    def history(self, full_name: str, web_url: str | None, from_tag: str | None, to_tag: str) -> History:
        """The findings as the history of a repository's range."""
        return History(
            full_name=full_name,
            from_tag=from_tag,
            to_tag=to_tag,
            commits=self.commits,
            web_url=web_url,
            changelog=self.changelog,
            fragments=self.fragments,
            manifests=self.manifests,
            known_emails=self.known_emails,
            past=self.past,
        )


Known = Callable[[Git, Future[tuple[Commit, ...]]], frozenset[str]]
"""Finds out, beside the reading of a range, which addresses had commits before it."""


def read_range(
    git: Git, asked: Range, known: Known, *, past: bool = False, files: bool = True, watch: Watch | None = None
) -> Findings:
    """All that is to be known of a range, with the commits before it where `past` is wanted, and without what the
    commits change where no `files` are. `watch` is told of the commits as they come."""
    with Objects(git, HISTORY_TIMEOUT) as objects, ThreadPoolExecutor(6) as pool:
        try:
            # First of all the longest, so that its git works while others of the range's things are found out
            folder: Future[str | None] = Future()
            log = pool.submit(_read_log, _Log(git, _bounds(asked), pool, watch), folder, files)
            authors = pool.submit(known, git, log)
            folder.set_result(package_folder(git, objects, asked.to_tag, asked.to_sha))
            papers = pool.submit(changelog, objects, asked.from_sha, folder.result())
            before = pool.submit(_read_past, git, asked.from_sha if past else None, folder.result(), papers)
            commits = log.result()
            own_words = papers.result()
            added = fragments(objects, commits)
            changed = manifests(objects, asked.from_sha, asked.to_sha, commits)
            return Findings(commits, own_words, added, changed, authors.result(), before.result())
        except BaseException:
            # Or the pool would wait for what nobody wants any more
            folder.cancel()
            git.kill()
            raise


def from_index(index: Path, sha: str | None) -> Known:
    """Who had commits that `sha` reaches, by the index of first commits kept in the file `index`."""

    def known(git: Git, log: Future[tuple[Commit, ...]]) -> frozenset[str]:
        authors = first_commits(git, index, sha)
        commits = log.result()
        return authors.known((commit.sha for commit in commits), max((commit.date for commit in commits), default=0))

    return known


def first_commits(git: Git, index: Path, sha: str | None) -> FirstCommits:
    """The index of first commits, brought up to what `sha` reaches."""
    if sha is None:
        return FirstCommits()
    authors = FirstCommits.load(index)
    if authors.cover(git, [sha]):
        authors.save(index)
    return authors


class _Log(NamedTuple):
    """What to read, with which git, beside what else (in a thread of `pool`), and who is told of it."""

    git: Git
    bounds: Sequence[str]
    pool: Executor
    watch: Watch | None

    def taken(self, commits: Iterator[Commit], most: int) -> list[Commit]:
        """The first commits, `most` at most, told to whoever watches."""
        taken: list[Commit] = []
        while some := list(islice(commits, min(TOLD_AT_ONCE, most - len(taken)))):
            if self.watch:
                self.watch(some)
            taken += some
        return taken


def _read_log(log: _Log, folder: Future[str | None], files: bool) -> tuple[Commit, ...]:
    """The commits, newest first. git begins before it is known whose folder they are for."""
    command = (*(LOG if files else MESSAGES), *log.bounds, "--")
    with log.git.start(command, DEVNULL, HISTORY_TIMEOUT) as child:
        within = folder.result()
        if files:
            return _with_files(log, child.output(), within)
        if within is None:
            return _messages(log, child.output())
    # A package's commits are told by what they change
    with closing(log.git.stream(*LOG, *log.bounds, "--", timeout=HISTORY_TIMEOUT)) as chunks:
        return _with_files(log, chunks, within)


def _with_files(log: _Log, chunks: Iterable[bytes], folder: str | None) -> tuple[Commit, ...]:
    """The commits and what they change; of a long range the older half is read by a second git."""
    parser = LogParser(folder)
    # What does not touch the package does not come out of the parser, so that its commits cannot be skipped by number
    most = MAX_COMMITS + 1 if folder else LONG
    commits = parser.parse(chunks)
    newer = log.taken(commits, most)
    if len(newer) < most:
        return tuple(newer)
    number = most if folder else int(log.git.run("rev-list", "--count", *log.bounds, "--"))
    if number > MAX_COMMITS:
        raise _too_long()
    middle = (most + number) // 2
    rest = log.git.stream(*LOG, f"--skip={middle}", *log.bounds, "--", timeout=HISTORY_TIMEOUT)
    older = log.pool.submit(lambda: log.taken(parser.parse(rest), MAX_COMMITS))
    newer += log.taken(commits, middle - most)
    return (*newer, *older.result())


def _messages(log: _Log, chunks: Iterable[bytes]) -> tuple[Commit, ...]:
    commits = log.taken(LogParser().parse(chunks), MAX_COMMITS + 1)
    if len(commits) > MAX_COMMITS:
        raise _too_long()
    return tuple(commits)


def _bounds(asked: Range) -> list[str]:
    return [asked.to_sha, f"^{asked.from_sha}"] if asked.from_sha else [asked.to_sha]


def _too_long() -> SourceError:
    return SourceError(f"The range has more than {MAX_COMMITS} commits; choose a shorter one.")


def _read_past(git: Git, sha: str | None, folder: str | None, papers: Future[str]) -> tuple[Commit, ...]:
    """The newest commits that `sha` reaches, `MAX_PAST` at most and of no more than `MAX_PAST_BYTES`; none where no
    changelog says what became of them."""
    if sha is None or not any(notes_in(papers.result())):
        return ()
    chunks = _Bounded(git.stream(*LOG, f"--max-count={MAX_PAST}", sha, "--", timeout=HISTORY_TIMEOUT))
    commits = tuple(LogParser(folder).parse(chunks))
    # The commit that the bound cut through is not whole
    return commits[:-1] if chunks.cut else commits


class _Bounded:
    """The first `MAX_PAST_BYTES` of a stream; `cut` says that there was more."""

    def __init__(self, chunks: Iterable[bytes]) -> None:
        self._chunks = chunks
        self.cut = False

    def __iter__(self) -> Iterator[bytes]:
        left = MAX_PAST_BYTES
        for chunk in self._chunks:
            yield chunk[:left]
            left -= len(chunk)
            if left < 0:
                self.cut = True
                return
