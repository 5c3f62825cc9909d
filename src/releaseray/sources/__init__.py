"""Where history comes from: one module a kind of source, each giving the same few answers."""

from collections.abc import Callable, Sequence
from typing import NamedTuple, Protocol

from releaseray.notes.history import Commit, History, Tag

Watch = Callable[[Sequence[Commit]], object]
"""Is given the commits of a range, some at a time, while the others are still read; in whichever thread reads them."""


class Description(NamedTuple):
    """What a repository says of itself. `web_url` is its page on its forge (`https://github.com/acme/myapp`),
    None without a known remote; `full_name` is `owner/name` (or `local/name`); `github_repo_id` only on GitHub."""

    full_name: str
    default_branch: str
    web_url: str | None
    github_repo_id: int | None = None


class Compare(NamedTuple):
    """A range, `from_sha..to_sha` (from the first commit when `from_sha` is None), and what to read of it.

    The tag names only label the result: what is read is what the shas say, even when a tag moved since. `past` asks for
    the commits before the range as well, from sources that can read them cheaply. Without `files` no commit need say
    what it changed: that is most of what there is to read. `watch` is told of commits as they come, by sources that
    know them before the end.
    """

    from_tag: str | None
    from_sha: str | None
    to_tag: str
    to_sha: str
    past: bool = False
    files: bool = True
    watch: Watch | None = None

    @classmethod
    def between(cls, older: Tag | None, newer: Tag) -> "Compare":
        """The range between two tags, from the first commit without `older`."""
        return cls(older.name if older else None, older.sha if older else None, newer.name, newer.sha)


class Source(Protocol):
    """A repository whose history can be read. Every call may raise `SourceError`."""

    async def describe(self) -> Description:
        """Name, default branch and web address."""

    async def refresh(self) -> None:
        """Bring the local copy up to what the origin has now."""

    async def tags(self) -> list[Tag]:
        """Every tag that leads to a commit, newest first by date, ties by name."""

    async def head(self) -> str:
        """The full sha of the default branch's newest commit."""

    async def root(self, to_sha: str) -> str:
        """The full sha of the first commit that `to_sha` goes back to."""

    async def is_ancestor(self, older: str, newer: str) -> bool:
        """Whether the commit `older` is reached from the commit `newer`."""

    async def ahead(self, older: str, newer: str) -> int:
        """How many commits `newer` goes back to that `older` does not."""

    async def tags_reached(self, sha: str) -> list[Tag]:
        """Those of `tags` that the commit goes back to, as far back as the source can look."""

    async def commit(self, name: str) -> str | None:
        """The full sha of the commit that a sha, or the beginning of one, means; None if there is none."""

    async def patches(self, from_sha: str | None, to_sha: str) -> dict[str, str]:
        """The unified diff of each commit of `from_sha..to_sha` that is no merge, by its full sha."""

    async def history(self, asked: Compare) -> History:
        """All that is known of the range that is asked for. A commit that was merged need not say what it changed where
        its merge says it."""


class SourceError(Exception):
    """The source cannot give what was asked; the message is written for the user, without secrets or local
    detail beyond what the user named."""


class RangeTooLong(SourceError):
    """The range has more commits than the source reads."""
