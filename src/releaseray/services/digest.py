"""Counting what the inbox holds: batch by batch, each in one transaction, exactly once."""

import asyncio
import json
from collections.abc import Sequence
from typing import Any, NamedTuple
from uuid import UUID

import structlog

from releaseray.models import InboxKind, new_id
from releaseray.notes.versions import sort_key
from releaseray.repositories import digest as rows
from releaseray.repositories import inbox
from releaseray.repositories.digest import Changes, ServiceRow
from releaseray.repositories.inbox import Waiting
from releaseray.services import session_digest
from releaseray.services.error_states import columns_of, moment, sample_of
from releaseray.services.ledger import Found, KnownReleases, Ledger, Read
from releaseray.tracking.error_state import Place, state_from_json, state_to_json
from releaseray.tracking.fingerprint import candidates
from releaseray.tracking.release_order import Release
from releaseray.tracking.sentry_event import parse_event

BATCH = 500
_BATCH_BYTES = 16 * 2**20
_REMEMBERED_SERVICES = 1000

log = structlog.stdlib.get_logger(__name__)


class Counted(NamedTuple):
    """An event on its way to its service's ledger."""

    project_id: int
    read: Read


class Digest:
    """One a process: it remembers the releases of services from batch to batch."""

    def __init__(self) -> None:
        self._releases: dict[str, KnownReleases] = {}

    async def batch(self, connection: Any, most: int = BATCH) -> list[int]:
        """Count the oldest rows that no other digest holds; their ids, empty when there are none.

        Raises what asyncpg raises; then nothing of the batch was counted.
        """
        remembered: dict[str, KnownReleases] = {}
        async with connection.transaction():
            waiting = await inbox.claim(connection, most, _BATCH_BYTES)
            if not waiting:
                return []
            services = await rows.services(connection, {row.project_id for row in waiting})
            mine = [row for row in waiting if row.project_id in services]
            read = await asyncio.to_thread(_read, [row for row in mine if row.kind == InboxKind.EVENT], services)
            revisions = await rows.lock(connection, services)
            fresh = await _without_duplicates(connection, read)
            changes = Changes.none()
            for project_id, service in services.items():
                batch = [one.read for one in fresh if one.project_id == project_id]
                if batch:
                    known = await self._known_releases(connection, service.id, revisions[project_id])
                    ledger = await _ledger(connection, service, known, batch)
                    await _put(connection, changes, service, ledger)
                    remembered[service.id] = _with_new(known, ledger)
            await rows.write(connection, changes)
            await session_digest.count(connection, services, [row for row in mine if row.kind != InboxKind.EVENT])
            await inbox.remove(connection, [row.id for row in waiting])
        self._remember(remembered)
        return [row.id for row in waiting]

    async def _known_releases(self, connection: Any, service_id: str, revision: int) -> KnownReleases:
        known = self._releases.get(service_id)
        if known is None or known.revision != revision:
            known = KnownReleases.of(revision, await rows.releases(connection, service_id))
        return known

    def _remember(self, releases: dict[str, KnownReleases]) -> None:
        """Only what was committed: another process may use the revision of what was not."""
        if len(self._releases) > _REMEMBERED_SERVICES:
            self._releases.clear()
        self._releases.update(releases)


def _read(waiting: Sequence[Waiting], services: dict[int, ServiceRow]) -> list[Counted]:
    return [Counted(row.project_id, _read_one(row, services[row.project_id].user_key)) for row in waiting]


def _read_one(row: Waiting, user_key: bytes) -> Read:
    event_id = row.event_id.hex if row.event_id else None
    event = parse_event(row.payload, received=row.received, sent_at=row.sent_at, event_id=event_id, key=user_key)
    return Read(event, candidates(event))


async def _without_duplicates(connection: Any, read: Sequence[Counted]) -> list[Counted]:
    """Those that were never counted, each once."""
    first: dict[tuple[int, UUID], Counted] = {}
    for one in read:
        first.setdefault((one.project_id, UUID(one.read.event.event_id)), one)
    if not first:
        return []
    ids = [(*key, moment(one.read.event.received)) for key, one in first.items()]
    fresh = await rows.add_event_ids(connection, ids)
    return [one for key, one in first.items() if key in fresh]


async def _ledger(connection: Any, service: ServiceRow, known: KnownReleases, batch: list[Read]) -> Ledger:
    hashes = {grouping.hash for read in batch for grouping in read.groupings}
    stored = await rows.known_errors(connection, service.id, hashes)
    errors: dict[str, Found] = {}
    for id, state in stored.values():
        errors.setdefault(id, Found(id, state_from_json(state)))
    ledger = Ledger(known, {hash: errors[id] for hash, (id, _) in stored.items()}, lambda: new_id("err"))
    ledger.count_all(batch)
    return ledger


def _with_new(known: KnownReleases, ledger: Ledger) -> KnownReleases:
    if not ledger.new_releases:
        return known
    order = known.order
    for place, seconds in ledger.new_releases.items():
        order = order.including(Release(place.release, seconds))
    return KnownReleases(known.revision + 1, known.places | set(ledger.new_releases), order)


async def _put(connection: Any, changes: Changes, service: ServiceRow, ledger: Ledger) -> None:
    """Add a service's ledger to what the batch writes."""
    existing = await rows.known_spots(connection, list(ledger.spots))
    for place, seconds in ledger.new_releases.items():
        changes.new_releases.append(_new_release(service, place, seconds))
    if ledger.new_releases:
        changes.revised.append(service.id)
    for found in ledger.errors.values():
        _put_error(changes, service, found)
    changes.new_hashes.extend((service.id, hash, error_id) for hash, error_id in ledger.hashes.items())
    for spot, change in ledger.spots.items():
        counts = (change.events, change.new_errors, change.regressed_errors, *_seen(change.first, change.last))
        if spot in existing:
            changes.spots.append((*spot, *counts))
        else:
            sample = json.dumps(sample_of(change.sample), ensure_ascii=False) if change.sample else None
            changes.new_spots.append((*spot, service.id, *counts, sample))
    for place, counters in ledger.releases.items():
        where = (service.id, place.environment, place.release)
        changes.counters.append((*where, counters.error_count, counters.new_errors, counters.regressed_errors))
    changes.hours.extend((service.id, *key, events) for key, events in sorted(ledger.hours.items()))


def _seen(first: float, last: float) -> tuple[Any, Any]:
    """None, which PostgreSQL's `least` and `greatest` pass over, where only a credit was taken away."""
    return (moment(first), moment(last)) if last else (None, None)


def _new_release(service: ServiceRow, place: Place, seconds: float) -> tuple[Any, ...]:
    key = sort_key(place.release)
    return new_id("rel"), service.org_id, service.id, place.release, key, place.environment, moment(seconds)


def _put_error(changes: Changes, service: ServiceRow, found: Found) -> None:
    state, columns = json.dumps(state_to_json(found.state)), columns_of(found.state)
    if found.began is not None:
        event, grouping = found.began.event, found.began.groupings[0]
        named = (grouping.title, grouping.culprit, event.level.value, event.platform, grouping.version)
        explanation = json.dumps(grouping.explanation, ensure_ascii=False)
        changes.new_errors.append((found.id, service.org_id, service.id, *named, explanation, state, *columns))
    else:
        changes.errors.append((found.id, state, *columns))
    for transition in found.transitions:
        when = moment(transition.at)
        told = (transition.before.value, transition.after.value, transition.by, transition.reason)
        changes.changes.append((found.id, when, *told))
