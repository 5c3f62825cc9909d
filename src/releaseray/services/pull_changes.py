"""Which pull requests of a repository were changed since something was read of them, as GitHub's webhooks told."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlmodel.ext.asyncio.session import AsyncSession

from releaseray.db import Database
from releaseray.models import Repository
from releaseray.repositories import incoming as rows
from releaseray.services.outages import despite_outages
from releaseray.webhooks import event_json
from releaseray.webhooks.github_events import PullRequestChanged

_CLOCKS_DIFFER = timedelta(seconds=5)


class PullChanges:
    """What was told of one repository."""

    def __init__(self, database: Database, repo: Repository) -> None:
        self._database, self._repo = database, repo

    async def since(self, moment: float) -> Mapping[int, str | None]:
        """The numbers of those that were changed since a time (unix seconds), each with the commit that it was merged
        as, None where that was not told."""
        then = datetime.fromtimestamp(moment, UTC) - _CLOCKS_DIFFER
        events = [event_json.load(kept) for kept in await despite_outages(lambda: self._told(then))]
        return {event.number: event.merge_sha for event in events if isinstance(event, PullRequestChanged)}

    async def _told(self, since: datetime) -> Sequence[Mapping[str, Any]]:
        async with self._database.reading() as session:
            return await rows.told_of_pulls(session, self._repo.id, since)


async def state(session: AsyncSession, repo: Repository) -> str:
    """A text that is another one after each change; "" where nothing was told."""
    told_at = await rows.last_told_of_pulls(session, repo.id) if repo.api_url else None
    return told_at.isoformat() if told_at else ""
