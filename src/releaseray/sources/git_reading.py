"""Reading a range: log, papers and authors side by side, each in a thread of its own."""

from collections.abc import Iterable, Iterator, Mapping
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from contextlib import closing
from itertools import islice
from pathlib import Path
from typing import NamedTuple

from releaseray.notes.history import Commit, FileDelta
from releaseray.sources import SourceError
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


def read_range(git: Git, asked: Range, index: Path, *, past: bool = False, files: bool = True) -> Findings:
    """All that is to be known of a range, with the commits before it where `past` is wanted, and without what the
    commits change where no `files` are.

    `index` is where the authors' first commits are kept.
    """
    with Objects(git, HISTORY_TIMEOUT) as objects, ThreadPoolExecutor(5) as pool:
        try:
            folder = package_folder(git, objects, asked.to_tag, asked.to_sha)
            # First of all the longest, so that its git works while this process reads what is kept of the authors
            whole = files or folder is not None
            log = pool.submit(_read_log, git, asked, folder, pool) if whole else pool.submit(_read_messages, git, asked)
            papers = pool.submit(changelog, objects, asked.from_sha, folder)
            before = pool.submit(_read_past, git, asked.from_sha if past else None, folder, papers)
            authors = pool.submit(first_commits, git, index, asked.from_sha)
            commits = log.result()
            own_words = papers.result()
            added = fragments(objects, commits)
            changed = manifests(objects, asked.from_sha, asked.to_sha, commits)
            until = max((commit.date for commit in commits), default=0)
            known = authors.result().known((commit.sha for commit in commits), until)
            earlier = before.result()
        except BaseException:
            # Or the pool would wait for what nobody wants any more
            git.kill()
            raise
    return Findings(commits, own_words, added, changed, known, earlier)


def first_commits(git: Git, index: Path, sha: str | None) -> FirstCommits:
    """The index of first commits, brought up to what `sha` reaches."""
    if sha is None:
        return FirstCommits()
    authors = FirstCommits.load(index)
    if authors.cover(git, [sha]):
        authors.save(index)
    return authors


def _read_log(git: Git, asked: Range, folder: str | None, pool: Executor) -> tuple[Commit, ...]:
    """The commits, newest first; of a long range the older half is read by a second git in a thread of `pool`."""
    bounds = _bounds(asked)
    parser = LogParser(folder)
    # What does not touch the package does not come out of the parser, so that its commits cannot be skipped by number
    most = MAX_COMMITS + 1 if folder else LONG
    with closing(git.stream(*LOG, *bounds, "--", timeout=HISTORY_TIMEOUT)) as chunks:
        log = parser.parse(chunks)
        newer = list(islice(log, most))
        if len(newer) < most:
            return tuple(newer)
        number = most if folder else int(git.run("rev-list", "--count", *bounds, "--"))
        if number > MAX_COMMITS:
            raise _too_long()
        middle = (most + number) // 2
        rest = git.stream(*LOG, f"--skip={middle}", *bounds, "--", timeout=HISTORY_TIMEOUT)
        older = pool.submit(lambda: list(parser.parse(rest)))
        newer += islice(log, middle - most)
    return (*newer, *older.result())


def _read_messages(git: Git, asked: Range) -> tuple[Commit, ...]:
    with closing(git.stream(*MESSAGES, *_bounds(asked), "--", timeout=HISTORY_TIMEOUT)) as chunks:
        commits = tuple(islice(LogParser().parse(chunks), MAX_COMMITS + 1))
    if len(commits) > MAX_COMMITS:
        raise _too_long()
    return commits


def _bounds(asked: Range) -> list[str]:
    return [asked.to_sha, f"^{asked.from_sha}"] if asked.from_sha else [asked.to_sha]


def _too_long() -> SourceError:
    return SourceError(f"The range has more than {MAX_COMMITS} commits; choose a shorter one.")


def _read_past(git: Git, sha: str | None, folder: str | None, papers: Future[str]) -> tuple[Commit, ...]:
    """The newest commits that `sha` reaches, `MAX_PAST` at most and of no more than `MAX_PAST_BYTES`; none where no
    changelog says what became of them."""
    if sha is None or not papers.result():
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
