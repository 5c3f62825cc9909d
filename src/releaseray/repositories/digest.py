"""The digest's statements: whole batches at once, on one bare connection inside its transaction."""

import json
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from releaseray.models import MOST_ENVIRONMENTS

_SERVICES = "SELECT id, org_id, project_id, user_key FROM services WHERE project_id = ANY($1::bigint[])"
_LOCK = """
SELECT project_id, release_revision FROM services WHERE project_id = ANY($1::bigint[])
ORDER BY project_id FOR NO KEY UPDATE
"""
_EVENT_IDS = """
INSERT INTO event_ids (project_id, event_id, received_at)
SELECT * FROM unnest($1::bigint[], $2::uuid[], $3::timestamptz[])
ON CONFLICT DO NOTHING RETURNING project_id, event_id
"""
_RELEASES = """
SELECT version, environment, extract(epoch FROM first_deployed_at)::float8 FROM releases WHERE service_id = $1
"""
_KNOWN_ERRORS = """
SELECT h.hash, e.id, e.state FROM error_hashes h JOIN errors e ON e.id = h.error_id
WHERE h.service_id = $1 AND h.hash = ANY($2::text[])
"""
_KNOWN_SPOTS = """
SELECT p.error_id, p.environment, p.version FROM error_places p
JOIN unnest($1::text[], $2::text[], $3::text[]) AS asked (error_id, environment, version)
USING (error_id, environment, version)
"""
_NEW_RELEASES = """
INSERT INTO releases (id, org_id, service_id, version, version_key, environment, announced, deployed_at,
                      first_deployed_at, error_count, new_errors, regressed_errors, created_at, updated_at)
SELECT id, org_id, service_id, version, version_key, environment, false, seen, seen, 0, 0, 0, now(), now()
FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::timestamptz[])
     AS new (id, org_id, service_id, version, version_key, environment, seen)
"""
_REVISIONS = "UPDATE services SET release_revision = release_revision + 1 WHERE id = ANY($1::text[])"
_NEW_ERRORS = """
WITH made AS (
    INSERT INTO errors (id, org_id, service_id, title, culprit, level, platform, grouping_version, explanation, state,
                        status, status_after, ignored_until, events, first_seen, last_seen, created_at, updated_at)
    SELECT *, now(), now()
    FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[], $8::int[],
                $9::json[], $10::jsonb[], $11::text[], $12::text[], $13::timestamptz[], $14::bigint[],
                $15::timestamptz[], $16::timestamptz[])
    RETURNING id, service_id, title, status, status_after, ignored_until, first_seen, last_seen
)
INSERT INTO error_keys (error_id, service_id, title, status, status_after, ignored_until, first_seen, last_seen,
                        environments, created_at, updated_at)
SELECT *, '{}', now(), now() FROM made
"""
_NEW_HASHES = """
INSERT INTO error_hashes (service_id, hash, error_id) SELECT * FROM unnest($1::text[], $2::text[], $3::text[])
"""
_ERRORS = """
WITH told AS (
    UPDATE errors SET state = n.state, status = n.status, status_after = n.status_after,
                      ignored_until = n.ignored_until, events = n.events, first_seen = n.first_seen,
                      last_seen = n.last_seen, updated_at = now()
    FROM unnest($1::text[], $2::jsonb[], $3::text[], $4::text[], $5::timestamptz[], $6::bigint[], $7::timestamptz[],
                $8::timestamptz[])
         AS n (id, state, status, status_after, ignored_until, events, first_seen, last_seen)
    WHERE errors.id = n.id
)
UPDATE error_keys SET status = n.status, status_after = n.status_after, ignored_until = n.ignored_until,
                      first_seen = n.first_seen, last_seen = n.last_seen, updated_at = now()
FROM unnest($1::text[], $3::text[], $4::text[], $5::timestamptz[], $7::timestamptz[], $8::timestamptz[])
     AS n (id, status, status_after, ignored_until, first_seen, last_seen)
WHERE error_keys.error_id = n.id
"""
_NEW_SPOTS = f"""
WITH spots AS (
    INSERT INTO error_places (error_id, environment, version, service_id, events, new_errors, regressed_errors,
                              first_seen, last_seen, sample)
    SELECT * FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::bigint[], $6::smallint[], $7::smallint[],
                         $8::timestamptz[], $9::timestamptz[], $10::json[])
    RETURNING service_id, environment, error_id
), fresh AS (
    INSERT INTO error_environments (service_id, environment, error_id)
    SELECT DISTINCT service_id, environment, error_id FROM spots ON CONFLICT DO NOTHING
    RETURNING error_id, environment
)
UPDATE error_keys k SET environments = CASE WHEN cardinality(k.environments) + cardinality(n.environments)
                                                 <= {MOST_ENVIRONMENTS} THEN k.environments || n.environments END
FROM (SELECT error_id, array_agg(environment) AS environments FROM fresh GROUP BY error_id) n
WHERE k.error_id = n.error_id
"""  # noqa: S608 - our own number
_SPOTS = """
UPDATE error_places p SET events = p.events + n.events, new_errors = p.new_errors + n.new_errors,
    regressed_errors = p.regressed_errors + n.regressed_errors,
    first_seen = least(p.first_seen, n.first_seen), last_seen = greatest(p.last_seen, n.last_seen)
FROM unnest($1::text[], $2::text[], $3::text[], $4::bigint[], $5::smallint[], $6::smallint[], $7::timestamptz[],
            $8::timestamptz[])
     AS n (error_id, environment, version, events, new_errors, regressed_errors, first_seen, last_seen)
WHERE p.error_id = n.error_id AND p.environment = n.environment AND p.version = n.version
"""
_COUNTERS = """
UPDATE releases r SET error_count = r.error_count + n.error_count, new_errors = r.new_errors + n.new_errors,
    regressed_errors = r.regressed_errors + n.regressed_errors
FROM unnest($1::text[], $2::text[], $3::text[], $4::bigint[], $5::bigint[], $6::bigint[])
     AS n (service_id, environment, version, error_count, new_errors, regressed_errors)
WHERE r.service_id = n.service_id AND r.environment = n.environment AND r.version = n.version
"""
_HOURS = """
WITH hours AS (
    INSERT INTO error_hours (service_id, hour, environment, version, events)
    SELECT * FROM unnest($1::text[], $2::timestamptz[], $3::text[], $4::text[], $5::bigint[])
    ON CONFLICT (service_id, hour, environment, version) DO UPDATE SET events = error_hours.events + excluded.events
)
INSERT INTO error_days (service_id, day, environment, version, events)
SELECT service_id, date_trunc('day', hour, 'UTC'), environment, version, sum(events)
FROM unnest($1::text[], $2::timestamptz[], $3::text[], $4::text[], $5::bigint[])
     AS told (service_id, hour, environment, version, events)
GROUP BY 1, 2, 3, 4 ORDER BY 1, 2, 3, 4
ON CONFLICT (service_id, day, environment, version) DO UPDATE SET events = error_days.events + excluded.events
"""
_CHANGES = """
INSERT INTO error_changes (error_id, at, before, after, by, reason)
SELECT * FROM unnest($1::text[], $2::timestamptz[], $3::text[], $4::text[], $5::text[], $6::text[])
"""


