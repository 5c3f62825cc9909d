"""Making a release range: two tags, resolved and counted once."""

from collections.abc import Sequence
from functools import partial
from typing import NamedTuple

from releaseray.db import UnitOfWork
from releaseray.errors import Conflict, InvalidRequest
from releaseray.models import ReleaseRange, Repository
from releaseray.notes.counting import Counts
from releaseray.notes.history import Tag
from releaseray.notes.versions import built_on, newest_release, previous_tags, sort_key
from releaseray.repositories.repos import Ranges, Repos
from releaseray.services import clones, events, late_tags, learning
from releaseray.services.readings import ASK_AGAIN, TakesLonger
from releaseray.services.runtime import Runtime
from releaseray.sources import RangeTooLong, Source, SourceError
from releaseray.sources.closest import closest, up_to
from releaseray.sources.git_forges import compare_url

_SHORT_SHA = 12


class _Read(NamedTuple):
    """What a range is made of: its ends, from the first commit without `older`, and what was counted between them."""

    older: Tag | None
    newer: Tag
    counts: Counts


async def create(
    runtime: Runtime, uow: UnitOfWork, org_id: str, repo_id: str, from_tag: str, to_tag: str
) -> tuple[ReleaseRange, bool]:
    """The range between two tags, and whether it was made just now.

    Raises `NotFound` for the repository, and `InvalidRequest` naming the field for an unknown tag, equal tags or a
    `fromTag` that `toTag` does not build on. Raises `Conflict` when the repository cannot be read, when it has not been
    read in time (the reading goes on, for who asks again), and for a range that is too long.
    """
    async with runtime.database.reading() as session:
        repo = await Repos(session, org_id).get(repo_id)
        existing = await Ranges(session, org_id).find(repo_id, from_tag, to_tag)
    if existing is not None:
        return existing, False
    if from_tag == to_tag:
        raise InvalidRequest.field("toTag", "must be another tag than fromTag")
    reading = partial(_read, runtime, repo, from_tag, to_tag)
    try:
        found: _Read = await runtime.readings.get(
            org_id, (repo_id, from_tag, to_tag), reading, runtime.settings.range_seconds
        )
    except TakesLonger as slow:
        raise Conflict(f"repoId: {slow}", {"repoId": str(slow)}, ASK_AGAIN) from None
    except RangeTooLong as problem:
        raise Conflict(f"fromTag: {problem}", {"fromTag": str(problem)}) from problem
    except SourceError as problem:
        raise clones.unreadable(repo, problem) from problem
    return await _insert(uow, repo, found)


async def _read(runtime: Runtime, repo: Repository, from_tag: str, to_tag: str) -> _Read:
    """Resolve the tags and count what is between them; raises as `create`, and `SourceError`."""
    await clones.recheck(runtime, repo)
    source = clones.source(runtime, repo)
    older, newer = await _resolve(source, from_tag, to_tag)
    await late_tags.fetched(runtime, repo, source)
    if older.sha == newer.sha:
        raise InvalidRequest.field("fromTag", f"{from_tag} and {to_tag} are tags of the same commit")
    if not await source.is_ancestor(older.sha, newer.sha):
        raise InvalidRequest.field("fromTag", f"{from_tag} is not an ancestor of {to_tag}")
    return _Read(older, newer, await _counts(runtime, repo, source, older, newer))


async def create_newest(runtime: Runtime, uow: UnitOfWork, repo: Repository) -> tuple[ReleaseRange, bool]:
    """The range of the newest release; without an earlier tag from the first commit on, without any tag the whole
    history of the default branch. Raises `Conflict` when the repository cannot be read or is empty."""
    try:
        source = clones.source(runtime, repo)
        await late_tags.refresh(runtime, repo, source)
        tags = await source.tags()
        newest = newest_release(tags)
        if newest is None:
            head = await source.head()
            newest = Tag(repo.default_branch, head, 0)
        previous, from_tag = await _before(source, newest, tags)
        existing = await Ranges(uow.session, repo.org_id).find(repo.id, from_tag, newest.name)
        if existing is not None:
            return existing, False
        return await _count_and_insert(runtime, uow, repo, source, previous, newest, shown_from=from_tag)
    except SourceError as problem:
        raise clones.unreadable(repo, problem) from problem


