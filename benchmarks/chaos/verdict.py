"""What is counted when the dust has settled."""

import asyncio
import time
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

import asyncpg

_LOOK_SECONDS = 0.5


@dataclass(frozen=True)
class Verdict:
    """The database's own account of a run."""

    drafts: Mapping[str, str]
    """Draft id → status."""
    attempts: Counter[int]
    counted: int
    """`draftsGenerated`, summed over organizations."""
    settled_seconds: float
    """From the last kill until nothing was in process."""

    def complaints(self, asked: int, accepted: Mapping[str, str], lost: Iterable[str]) -> Iterator[str]:
        """Whatever is not as promised, in words; nothing when all is well."""
        known, ids = set(self.drafts), list(accepted.values())
        if len(ids) != asked:
            yield f"{asked - len(ids)} drafts were never accepted"
        if len(set(ids)) != len(ids):
            yield f"{len(ids) - len(set(ids))} requests share a draft"
        if missing := {*ids, *lost} - known:
            yield f"{len(missing)} accepted drafts are gone"
        if twice := known - set(ids):
            yield f"{len(twice)} drafts exist that nobody was told of"
        if other := Counter(status for status in self.drafts.values() if status != "completed"):
            yield f"not completed: {dict(other)}"
        if self.counted != asked:
            yield f"the usage counter says {self.counted}"


async def settled(database_url: str, seconds: float) -> Verdict:
    """Wait until nothing is in process, at most so long, and count."""
    began = time.monotonic()
    connection = await asyncpg.connect(database_url)
    try:
        while await connection.fetchval("SELECT count(*) FROM drafts WHERE status = 'processing'"):
            if time.monotonic() - began > seconds:
                break
            await asyncio.sleep(_LOOK_SECONDS)
        rows = await connection.fetch("SELECT id, status, attempt FROM drafts")
        counted = await connection.fetchval("SELECT coalesce(sum(drafts_generated), 0) FROM usage")
    finally:
        await connection.close()
    return Verdict(
        {row["id"]: row["status"] for row in rows},
        Counter(row["attempt"] for row in rows),
        int(counted),
        time.monotonic() - began,
    )