class ServiceRow(NamedTuple):
    """What the digest needs of a service."""

    id: str
    org_id: str
    project_id: int
    user_key: bytes


async def services(connection: Any, project_ids: Iterable[int]) -> dict[int, ServiceRow]:
    """The services of some projects."""
    rows = await connection.fetch(_SERVICES, list(project_ids))
    return {row["project_id"]: ServiceRow(*row) for row in rows}


async def lock(connection: Any, project_ids: Iterable[int]) -> dict[int, int]:
    """Lock services, in one order everywhere; their release revisions."""
    rows = await connection.fetch(_LOCK, list(project_ids))
    return {row["project_id"]: row["release_revision"] for row in rows}


async def add_event_ids(connection: Any, ids: Sequence[tuple[int, UUID, datetime]]) -> set[tuple[int, UUID]]:
    """Write down ids (project, event, received); those that were not there before."""
    rows = await connection.fetch(_EVENT_IDS, *_columns(ids, 3))
    return {(row["project_id"], row["event_id"]) for row in rows}


async def releases(connection: Any, service_id: str) -> list[tuple[str, str, float]]:
    """(version, environment, unix seconds of the first deploy) of every release of a service."""
    return [tuple(row) for row in await connection.fetch(_RELEASES, service_id)]


async def known_errors(connection: Any, service_id: str, hashes: Iterable[str]) -> dict[str, tuple[str, Any]]:
    """Id and state, as parsed JSON, of the errors of those hashes that exist."""
    rows = await connection.fetch(_KNOWN_ERRORS, service_id, list(hashes))
    return {row["hash"]: (row["id"], json.loads(row["state"])) for row in rows}


async def known_spots(connection: Any, spots: Sequence[tuple[str, str, str]]) -> set[tuple[str, str, str]]:
    """Those of some (error, environment, version) that exist."""
    return {tuple(row) for row in await connection.fetch(_KNOWN_SPOTS, *_columns(spots, 3))}


async def write(connection: Any, changes: "Changes") -> None:
    """Write everything a batch changed, in an order that foreign keys allow."""
    for statement, rows, width in (
        (_NEW_RELEASES, changes.new_releases, 7),
        (_NEW_ERRORS, changes.new_errors, 16),
        (_NEW_HASHES, changes.new_hashes, 3),
        (_ERRORS, changes.errors, 8),
        (_NEW_SPOTS, changes.new_spots, 10),
        (_SPOTS, changes.spots, 8),
        (_COUNTERS, changes.counters, 6),
        (_HOURS, changes.hours, 5),
        (_CHANGES, changes.changes, 6),
    ):
        if rows:
            await connection.execute(statement, *_columns(rows, width))
    if changes.revised:
        await connection.execute(_REVISIONS, changes.revised)


class Changes(NamedTuple):
    """Rows for each statement, in the order of its parameters; `revised` are services with new releases."""

    new_releases: list[tuple[Any, ...]]
    new_errors: list[tuple[Any, ...]]
    new_hashes: list[tuple[Any, ...]]
    errors: list[tuple[Any, ...]]
    new_spots: list[tuple[Any, ...]]
    spots: list[tuple[Any, ...]]
    counters: list[tuple[Any, ...]]
    hours: list[tuple[Any, ...]]
    changes: list[tuple[Any, ...]]
    revised: list[str]

    @classmethod
    def none(cls) -> "Changes":
        """To be filled."""
        return cls([], [], [], [], [], [], [], [], [], [])


def _columns(rows: Sequence[tuple[Any, ...]], width: int) -> list[list[Any]]:
    return [[row[column] for row in rows] for column in range(width)]
