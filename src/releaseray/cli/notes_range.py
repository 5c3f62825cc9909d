"""Which commits `releaseray notes` is asked for: tags, and the right tag before a tag."""

from collections.abc import Sequence
from dataclasses import dataclass

from releaseray.errors import InvalidRequest
from releaseray.notes.history import History, Tag
from releaseray.notes.keep_a_changelog import UNRELEASED
from releaseray.notes.versions import built_on, newest_release, previous_tags
from releaseray.sources import Source
from releaseray.sources.git import GitSource


@dataclass(frozen=True, slots=True)
class Asked:
    """A range to read. `since` is None for a range from the first commit; `released` is unix seconds, None for what
    is not released."""

    since: Tag | None
    until: Tag
    released: int | None


async def read(source: Source, asked: Asked) -> History:
    """The history of the range, and of the time before it, which teaches how the project writes its notes."""
    since = asked.since
    return await source.history(
        from_tag=since.name if since else None,
        from_sha=since.sha if since else None,
        to_tag=asked.until.name,
        to_sha=asked.until.sha,
        past=True,
    )


async def resolve(source: GitSource, spec: str, unreleased: bool) -> Asked:
    """What `FROM..TO` means: either side may be left out, and so may all of it (the newest release).

    A side is a tag, or whatever else git takes for a commit (a branch, `HEAD`, a short sha, `v1.0~3`). Raises
    `InvalidRequest` for a side that is none of them, and for a FROM that TO does not go back to.
    """
    tags = await source.tags()
    start, _, end = spec.partition("..") if ".." in spec else ("", "", spec)
    if unreleased and end:
        raise InvalidRequest.field("--unreleased", "goes up to the newest commit; leave TO out")
    head = Tag(UNRELEASED, await source.head(), 0)
    until = head if unreleased else await _named(source, end, tags, head) if end else newest_release(tags) or head
    released = until.date if until is not head and until.date else None
    if not start:
        return Asked(await _before(source, until, tags, head), until, released)
    since = await _named(source, start, tags, head)
    if not await source.is_ancestor(since.sha, until.sha):
        raise InvalidRequest.field("FROM", f"{until.name} does not go back to {start}")
    return Asked(since, until, released)


async def _named(source: GitSource, name: str, tags: Sequence[Tag], head: Tag) -> Tag:
    if name == "HEAD":
        return head
    if found := next((tag for tag in tags if tag.name == name.removeprefix("refs/tags/")), None):
        return found
    if sha := await source.commit_named(name):
        return Tag(name, sha, 0)
    raise InvalidRequest.field("RANGE", f"there is no tag {name}, and nothing else of that name that is a commit")


async def _before(source: GitSource, until: Tag, tags: Sequence[Tag], head: Tag) -> Tag | None:
    """The release before: for a tag by version order, for a bare commit the newest release it goes back to."""
    if any(tag.name == until.name for tag in tags):
        candidates = previous_tags(until, tags)
    else:
        newest = newest_release(tags)
        candidates = [newest, *previous_tags(newest, tags)] if newest else []
    others = [candidate for candidate in candidates if candidate.sha != until.sha or until is head]
    return built_on(others, {tag.name for tag in await source.tags_reached(until.sha)})
