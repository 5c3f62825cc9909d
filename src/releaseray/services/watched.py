"""A repository's source whose refusals and good readings are written down, for those who want to read it next."""

from collections.abc import Awaitable, Mapping
from typing import TypeVar

import structlog

from releaseray.db import Database, is_outage
from releaseray.github import Kind
from releaseray.models import Repository
from releaseray.notes.history import History
from releaseray.repositories.repos import Repos
from releaseray.sources import Compare, Description, Source, SourceError
from releaseray.sources.github import GitHubProblem, GitHubUnavailable
from releaseray.sources.through import Through

_AGAIN = "Connect it again with a token that may read it."
_ADVICE: Mapping[Kind, str] = {
    Kind.REVOKED: _AGAIN,
    Kind.FORBIDDEN: _AGAIN,
    Kind.NOT_FOUND: "If it is still there, connect it again, by its present name and with a token that may read it.",
    Kind.MOVED: "",
}
"""What to do about that which does not pass by itself."""

T = TypeVar("T")
log = structlog.stdlib.get_logger(__name__)


class Watched(Through):
    """A `Source` over another one. What lasts (GitHub shows the repository no more, or not to us) becomes the
    repository's `unavailable`, with what to do about it, unless a webhook said before what happened; the first call
    that its origin answers ends that."""

    def __init__(self, source: Source, database: Database, repo: Repository) -> None:
        super().__init__(source)
        self._database, self._repo = database, repo

    async def describe(self) -> Description:
        return await self._of_origin(self._source.describe())

    async def refresh(self) -> None:
        # Without a clone there is nothing to bring up to date, and nobody is asked.
        await (self._watched if self._repo.cloneless else self._of_origin)(self._source.refresh())

    async def history(self, asked: Compare) -> History:
        # All of it may have been kept: an answer proves nothing.
        return await self._watched(self._source.history(asked))

    async def _told(self, answer: Awaitable[T]) -> T:
        """Of a clone's answer the origin knows nothing."""
        return await (self._of_origin if self._repo.cloneless else self._watched)(answer)

    async def _of_origin(self, answer: Awaitable[T]) -> T:
        told = await self._watched(answer)
        if self._repo.unavailable is not None:
            await self._write(None)
        return told

    async def _watched(self, answer: Awaitable[T]) -> T:
        try:
            return await answer
        except GitHubUnavailable:
            raise
        except GitHubProblem as problem:
            why = self._repo.unavailable
            if why is None and problem.kind in _ADVICE:
                why = f"{problem} {_ADVICE[problem.kind]}".rstrip()
                await self._write(why)
            raise GitHubProblem(problem.kind, why or str(problem)) from problem
        except SourceError as problem:
            if self._repo.unavailable is None:
                raise
            raise SourceError(f"{problem} {self._repo.unavailable}") from problem

    async def _write(self, why: str | None) -> None:
        try:
            async with self._database.unit_of_work() as uow:
                repos = Repos(uow.session, self._repo.org_id)
                await repos.note_unavailable(self._repo.id, self._repo.unavailable, why)
        except Exception as problem:
            if not is_outage(problem):
                raise
            log.warning("whether it can be read is not written down", repository=self._repo.id, problem=str(problem))
