"""A service with a past: releases over two years, errors by the thousand, events by the million, made in SQL."""

import json
from dataclasses import dataclass
from typing import Any

import asyncpg

from benchmarks.ingest.recorded import record
from releaseray.services.error_states import sample_of
from releaseray.tracking.sentry_event import parse_event

GROUPS = 5_000
RELEASES = 40
SPREAD_DAYS = 29
"""Over which the events that are stored came in."""
_DAYS = 730

_RELEASES = """
INSERT INTO releases (id, org_id, service_id, version, version_key, environment, announced, deployed_at,
                      first_deployed_at, error_count, new_errors, regressed_errors, created_at, updated_at)
SELECT format('rel_%s%s%s', right($1, 12), environment, n), $2, $1, format('1.%s.0', n),
       format('1.%s', lpad(n::text, 4, '0')), environment, true, at, at, 0, 0, 0, at, at
FROM generate_series(1, $3) n, unnest(ARRAY['production', 'staging']) environment,
     LATERAL (SELECT now() - make_interval(days => $4 - n * $4 / $3) AS at) times
"""
_ERRORS = """
INSERT INTO errors (id, org_id, service_id, title, culprit, level, platform, grouping_version, explanation, state,
                    status, status_after, ignored_until, events, first_seen, last_seen, created_at, updated_at)
SELECT format('err_%s%s', right($1, 12), n), $2, $1, format('%s: order %s cannot be paid', kind, md5(n::text)),
       format('shop.payments.%s in pay', md5(n::text)), 'error', 'python', 1, '["made up"]',
       '{"status": "new", "events": 0, "first": null, "last_seen": null, "resolution": null, "regression": null,
         "regressed_in": [], "regressions": 0, "ignoring": null}',
       status, 'new', NULL, 0, seen, seen + interval '20 days', seen, seen + interval '20 days'
FROM generate_series(1, $3) n,
     LATERAL (SELECT (ARRAY['new', 'new', 'resolved', 'regressed', 'ignored'])[n % 5 + 1] AS status,
                     (ARRAY['ValueError', 'KeyError', 'TypeError'])[n % 3 + 1] AS kind,
                     now() - make_interval(mins => (n * 7919) % ($4 * 1440)) AS seen) made
"""
_HASHES = """
INSERT INTO error_hashes (service_id, hash, error_id)
SELECT service_id, md5(id), id FROM errors WHERE service_id = $1
"""
_PLACES = """
INSERT INTO error_places (error_id, environment, version, service_id, events, new_errors, regressed_errors,
                          first_seen, last_seen, sample)
SELECT e.id, r.environment, r.version, e.service_id, 0, 0, 0, e.first_seen, e.last_seen, $2
FROM errors e JOIN LATERAL (
    SELECT environment, version FROM releases r
    WHERE r.service_id = e.service_id AND r.first_deployed_at <= e.last_seen
    ORDER BY r.first_deployed_at DESC, r.environment LIMIT 3) r ON true
WHERE e.service_id = $1
"""
_HOURS = """
INSERT INTO error_hours (service_id, hour, environment, version, events)
SELECT $1, hour, r.environment, r.version, 0
FROM generate_series(date_trunc('hour', now(), 'UTC') - make_interval(days => $2), now(), interval '1 hour') hour
JOIN LATERAL (
    SELECT environment, version FROM releases WHERE service_id = $1 AND first_deployed_at <= hour
    ORDER BY first_deployed_at DESC LIMIT 4) r ON true
"""
_ENVIRONMENTS = """
INSERT INTO error_environments (service_id, environment, error_id)
SELECT DISTINCT service_id, environment, error_id FROM error_places WHERE service_id = $1
"""
_KEYS = """
INSERT INTO error_keys (created_at, updated_at, first_seen, last_seen, service_id, error_id, status, status_after,
                        title, environments, ignored_until)
SELECT created_at, updated_at, first_seen, last_seen, service_id, id, status, status_after, title,
       ARRAY(SELECT environment FROM error_environments n WHERE n.service_id = e.service_id AND n.error_id = e.id),
       ignored_until
FROM errors e WHERE service_id = $1
"""
_DAYS_OF_HOURS = """
INSERT INTO error_days (service_id, day, environment, version, events)
SELECT service_id, date_trunc('day', hour, 'UTC'), environment, version, sum(events)
FROM error_hours WHERE service_id = $1 GROUP BY 1, 2, 3, 4
ON CONFLICT (service_id, day, environment, version) DO UPDATE SET events = excluded.events
"""
_IDS = """
INSERT INTO event_ids (project_id, event_id, received_at)
SELECT $1, gen_random_uuid(), now() - interval '1 day' * $3 * (1 - n / $2::float8) FROM generate_series(1, $2) n
"""
_KEY = "SELECT conname FROM pg_constraint WHERE conrelid = 'event_ids'::regclass AND contype = 'p'"
_TABLES = (
    "event_ids",
    "errors",
    "error_keys",
    "error_places",
    "error_environments",
    "error_hours",
    "error_days",
    "releases",
)
_COUNTERS = (
    "UPDATE errors SET events = $2 / (SELECT count(*) FROM errors WHERE service_id = $1) WHERE service_id = $1",
    "UPDATE error_places SET events = $2 / (SELECT count(*) FROM error_places WHERE service_id = $1)"
    " WHERE service_id = $1",
    "UPDATE error_hours SET events = $2 / (SELECT count(*) FROM error_hours WHERE service_id = $1)"
    " WHERE service_id = $1",
    "UPDATE releases SET error_count = $2 / (SELECT count(*) FROM releases WHERE service_id = $1)"
    " WHERE service_id = $1",
)


