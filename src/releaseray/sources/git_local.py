"""A repository that lies ready on this machine, read at once: for a process that ends with its answer."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Self, TypeVar

from releaseray.notes.history import Tag
from releaseray.sources.git_borrowed import Borrowed
from releaseray.sources.git_forges import whereabouts
from releaseray.sources.git_layout import Place
from releaseray.sources.git_locations import ANYWHERE
from releaseray.sources.git_objects import Objects
from releaseray.sources.git_process import HISTORY_TIMEOUT, Git
from releaseray.sources.git_surroundings import Surroundings, surroundings
from releaseray.sources.git_tags import ahead, all_tags, head_commit, is_ancestor, named_commit, tags_named
from releaseray.sources.git_trouble import explained

T = TypeVar("T")


class LocalRepository:
    """What `GitSource` tells, without an event loop; every call may raise `SourceError`.

    `full_name` and `web_url` are as in `Description`. One thread at a time may ask, and closes it in the end.
    """

    def __init__(self, git_dir: Path, full_name: str, web_url: str | None) -> None:
        self.full_name = full_name
        self.web_url = web_url
        self._git = Git(git_dir)
        self._objects: Objects | None = None

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
        return self.told(lambda git, objects: tags_named(objects, names) if names else all_tags(git, objects))

    def tags_reached(self, sha: str) -> list[Tag]:
        """Those of `tags` that the commit goes back to."""
        return self.told(lambda git, objects: all_tags(git, objects, reached_from=sha))

    def ahead(self, older: str, newer: str) -> int:
        """How many commits `newer` goes back to that `older` does not."""
        return self.told(lambda git, _: ahead(git, older, newer))

    def head(self) -> str:
        """The full sha of the default branch's newest commit."""
        return self.told(lambda git, objects: named_commit(objects, "HEAD") or head_commit(git))

    def commit_named(self, name: str) -> str | None:
        """The full sha of the commit that any name git knows leads to; None if it leads to none."""
        return self.told(lambda _, objects: named_commit(objects, name))

    def surroundings(self, until: str) -> Surroundings:
        """What a range that ends with the tag `until` depends on beside its ends."""
        return self.told(lambda git, objects: surroundings(git, objects, until))

    def is_ancestor(self, older: str, newer: str) -> bool:
        """Whether the commit `older` is reached from the commit `newer`."""
        return self.told(lambda git, _: is_ancestor(git, older, newer))

    def kill(self) -> None:
        """End whatever of git is running for this repository, for good."""
        self._git.kill()

    def close(self) -> None:
        """End what runs on from question to question."""
        if self._objects:
            self._objects.close()

    def told(self, job: Callable[[Git, Objects], T], *, closes: bool = False) -> T:
        """What a job finds out, by git and by what runs on from question to question, which it `closes` or leaves."""
        with explained():
            if self._objects is None:
                self._objects = Objects(self._git, HISTORY_TIMEOUT)
            found = job(self._git, self._objects)
        if closes:
            self._objects = None
        return found
