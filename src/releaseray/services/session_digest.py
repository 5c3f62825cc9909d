"""Counting the sessions of a batch, whether told one by one or in sums."""

from collections.abc import Sequence
from typing import Any

import structlog

from releaseray.models import InboxKind
from releaseray.repositories import session_counts
from releaseray.repositories.digest import ServiceRow
from releaseray.repositories.inbox import Waiting
from releaseray.repositories.session_counts import KnownSession
from releaseray.services.error_states import moment
from releaseray.tracking.sentry_event import EventError
from releaseray.tracking.sessions import (
    Health,
    SessionCounts,
    SessionPlace,
    SessionUpdate,
    join_session,
    parse_session,
    parse_sessions,
)

log = structlog.stdlib.get_logger(__name__)
Sums = dict[tuple[str, SessionPlace], SessionCounts]


async def count(connection: Any, services: dict[int, ServiceRow], waiting: Sequence[Waiting]) -> None:
    """Add the batch's sessions to the hours. What is no session is left out: nobody was promised more."""
    if not waiting:
        return
    sums: Sums = {}
    updates: list[tuple[int, SessionUpdate]] = []
    for row in waiting:
        try:
            if row.kind == InboxKind.SESSIONS:
                for place, counts in parse_sessions(row.payload, received=row.received, sent_at=row.sent_at):
                    _add(sums, services[row.project_id].id, place, counts)
            elif update := parse_session(row.payload, received=row.received, sent_at=row.sent_at):
                updates.append((row.project_id, update))
        except EventError as problem:
            log.info("not a session", project_id=row.project_id, problem=problem.message)
    if updates:
        await _join(connection, services, updates, sums)
    if sums:
        added = [
            (service_id, moment(place.hour), place.environment, place.release, *counts)
            for (service_id, place), counts in sorted(sums.items())
        ]
        await session_counts.add(connection, added)


async def _join(
    connection: Any, services: dict[int, ServiceRow], updates: list[tuple[int, SessionUpdate]], sums: Sums
) -> None:
    """A session counts where it was first seen, however often and in whatever order it is told of."""
    asked = list({(project_id, update.sid) for project_id, update in updates})
    known = {(row.project_id, row.sid): row for row in await session_counts.known(connection, asked)}
    for project_id, update in updates:
        key = (project_id, update.sid)
        before = known.get(key)
        place = update.place if before is None else _place(before)
        health, counts = join_session(None if before is None else Health(before.health), update.health)
        _add(sums, services[project_id].id, place, counts)
        known[key] = KnownSession(*key, place.release, place.environment, moment(place.hour), health)
    await session_counts.put(connection, list(known.values()))


def _place(known: KnownSession) -> SessionPlace:
    return SessionPlace(known.version, known.environment, int(known.hour.timestamp()))


def _add(sums: Sums, service_id: str, place: SessionPlace, counts: SessionCounts) -> None:
    if any(counts):
        sums[service_id, place] = sums.get((service_id, place), SessionCounts()).plus(counts)