@dataclass
class Past:
    """What a service has behind it; `events` is how many events are stored by now."""

    service_id: str
    project_id: int
    events: int = 0

    @classmethod
    async def of(cls, database_url: str, service_id: str) -> "Past":
        """Make releases, errors, where they were seen, and hours of a new service, all without events."""
        connection = await asyncpg.connect(database_url)
        org_id, project_id = await connection.fetchrow(
            "UPDATE services SET release_revision = release_revision + 1 WHERE id = $1 RETURNING org_id, project_id",
            service_id,
        )
        await connection.execute(_RELEASES, service_id, org_id, RELEASES, _DAYS)
        await connection.execute(_ERRORS, service_id, org_id, GROUPS, _DAYS)
        await connection.execute(_HASHES, service_id)
        await connection.execute(_PLACES, service_id, json.dumps(_sample()))
        await connection.execute(_ENVIRONMENTS, service_id)
        await connection.execute(_KEYS, service_id)
        await connection.execute(_HOURS, service_id, _DAYS)
        await connection.close()
        return cls(service_id, project_id)

    async def grow(self, database_url: str, events: int) -> None:
        """Store events until there are so many, set the counters, and leave nothing for the autovacuum to do."""
        connection = await asyncpg.connect(database_url)
        key = await connection.fetchval(_KEY)
        await connection.execute(f'ALTER TABLE event_ids DROP CONSTRAINT "{key}"')
        await connection.execute(_IDS, self.project_id, events - self.events, SPREAD_DAYS)
        await connection.execute(f'ALTER TABLE event_ids ADD CONSTRAINT "{key}" PRIMARY KEY (project_id, event_id)')
        for statement in _COUNTERS:
            await connection.execute(statement, self.service_id, events)
        await connection.execute(_DAYS_OF_HOURS, self.service_id)
        for table in _TABLES:
            await connection.execute(f"VACUUM (ANALYZE) {table}")
        await connection.execute("CHECKPOINT")
        await connection.close()
        self.events = events


def _sample() -> dict[str, Any]:
    largest = max(record(), key=len)
    return sample_of(parse_event(largest.split(b"\n")[2], received=0.0))
