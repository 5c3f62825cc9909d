"""A service to send to, made in the database itself."""

import asyncpg


async def make_service(database_url: str) -> tuple[int, str]:
    """Project id and public key of a new service of a new organization."""
    connection = await asyncpg.connect(database_url)
    await connection.execute(
        "INSERT INTO organizations (id, name, tier, created_at) VALUES ('org_bench', 'Bench', 'growth', now())"
        " ON CONFLICT DO NOTHING"
    )
    key = "0123456789abcdef0123456789abcdef"
    project_id: int = await connection.fetchval(
        "INSERT INTO services (id, org_id, public_key, user_key, name, release_revision, created_at, updated_at)"
        " VALUES ('svc_bench', 'org_bench', $1, '\\x00', 'bench', 0, now(), now()) RETURNING project_id",
        key,
    )
    await connection.close()
    return project_id, key
