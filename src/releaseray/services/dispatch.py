"""Runs rows that are jobs and wait for others: many at a time, in organizations' turns, each claim kept alive."""

import asyncio
from collections import Counter
from datetime import timedelta
from typing import Generic, Protocol

import structlog

from releaseray.db import is_outage
from releaseray.repositories import claims
from releaseray.repositories.claims import JobRow
from releaseray.services.runtime import Runtime
from releaseray.services.waiting import Finished

_LOOK_AGAIN_SECONDS = 1.0

log = structlog.stdlib.get_logger(__name__)


class Work(Protocol[JobRow]):
    """One kind of row and what is done with it. `at_once` of them run in a process, `share` of an organization."""

    @property
    def table(self) -> type[JobRow]:
        """Whose rows are the jobs."""

    @property
    def at_once(self) -> int:
        """How many run in one process."""

    @property
    def share(self) -> int:
        """How many of them may be one organization's."""

    async def run(self, row: JobRow) -> None:
        """Do the job of a row just claimed, and write down what came of it while the claim holds. What this raises is
        a defect: it is logged, and the row is tried again when its lease is over."""


class Dispatcher(Generic[JobRow]):
    """One a process and kind of work. `notices` tell of new rows."""

    def __init__(self, runtime: Runtime, notices: Finished, work: Work[JobRow]) -> None:
        self._runtime = runtime
        self._notices = notices
        self._work = work
        self._name = str(work.table.__tablename__)  # type: ignore[attr-defined]  # every table has one
        self._lease = timedelta(seconds=runtime.settings.job_lease_seconds)
        self._running: dict[str, tuple[JobRow, asyncio.Task[None]]] = {}

    async def run(self) -> None:
        """Work until cancelled; then what runs may finish for a few seconds, and the rest is given back."""
        renewing = asyncio.create_task(self._keep_alive())
        try:
            while True:
                await self._turn()
        finally:
            await self._finish()
            renewing.cancel()
            await asyncio.gather(renewing, return_exceptions=True)

    async def _turn(self) -> None:
        """Claim what is due, then wait until there may be more: a notice, a job that left its place, or a second."""
        noticed = asyncio.create_task(self._notices.wait(self._name, _LOOK_AGAIN_SECONDS))
        try:
            await self._claim()
            jobs = [task for _, task in self._running.values()]
            await asyncio.wait({noticed, *jobs}, return_when=asyncio.FIRST_COMPLETED)
        except Exception as problem:
            if not is_outage(problem):
                raise
            log.warning("nothing claimed: the database is out of reach", problem=str(problem))
            await asyncio.wait({noticed})
        finally:
            noticed.cancel()
            await asyncio.gather(noticed, return_exceptions=True)

    async def _claim(self) -> None:
        room = self._work.at_once - len(self._running)
        if room <= 0 or not await claims.any_due(self._runtime.database.raw, self._work.table):
            return
        busy = Counter(row.org_id for row, _ in self._running.values())
        full = [org_id for org_id, running in busy.items() if running >= self._work.share]
        async with self._runtime.database.unit_of_work() as uow:
            rows = await claims.claim_due(
                uow.session, self._work.table, self._lease, most=room, share=self._work.share, without=full
            )
        for row in rows:
            self._running[row.id] = row, asyncio.create_task(self._do(row))

    async def _do(self, row: JobRow) -> None:
        try:
            await self._work.run(row)
        except asyncio.CancelledError:
            async with self._runtime.database.unit_of_work() as uow:
                await claims.release(uow.session, self._work.table, row.id, row.attempt)
            raise
        except Exception as problem:
            if is_outage(problem):
                log.warning("result not written: the database is out of reach", job=row.id, problem=str(problem))
            else:
                log.exception("job failed", job=row.id, attempt=row.attempt)
        finally:
            self._running.pop(row.id, None)

    async def _keep_alive(self) -> None:
        """Renew every claim before its lease is over; stop the jobs whose claims are lost."""
        while True:
            await asyncio.sleep(self._lease.total_seconds() / 3)
            mine = {id: (row.attempt, task) for id, (row, task) in self._running.items()}
            if not mine:
                continue
            try:
                async with self._runtime.database.unit_of_work() as uow:
                    pairs = [(id, attempt) for id, (attempt, _) in mine.items()]
                    held = await claims.renew(uow.session, self._work.table, pairs, self._lease)
            except Exception as problem:
                log.warning("claims not renewed yet", problem=str(problem))
                continue
            for id, (_, task) in mine.items():
                if id not in held:
                    task.cancel()

    async def _finish(self) -> None:
        tasks = [task for _, task in self._running.values()]
        if tasks:
            _, late = await asyncio.wait(tasks, timeout=self._runtime.settings.shutdown_seconds)
            for task in late:
                task.cancel()
            await asyncio.gather(*late, return_exceptions=True)
