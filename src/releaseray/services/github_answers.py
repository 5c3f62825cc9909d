"""Keeps what GitHub said, by organization, so that it need not be asked again."""

import asyncio
import hashlib
import zlib

import structlog

from releaseray.db import Database, is_outage
from releaseray.repositories.github import Answers

_LARGEST = 8_000_000
"""Bytes of what is kept, packed; what is larger is asked for again."""
_QUICKLY = 1

log = structlog.stdlib.get_logger(__name__)


class KeptAnswers:
    """A `Storage` in the database. One that is away keeps nothing, and nobody waits for it."""

    def __init__(self, database: Database, org_id: str) -> None:
        self._database, self._org_id = database, org_id

    async def load(self, key: str) -> bytes | None:
        """What was kept, or None."""
        try:
            async with self._database.reading() as session:
                packed = await Answers(session, self._org_id).find(_short(key))
            return await asyncio.to_thread(zlib.decompress, packed) if packed else None
        except zlib.error:
            return None
        except Exception as problem:
            if not is_outage(problem):
                raise
            log.warning("what GitHub said is not looked up", problem=str(problem))
            return None

    async def save(self, key: str, value: bytes) -> None:
        """Keep it until it is not used for a month."""
        packed = await asyncio.to_thread(zlib.compress, value, _QUICKLY)
        if len(packed) > _LARGEST:
            return
        try:
            async with self._database.unit_of_work() as uow:
                await Answers(uow.session, self._org_id).put(_short(key), packed)
        except Exception as problem:
            if not is_outage(problem):
                raise
            log.warning("what GitHub said is not kept", problem=str(problem))


def _short(key: str) -> str:
    """A key of one length: an address in it may be longer than what the database can find things by."""
    return hashlib.sha256(key.encode()).hexdigest()
