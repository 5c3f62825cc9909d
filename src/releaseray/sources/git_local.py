"""A repository that lies ready on this machine, read at once: for a process that ends with its answer."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Self, TypeVar

from releaseray.notes.history import History, Tag
from releaseray.sources.git_borrowed import Borrowed
from releaseray.sources.git_forges import whereabouts
from releaseray.sources.git_layout import Place
from releaseray.sources.git_locations import ANYWHERE
from releaseray.sources.git_process import Git
from releaseray.sources.git_reading import Known, Range, read_range
from releaseray.sources.git_tags import committish, head_commit, is_ancestor, read_tags
from releaseray.sources.git_trouble import explained

T = TypeVar("T")


class LocalRepository:
    """What `GitSource` tells, without an event loop; every call may raise `SourceError`.

    `full_name` and `web_url` are as in `Description`.
    """

    def __init__(self, git_dir: Path, full_name: str, web_url: str | None) -> None:
        self.full_name = full_name
        self.web_url = web_url
        self._git = Git(git_dir)

    @classmethod
    def at(cls, path: Path, directory: Path) -> Self:
        """The clone at a path, read through `directory`, which must be the caller's alone."""
        with explained():
            place, borrowed = Place(directory), Borrowed(path, directory, ANYWHERE)
            clone, layout = borrowed.look()
            place.lay_out(layout, clone.head)
            return cls(place.git_dir, *whereabouts(borrowed.remote, borrowed.name))

    def tags(self, names: Sequence[str] = ()) -> list[Tag]:
        """Every tag that leads to a commit, newest first by date, ties by name; with `names`, of those only."""
        return self._told(lambda git: read_tags(git, names=names))

    def tags_reached(self, sha: str) -> list[Tag]:
        """Those of `tags` that the commit goes back to."""
        return self._told(lambda git: read_tags(git, reached_from=sha))

    def head(self) -> str:
        """The full sha of the default branch's newest commit."""
        return self._told(head_commit)

    def commit_named(self, name: str) -> str | None:
        """The full sha of the commit that any name git knows leads to; None if it leads to none."""
        return self._told(lambda git: committish(git, name))

    def is_ancestor(self, older: str, newer: str) -> bool:
        """Whether the commit `older` is reached from the commit `newer`."""
        return self._told(lambda git: is_ancestor(git, older, newer))

    def history(self, from_tag: Tag | None, to_tag: Tag, known: Known, *, past: bool) -> History:
        """All that is known of the commits between two tags; see `Source.history`."""
        asked = Range(from_tag.sha if from_tag else None, to_tag.sha, to_tag.name)
        found = self._told(lambda git: read_range(git, asked, known, past=past))
        return found.history(self.full_name, self.web_url, from_tag.name if from_tag else None, to_tag.name)

    def kill(self) -> None:
        """End whatever of git is running for this repository."""
        self._git.kill()

    def _told(self, job: Callable[[Git], T]) -> T:
        with explained():
            return job(self._git)
