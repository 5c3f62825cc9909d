"""Which commits `releaseray notes` is asked for: tags, and the right tag before a tag."""

from collections.abc import Sequence
from typing import NamedTuple

from releaseray.errors import InvalidRequest
from releaseray.notes.history import History, Tag
from releaseray.notes.versions import UNRELEASED, built_on, newest_release, previous_tags
from releaseray.sources.closest import closest, up_to
from releaseray.sources.git_local import LocalRepository


class Asked(NamedTuple):
    """A range to read. `since` is None for a range from the first commit; `released` is unix seconds, None for what
    is not released. `start` is what the range was said to begin with, empty where nothing was: that its end goes back
    to it remains to be seen."""

    since: Tag | None
    until: Tag
    released: int | None
    start: str = ""

    def check(self, repository: LocalRepository, history: History) -> None:
        """Raises `InvalidRequest` for a range that ends before it begins."""
        if not (self.start and self.since):
            return
        # Whoever goes back to a commit has, at the last, that commit for a parent
        if any(self.since.sha in commit.parents for commit in history.commits):
            return
        if not repository.is_ancestor(self.since.sha, self.until.sha):
            raise InvalidRequest.field("FROM", f"{self.until.name} does not go back to {self.start}")


def resolve(repository: LocalRepository, spec: str, unreleased: bool) -> Asked:
    """What `FROM..TO` means: either side may be left out, and so may all of it (the newest release).

    A side is a tag, or whatever else git takes for a commit (a branch, `HEAD`, a short sha, `v1.0~3`). Raises
    `InvalidRequest` for a side that is none of them.
    """
    start, _, end = spec.partition("..") if ".." in spec else ("", "", spec)
    if unreleased and end:
        raise InvalidRequest.field("--unreleased", "goes up to the newest commit; leave TO out")
    if start and end:
        # The other tags decide nothing then, and there may be thousands
        tags = repository.tags([_plain(start), _plain(end)])
        until = _named(repository, end, tags)
        return Asked(_named(repository, start, tags), until, until.date or None, start)
    tags = repository.tags()
    head = Tag(UNRELEASED, repository.head(), 0)
    until = head if unreleased else _named(repository, end, tags) if end else newest_release(tags) or head
    if start:
        return Asked(_named(repository, start, tags), until, until.date or None, start)
    return Asked(_before(repository, until, tags, head), until, until.date or None)


def _plain(name: str) -> str:
    return name.removeprefix("refs/tags/")


def _named(repository: LocalRepository, name: str, tags: Sequence[Tag]) -> Tag:
    if name == "HEAD":
        return Tag(UNRELEASED, repository.head(), 0)
    if found := next((tag for tag in tags if tag.name == _plain(name)), None):
        return found
    if sha := repository.commit_named(name):
        return Tag(name, sha, 0)
    # That there is no commit at all is said in other words
    repository.head()
    raise InvalidRequest.field("RANGE", f"there is no tag {name}, and nothing else of that name that is a commit")


def _before(repository: LocalRepository, until: Tag, tags: Sequence[Tag], head: Tag) -> Tag | None:
    """The release before: for a tag by version order, for a bare commit the newest release it goes back to."""
    if any(tag.name == until.name for tag in tags):
        candidates = previous_tags(until, tags)
    else:
        newest = newest_release(tags)
        candidates = [newest, *previous_tags(newest, tags)] if newest else []
    others = [candidate for candidate in candidates if candidate.sha != until.sha or until == head]
    before = built_on(others, {tag.name for tag in repository.tags_reached(until.sha)})
    return closest({tag: repository.ahead(tag.sha, until.sha) for tag in up_to(others, before)}, before)
