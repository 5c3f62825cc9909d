"""What a source knows of a range: the frozen input of the notes engine."""

from collections.abc import Mapping, Set
from types import MappingProxyType
from typing import NamedTuple


class FileChange(NamedTuple):
    """One path a commit touches; `status` is git's letter (`A`, `M`, `D`, `T`)."""

    status: str
    path: str


class Person(NamedTuple):
    """An author or co-author as git records one."""

    name: str
    email: str


class Tag(NamedTuple):
    """A tag that leads to a commit: `sha` is the commit's, `date` unix seconds (tagger's, else committer's)."""

    name: str
    sha: str
    date: int


class Commit(NamedTuple):
    """One commit. `files` are the changes against its FIRST parent; `date` is the committer's, unix seconds.

    `files_left_out` counts the changes beyond those listed, for a commit that touches very many files.
    """

    sha: str
    parents: tuple[str, ...]
    author: Person
    date: int
    subject: str
    body: str
    files: tuple[FileChange, ...]
    files_left_out: int = 0


class PullRequest(NamedTuple):
    """What a forge says of a pull request. `author` is a login; `shas` its commits, merge commit included."""

    number: int
    title: str
    body: str = ""
    author: str = ""
    labels: tuple[str, ...] = ()
    closes: tuple[int, ...] = ()
    shas: tuple[str, ...] = ()
    first_contribution: bool = False


class Issue(NamedTuple):
    """What a forge says of an issue."""

    number: int
    title: str
    labels: tuple[str, ...] = ()


class FileDelta(NamedTuple):
    """A small text file (manifest, settings sample) before and after the range; None where it does not exist."""

    path: str
    before: str | None
    after: str | None


class History(NamedTuple):
    """A range of a repository, as far as its source knows it.

    `commits` are newest first, all that `from_tag..to_tag` reaches. `from_tag` is None for a range from the very
    first commit. `changelog` is the repository's own changelog as it stood at `from_tag`: what its people wrote
    of EARLIER versions. `fragments` maps the paths of news fragments, changesets and the like that commits of the
    range added to their text. `manifests` are the packaging files the range changed. `known_emails` are the
    lower-cased addresses of people with commits before the range. `past` are commits that `from_tag` reaches,
    newest first, as many as the source cares to read (a thousand do, and none without a `changelog`): beside it
    they teach how the project files its changes and what it leaves out. `pulls` and `issues` are empty when only
    git was asked.
    """

    full_name: str
    from_tag: str | None
    to_tag: str
    commits: tuple[Commit, ...]
    web_url: str | None = None
    changelog: str = ""
    fragments: Mapping[str, str] = MappingProxyType({})
    manifests: tuple[FileDelta, ...] = ()
    known_emails: Set[str] = frozenset()
    pulls: Mapping[int, PullRequest] = MappingProxyType({})
    issues: Mapping[int, Issue] = MappingProxyType({})
    past: tuple[Commit, ...] = ()
