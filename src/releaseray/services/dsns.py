"""Which service a DSN's key belongs to, remembered for seconds."""

import time
from collections import OrderedDict
from typing import NamedTuple

from releaseray.db import Database

_REMEMBERED_SECONDS = 5.0
_REMEMBERED_KEYS = 10_000
_QUERY = "SELECT id, project_id FROM services WHERE public_key = $1"


class Receiver(NamedTuple):
    """The service that a client may send to."""

    service_id: str
    project_id: int


class Dsns:
    """One a process."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._known: OrderedDict[str, tuple[float, Receiver | None]] = OrderedDict()

    async def find(self, public_key: str, project_id: int) -> Receiver | None:
        """The service with that key, if its project is the one named too."""
        ends, receiver = self._known.get(public_key, (0.0, None))
        if ends < time.monotonic():
            row = await self._database.raw.fetchrow(_QUERY, public_key)
            receiver = row and Receiver(row["id"], row["project_id"])
            self._known[public_key] = (time.monotonic() + _REMEMBERED_SECONDS, receiver)
            if len(self._known) > _REMEMBERED_KEYS:
                self._known.popitem(last=False)
        return receiver if receiver is not None and receiver.project_id == project_id else None
