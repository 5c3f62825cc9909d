"""What every source over another one shares: its answers pass through one place."""

from abc import ABC, abstractmethod
from collections.abc import Awaitable
from typing import TypeVar

from releaseray.notes.history import Tag
from releaseray.sources import Source

T = TypeVar("T")


class Through(ABC):
    """A `Source` over another one, but for what each does in its own way: to describe, to refresh and to read a
    history."""

    def __init__(self, source: Source) -> None:
        self._source = source

    @abstractmethod
    async def _told(self, answer: Awaitable[T]) -> T:
        """The answer of the source underneath, and whatever else it means that it answers or fails."""

    async def tags(self) -> list[Tag]:
        """As the source underneath."""
        return await self._told(self._source.tags())

    async def head(self) -> str:
        """As the source underneath."""
        return await self._told(self._source.head())

    async def root(self, to_sha: str) -> str:
        """As the source underneath."""
        return await self._told(self._source.root(to_sha))

    async def is_ancestor(self, older: str, newer: str) -> bool:
        """As the source underneath."""
        return await self._told(self._source.is_ancestor(older, newer))

    async def ahead(self, older: str, newer: str) -> int:
        """As the source underneath."""
        return await self._told(self._source.ahead(older, newer))

    async def tags_reached(self, sha: str) -> list[Tag]:
        """As the source underneath."""
        return await self._told(self._source.tags_reached(sha))

    async def commit(self, name: str) -> str | None:
        """As the source underneath."""
        return await self._told(self._source.commit(name))

    async def patches(self, from_sha: str | None, to_sha: str) -> dict[str, str]:
        """As the source underneath."""
        return await self._told(self._source.patches(from_sha, to_sha))
