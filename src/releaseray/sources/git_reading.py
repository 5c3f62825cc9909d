"""Reading a range: log, papers and authors side by side, each in a thread of its own."""

from collections.abc import Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import NamedTuple

from releaseray.notes.history import Commit, FileDelta
from releaseray.sources import SourceError
from releaseray.sources.git_authors import FirstCommits
from releaseray.sources.git_log import LOG, LogParser
from releaseray.sources.git_objects import Objects
from releaseray.sources.git_packages import package_folder
from releaseray.sources.git_papers import changelog, fragments, manifests
from releaseray.sources.git_process import Git

HISTORY_TIMEOUT = 900.0
MAX_COMMITS = 250_000
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


def read_range(git: Git, asked: Range, index: Path, *, past: bool = False) -> Findings:
    """All that is to be known of a range, with the commits before it where `past` is wanted.

    `index` is where the authors' first commits are kept.
    """
    with Objects(git, HISTORY_TIMEOUT) as objects, ThreadPoolExecutor(3) as pool:
        try:
            folder = package_folder(git, objects, asked.to_tag, asked.to_sha)
            authors = pool.submit(first_commits, git, index, asked.from_sha)
            papers = pool.submit(changelog, objects, asked.from_sha, folder)
            before = pool.submit(_read_past, git, asked.from_sha if past else None, folder)
            commits = _read_log(git, asked, folder)
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


def _read_log(git: Git, asked: Range, folder: str | None) -> tuple[Commit, ...]:
    bounds = [asked.to_sha, f"^{asked.from_sha}"] if asked.from_sha else [asked.to_sha]
    commits = []
    for commit in LogParser(folder).parse(git.stream(*LOG, *bounds, "--", timeout=HISTORY_TIMEOUT)):
        commits.append(commit)
        if len(commits) > MAX_COMMITS:
            raise SourceError(f"The range has more than {MAX_COMMITS} commits; choose a shorter one.")
    return tuple(commits)


def _read_past(git: Git, sha: str | None, folder: str | None) -> tuple[Commit, ...]:
    """The newest commits that `sha` reaches, `MAX_PAST` at most and of no more than `MAX_PAST_BYTES`."""
    if sha is None:
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