async def ending_at(runtime: Runtime, repo: Repository, name: str) -> tuple[ReleaseRange, bool]:
    """The range from the tag before a tag, or from the first commit, as the origin has them now; and whether it was
    made just now. Raises `Conflict` when the repository cannot be read, has no such tag or is disconnected meanwhile.
    """
    try:
        source = clones.source(runtime, repo, patience=clones.PATIENT)
        await late_tags.refresh(runtime, repo, source)
        tags = await source.tags()
        tag = next((tag for tag in tags if tag.name == name), None)
        if tag is None:
            raise Conflict(f"{repo.full_name} has no tag {name}.")
        previous, from_tag = await _before(source, tag, tags)
        async with runtime.database.reading() as session:
            existing = await Ranges(session, repo.org_id).find(repo.id, from_tag, name)
        if existing is not None:
            return existing, False
        async with runtime.database.unit_of_work() as uow:
            return await _count_and_insert(runtime, uow, repo, source, previous, tag, shown_from=from_tag)
    except SourceError as problem:
        raise clones.unreadable(repo, problem) from problem


async def _before(source: Source, tag: Tag, tags: Sequence[Tag]) -> tuple[Tag | None, str]:
    """The tag before a tag, and the name of where its range begins."""
    previous = await previous_tag(source, tag, tags)
    return previous, previous.name if previous else (await source.root(tag.sha))[:_SHORT_SHA]


async def between(
    runtime: Runtime, repo: Repository, source: Source, older: Tag, newer: Tag
) -> tuple[ReleaseRange, bool]:
    """The range between two ends that are known to be there, and whether it was made just now. Neither need build on
    the other: the range is what `newer` has and `older` has not. Raises `SourceError`, and `Conflict` when the
    repository is disconnected meanwhile."""
    async with runtime.database.reading() as session:
        existing = await Ranges(session, repo.org_id).find(repo.id, older.name, newer.name)
    if existing is not None:
        return existing, False
    async with runtime.database.unit_of_work() as uow:
        return await _count_and_insert(runtime, uow, repo, source, older, newer)


async def previous_tag(source: Source, tag: Tag, tags: Sequence[Tag]) -> Tag | None:
    """The tag whose release came before `tag`; see `built_on` and `closest`."""
    candidates = [other for other in previous_tags(tag, tags) if other.sha != tag.sha]
    before = built_on(candidates, {other.name for other in await source.tags_reached(tag.sha)})
    return closest({other: await source.ahead(other.sha, tag.sha) for other in up_to(candidates, before)}, before)


async def _resolve(source: Source, from_tag: str, to_tag: str) -> tuple[Tag, Tag]:
    known = {tag.name: tag for tag in await source.tags()}
    if from_tag not in known or to_tag not in known:
        await source.refresh()
        known = {tag.name: tag for tag in await source.tags()}
    unknown = {
        field: f"no tag {name} in this repository"
        for field, name in (("fromTag", from_tag), ("toTag", to_tag))
        if name not in known
    }
    if unknown:
        raise InvalidRequest("; ".join(f"{field}: {problem}" for field, problem in unknown.items()), unknown)
    return known[from_tag], known[to_tag]


async def _count_and_insert(
    runtime: Runtime,
    uow: UnitOfWork,
    repo: Repository,
    source: Source,
    older: Tag | None,
    newer: Tag,
    shown_from: str = "",
) -> tuple[ReleaseRange, bool]:
    counts = await _counts(runtime, repo, source, older, newer)
    return await _insert(uow, repo, _Read(older, newer, counts), shown_from)


async def _counts(runtime: Runtime, repo: Repository, source: Source, older: Tag | None, newer: Tag) -> Counts:
    # What the past teaches is learned now, so that drafts find it
    return await learning.counted(source, clones.mirror_of(runtime, repo), older, newer)


async def _insert(uow: UnitOfWork, repo: Repository, read: _Read, shown_from: str = "") -> tuple[ReleaseRange, bool]:
    older, newer, counts = read
    from_tag = older.name if older else shown_from
    made = ReleaseRange(
        org_id=repo.org_id,
        repo_id=repo.id,
        from_tag=from_tag,
        to_tag=newer.name,
        from_sha=older.sha if older else None,
        to_sha=newer.sha,
        compare_url=compare_url(repo.web_url, from_tag, newer.name),
        pr_count=counts.pull_requests,
        issue_count=counts.issues,
        version_key=sort_key(newer.name),
    )
    ranges = Ranges(uow.session, repo.org_id)
    if await ranges.insert(made):
        await events.range_created(uow.session, made)
        return made, True
    meanwhile = await ranges.find(repo.id, from_tag, newer.name)
    if meanwhile is None:
        raise Conflict(f"{repo.full_name} was disconnected meanwhile.")
    return meanwhile, False
