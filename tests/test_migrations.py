"""Migrations of a database that is full: what is there comes along, up and down and up again."""

import asyncio
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import asyncpg
import pytest
from alembic import command
from alembic.config import Config

from releaseray import migrations
from releaseray.embedded import running
from releaseray.models import MOST_ENVIRONMENTS

INI = Path(__file__).parent.parent / "alembic.ini"
ERRORS = MOST_ENVIRONMENTS + 3
FULL = f"""
INSERT INTO organizations (id, name, tier, created_at) VALUES ('org_a', 'Acme', 'growth', now());
INSERT INTO services (id, org_id, public_key, user_key, name, release_revision, created_at, updated_at)
VALUES ('svc_a', 'org_a', 'key', '', 'checkout', 0, now(), now());
INSERT INTO errors (id, org_id, service_id, title, culprit, level, platform, grouping_version, explanation, state,
                    status, status_after, ignored_until, events, first_seen, last_seen, created_at, updated_at)
SELECT 'err_' || n, 'org_a', 'svc_a', 'ValueError: ' || n, '', 'error', 'python', 1, '[]', '{{}}',
       (ARRAY['new', 'ignored'])[n % 2 + 1], 'regressed', CASE WHEN n % 2 = 1 THEN now() END, n,
       now() - interval '2 days', now() - interval '1 day', now() - interval '1 hour', now()
FROM generate_series(0, {ERRORS}) n;
INSERT INTO error_environments (service_id, environment, error_id)
SELECT 'svc_a', 'e' || m, 'err_' || n FROM generate_series(1, {ERRORS}) n, generate_series(1, n) m;
"""
SAME_KEYS = """
SELECT count(*) FROM errors e JOIN error_keys k ON e.id = k.error_id COLLATE "default"
WHERE (e.service_id, e.title, e.status, e.status_after, e.first_seen, e.last_seen, e.created_at, e.updated_at)
    = (k.service_id, k.title, k.status, k.status_after, k.first_seen, k.last_seen, k.created_at, k.updated_at)
  AND e.ignored_until IS NOT DISTINCT FROM k.ignored_until
"""
SEEN_IN = """
SELECT array_length(environments, 1) FROM error_keys WHERE environments IS NULL OR environments <> '{}'
ORDER BY length(error_id), error_id
"""


@pytest.fixture
def database_url() -> Iterator[str]:
    with tempfile.TemporaryDirectory(prefix="releaseray-tests-") as folder, running(Path(folder)) as urls:
        yield urls.database_url


def moved(database_url: str, revision: str) -> None:
    config = Config(INI)
    config.attributes["database_url"] = database_url
    (command.upgrade if revision > "0008" else command.downgrade)(config, revision)


def asked(database_url: str, statement: str) -> list[Any]:
    async def ask() -> list[Any]:
        connection = await asyncpg.connect(database_url)
        rows = await connection.fetch(statement)
        await connection.close()
        return [row[0] for row in rows]

    return asyncio.run(ask())


def test_what_lists_are_found_by_comes_out_of_a_full_database(database_url: str) -> None:
    migrations.upgrade(database_url)
    moved(database_url, "0008")
    for statement in FULL.split(";")[:-1]:
        asked(database_url, statement)
    for _ in range(2):
        moved(database_url, "0009")
        assert asked(database_url, SAME_KEYS) == [ERRORS + 1]
        assert asked(database_url, SEEN_IN) == [*range(1, MOST_ENVIRONMENTS + 1), None, None, None]
        migrations.upgrade(database_url)
        migrations.check(database_url)
        moved(database_url, "0008")
        assert asked(database_url, "SELECT count(*) FROM errors") == [ERRORS + 1]
        assert asked(database_url, "SELECT to_regclass('error_keys')") == [None]
    migrations.upgrade(database_url)
