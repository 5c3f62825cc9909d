"""Services to send to, made in the database itself, and what is counted there."""

import secrets
from pathlib import Path
from typing import Any

import asyncpg
import psutil

_ORGANIZATION = """
INSERT INTO organizations (id, name, tier, created_at) VALUES ('org_bench', 'Bench', 'growth', now())
ON CONFLICT DO NOTHING
"""
_SERVICE = """
INSERT INTO services (id, org_id, public_key, user_key, name, release_revision, created_at, updated_at)
VALUES ($1, 'org_bench', $2, '\\x00', $1, 0, now(), now()) RETURNING project_id
"""
_COUNTED = """
SELECT coalesce(sum(error_count), 0)::bigint FROM releases JOIN services ON services.id = service_id
WHERE project_id = $1
"""


async def make_service(database_url: str) -> tuple[int, str]:
    """Project id and public key of a new service."""
    connection = await asyncpg.connect(database_url)
    await connection.execute(_ORGANIZATION)
    key = secrets.token_hex(16)
    project_id: int = await connection.fetchval(_SERVICE, f"svc_bench{key[:8]}", key)
    await connection.close()
    return project_id, key


async def counted(connection: Any, project_id: int) -> int:
    """Events in the counters of a service's releases."""
    found: int = await connection.fetchval(_COUNTED, project_id)
    return found


async def postgres(database_url: str) -> psutil.Process:
    """The server's first process, on this machine."""
    connection = await asyncpg.connect(database_url)
    folder = Path(await connection.fetchval("SHOW data_directory"))
    await connection.close()
    return psutil.Process(int((folder / "postmaster.pid").read_text().split()[0]))
