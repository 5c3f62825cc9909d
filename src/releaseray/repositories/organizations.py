"""Queries on organizations, keys, usage and idempotency records."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import delete, func, or_, text
from sqlalchemy.dialects.postgresql import insert
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from releaseray.errors import NotFound
from releaseray.models import ApiKey, IdempotencyRecord, Organization, Repository, Usage, now
from releaseray.repositories.paging import Listed, Page, listed

# Rows are locked in one order everywhere, so that two processes cannot lock each other out.
_USED = """
WITH used AS (SELECT id FROM api_keys WHERE id = ANY($1::text[]) ORDER BY id FOR NO KEY UPDATE),
     touched AS (
         UPDATE api_keys SET last_used_at = greatest(last_used_at, now()) FROM used WHERE api_keys.id = used.id
     )
INSERT INTO usage (org_id, month, api_calls, drafts_generated, published_releases)
SELECT org_id, $2, calls, 0, 0 FROM unnest($3::text[], $4::bigint[]) AS told (org_id, calls) ORDER BY org_id
ON CONFLICT (org_id, month) DO UPDATE SET api_calls = usage.api_calls + excluded.api_calls
"""


async def first_organization(session: AsyncSession) -> Organization | None:
    """The organization made first, which the command line acts for."""
    return (await session.exec(select(Organization).order_by(col(Organization.created_at)).limit(1))).first()


class Keys:
    """The keys of one organization."""

    def __init__(self, session: AsyncSession, org_id: str) -> None:
        self._session = session
        self._org_id = org_id

    async def get(self, key_id: str, *, locked: bool = False) -> ApiKey:
        """A key that still works, `locked` until the transaction is over; raises `NotFound`."""
        query = select(ApiKey).where(ApiKey.id == key_id, *self._alive())
        if locked:
            query = query.with_for_update()
        key = (await self._session.exec(query)).first()
        if key is None:
            raise NotFound.of("Key", key_id)
        return key

    async def list(self, page: Page) -> Listed[ApiKey]:
        """Keys that still work."""
        names: Mapping[str, Any] = {
            "createdAt": ApiKey.created_at,
            "updatedAt": ApiKey.created_at,
            "name": ApiKey.name,
        }
        return await listed(self._session, ApiKey, self._alive(), page, names)

    def _alive(self) -> tuple[Any, ...]:
        return (
            ApiKey.org_id == self._org_id,
            col(ApiKey.revoked_at).is_(None),
            or_(col(ApiKey.expires_at).is_(None), col(ApiKey.expires_at) > now()),
        )


class UsageOf:
    """What one organization used, by UTC month."""

    def __init__(self, session: AsyncSession, org_id: str) -> None:
        self._session = session
        self._org_id = org_id

    async def month(self, month: str) -> Usage:
        """The counters of a month; zeros when nothing was counted yet."""
        return await self._session.get(Usage, (self._org_id, month)) or Usage(org_id=self._org_id, month=month)

    async def add(self, month: str, **amounts: int) -> None:
        """Add to counters, exactly, however many add at once."""
        row = insert(Usage).values(
            org_id=self._org_id,
            month=month,
            **{"api_calls": 0, "drafts_generated": 0, "published_releases": 0, **amounts},
        )
        sums = {name: getattr(Usage, name) + amount for name, amount in amounts.items()}
        await self._session.exec(row.on_conflict_do_update(index_elements=["org_id", "month"], set_=sums))

    async def connected_repositories(self) -> int:
        """How many repositories are connected."""
        query = select(func.count()).select_from(Repository).where(col(Repository.org_id) == self._org_id)
        return (await self._session.exec(query)).one()

    async def lock(self) -> Organization:
        """The organization, locked against another decision on its allowance until the transaction ends."""
        query = select(Organization).where(Organization.id == self._org_id).with_for_update(key_share=True)
        return (await self._session.exec(query)).one()

    async def organization(self) -> Organization:
        """The organization itself."""
        return (await self._session.exec(select(Organization).where(Organization.id == self._org_id))).one()


class Idempotency:
    """The remembered answers of one organization."""

    def __init__(self, session: AsyncSession, org_id: str) -> None:
        self._session = session
        self._org_id = org_id

    async def try_lock(self, key: str) -> bool:
        """Hold `key` until the transaction ends; False while another request holds it."""
        statement = text("SELECT pg_try_advisory_xact_lock(hashtextextended(:name, 0))")
        name = f"idempotency:{self._org_id}:{key}"
        return bool(await self._session.scalar(statement, {"name": name}))

    async def find(self, key: str, since: datetime) -> IdempotencyRecord | None:
        """The answer remembered for `key` at or after `since`."""
        query = select(IdempotencyRecord).where(
            IdempotencyRecord.org_id == self._org_id,
            IdempotencyRecord.key == key,
            IdempotencyRecord.created_at >= since,
        )
        return (await self._session.exec(query)).first()

    async def remember(
        self, key: str, request_digest: bytes, status: int, body: bytes, *, running_until: datetime | None = None
    ) -> None:
        """Keep the answer, in place of a provisional one or of one that was too old to be found."""
        values: dict[str, Any] = {"request_digest": request_digest, "status": status, "body": body}
        values |= {"running_until": running_until, "created_at": now()}
        row = insert(IdempotencyRecord).values(org_id=self._org_id, key=key, **values)
        await self._session.exec(row.on_conflict_do_update(index_elements=["org_id", "key"], set_=values))


async def forget_idempotency_before(session: AsyncSession, moment: datetime) -> None:
    """Drop answers that are kept no longer."""
    await session.exec(delete(IdempotencyRecord).where(col(IdempotencyRecord.created_at) < moment))


async def write_usage(connection: Any, month: str, calls: Mapping[str, int], keys: Iterable[str]) -> None:
    """Add calls of organizations to a month, and write down that keys were used just now; on a bare connection, as it
    is done every second beside what is answered meanwhile."""
    await connection.execute(_USED, sorted(keys), month, list(calls), list(calls.values()))
