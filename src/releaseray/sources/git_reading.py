"""Reading a range: log, papers and authors side by side, each in a thread of its own."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Set
from pathlib import Path
from typing import NamedTuple

from releaseray.notes.history import Commit, FileDelta, History
from releaseray.notes.own_changelog import notes_in
from releaseray.sources import Watch
from releaseray.sources.beside import Later, Threads
from releaseray.sources.git_authors import FirstCommits
from releaseray.sources.git_log import LOG, LogParser
from releaseray.sources.git_objects import Objects
from releaseray.sources.git_packages import package_folder
from releaseray.sources.git_papers import changelog, fragments, manifests, touched
from releaseray.sources.git_process import HISTORY_TIMEOUT, Git
from releaseray.sources.git_walk import Walk

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
    known_emails: Set[str]
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


Known = Callable[[Git, Later[tuple[Commit, ...]]], Set[str]]
"""Finds out, beside the reading of a range, which addresses had commits before it."""


def read_range(
    git: Git,
    asked: Range,
    known: Known,
    *,
    past: bool = False,
    files: bool = True,
    watch: Watch | None = None,
    through: Objects | None = None,
) -> Findings:
    """All that is to be known of a range, with the commits before it where `past` is wanted, and without what the
    commits change where no `files` are. `watch` is told of the commits as they come; `through` what
    runs already the papers are read, and it is closed then."""
    with through or Objects(git, HISTORY_TIMEOUT) as objects, Threads() as pool:
        try:
            # First of all the longest, so that its git works while others of the range's things are found out
            folder: Later[str | None] = Later()
            log = pool.submit(Walk(git, _bounds(asked), pool, watch).commits, folder, files)
            authors = pool.submit(known, git, log)
            folder.set_result(package_folder(git, objects, asked.to_tag, asked.to_sha))
            papers = pool.submit(changelog, objects, asked.from_sha, folder.result())
            before = pool.submit(_read_past, git, asked.from_sha if past else None, folder.result(), papers)
            commits = log.result()
            own_words = papers.result()
            paths = touched(commits)
            added = fragments(objects, commits, paths)
            changed = manifests(objects, asked.from_sha, asked.to_sha, paths)
            return Findings(commits, own_words, added, changed, authors.result(), before.result())
        except BaseException:
            # Or the pool would wait for what nobody wants any more
            folder.cancel()
            git.kill()
            raise


def from_index(index: Path, sha: str | None) -> Known:
    """Who had commits that `sha` reaches, by the index of first commits kept in the file `index`."""

    def known(git: Git, log: Later[tuple[Commit, ...]]) -> frozenset[str]:
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


def _bounds(asked: Range) -> list[str]:
    return [asked.to_sha, f"^{asked.from_sha}"] if asked.from_sha else [asked.to_sha]


def _read_past(git: Git, sha: str | None, folder: str | None, papers: Later[str]) -> tuple[Commit, ...]:
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
