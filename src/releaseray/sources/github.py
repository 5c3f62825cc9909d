"""A repository on GitHub: history from its clone, and from GitHub what git does not know."""

import time
from collections.abc import Awaitable, Mapping
from datetime import datetime
from typing import Any, Protocol, TypeVar

from releaseray.github import GitHubApi, GitHubError, Kind, Storage
from releaseray.notes.history import History
from releaseray.sources import Compare, Description, Source, SourceError
from releaseray.sources.github_pulls import PullReader
from releaseray.sources.github_records import Pulls, described, from_json, to_json
from releaseray.sources.through import Through

T = TypeVar("T")


class GitHubProblem(SourceError):
    """What GitHub refuses; `kind` says what is wrong."""

    def __init__(self, kind: Kind, message: str) -> None:
        super().__init__(message)
        self.kind = kind


class GitHubUnavailable(GitHubProblem):
    """GitHub cannot answer now, but may later; `until` is when its rate limit ends, `wait` its wish in seconds."""

    def __init__(self, error: GitHubError) -> None:
        super().__init__(error.kind, error.message)
        self.until: datetime | None = error.until
        self.wait: float | None = error.wait


class Changes(Protocol):
    """What is told of pull requests by others than GitHub's API."""

    async def since(self, moment: float) -> Mapping[int, str | None]:
        """Those that were changed since a time (unix seconds), each with the commit that it was merged as, if known."""


class GitHubSource(Through):
    """A `Source` over another one (the clone; `GitHubRest` where there is none), with the pull requests and issues
    of each range.

    `storage` keeps what was read of a range, so that it is read once; of that only the pull requests are asked for
    again of which `changes` tells. Without a token (`anonymous`) GitHub is
    asked too, but what it refuses just now is left out rather than an error: 60 calls an hour are soon gone.
    """

    def __init__(
        self,
        git: Source,
        api: GitHubApi,
        full_name: str,
        *,
        storage: Storage | None = None,
        changes: Changes | None = None,
        anonymous: bool = False,
    ) -> None:
        super().__init__(git)
        self._api, self._full_name = api, full_name
        self._storage, self._changes, self._anonymous = storage, changes, anonymous

    async def describe(self) -> Description:
        """Name, id, default branch and page, as GitHub has them now; a renamed repository is an error that says so."""
        try:
            about = await self._api.get(f"/repos/{self._full_name}", self._full_name)
        except GitHubError as error:
            if self._anonymous and error.passing:
                return await self._source.describe()
            raise await self._explained(error) from error
        return described(about, self._full_name, self._api.url)

    async def refresh(self) -> None:
        """Bring the clone up to date; where git only says that it cannot, GitHub is asked why."""
        try:
            await self._told(self._source.refresh())
        except GitHubProblem:
            raise
        except SourceError as problem:
            raise await self._reason(problem) from problem

    async def history(self, asked: Compare) -> History:
        """The clone's history with GitHub's pull requests and issues."""
        history = await self._told(self._source.history(asked))
        key = f"range:1:{self._api.url}:{self._full_name}:{asked.from_sha}:{asked.to_sha}"
        pulls = await self._pulls(history, key)
        return history._replace(full_name=self._full_name, pulls=pulls.pulls, issues=pulls.issues)

    async def _told(self, answer: Awaitable[T]) -> T:
        """The answer of the source underneath; one that asks GitHub too may fail as GitHub does."""
        try:
            return await answer
        except GitHubError as error:
            raise await self._explained(error) from error

    async def _reason(self, problem: SourceError) -> SourceError:
        """What GitHub says is wrong with the repository, else what was wrong all along."""
        try:
            await self._api.get(f"/repos/{self._full_name}", self._full_name)
        except GitHubError as error:
            return problem if error.passing else await self._explained(error)
        return problem

    async def _pulls(self, history: History, key: str) -> Pulls:
        stored = await self._storage.load(key) if self._storage is not None else None
        kept = from_json(stored) if stored else None
        began = time.time()
        try:
            found = await self._read_pulls(history, kept)
        except GitHubError as error:
            if self._anonymous and error.passing:
                return kept or Pulls()
            raise await self._explained(error) from error
        if found is not kept and self._storage is not None:
            # What is changed from here on may or may not be in what was read.
            await self._storage.save(key, to_json(found._replace(read_at=began)))
        return found

    async def _read_pulls(self, history: History, kept: Pulls | None) -> Pulls:
        """What was kept, with what was changed since; all of it where nothing was kept, or a commit turns out to be of
        a pull request that GitHub did not name when it was asked."""
        reader = PullReader(self._api, self._full_name, graphql=not self._anonymous)
        if kept is None:
            return await reader.read(history)
        changed = await self._changes.since(kept.read_at) if self._changes is not None else {}
        merged_as = {sha for number, sha in changed.items() if number not in kept.pulls}
        if any(commit.sha in merged_as for commit in history.commits):
            return await reader.read(history)
        again = sorted(changed.keys() & kept.pulls.keys())
        return await reader.again(kept, again) if again else kept

    async def _explained(self, error: GitHubError) -> SourceError:
        if error.kind is Kind.MOVED and error.location:
            return await self._moved(error.location)
        if error.passing:
            return GitHubUnavailable(error)
        return GitHubProblem(error.kind, self._for_strangers(error) if self._anonymous else error.message)

    def _for_strangers(self, error: GitHubError) -> str:
        """What is wrong, for somebody who gave no token."""
        if error.kind in (Kind.REVOKED, Kind.FORBIDDEN, Kind.NOT_FOUND):
            return (
                f"GitHub does not show {self._full_name} to everybody: it does not exist, was renamed or deleted, or "
                "is private. A private one needs a token that may read it."
            )
        return error.message

    async def _moved(self, location: str) -> SourceError:
        """The error that names where a renamed repository is now, when GitHub tells."""
        about: Any = None
        if location.startswith(f"{self._api.url}/"):
            try:
                about = await self._api.get(location, self._full_name)
            except GitHubError:
                about = None
        now = about.get("full_name") if isinstance(about, dict) else None
        hint = f" It is now {now}; connect it by that name." if now else ""
        return GitHubProblem(Kind.MOVED, f"{self._full_name} was renamed or moved.{hint}")
