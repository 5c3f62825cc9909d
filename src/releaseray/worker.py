"""The worker: arq jobs that hand over to the services, woken at once, watched over by a sweeper."""

import asyncio
import gc
from collections.abc import Awaitable, Sequence
from contextlib import suppress
from datetime import UTC, timedelta
from typing import Any, cast

import structlog
from arq.connections import ArqRedis
from arq.cron import cron
from arq.worker import Worker, func
from prometheus_client import Counter, Histogram, start_http_server
from redis.exceptions import RedisError
from structlog.contextvars import bound_contextvars

from releaseray import jobs
from releaseray.models import now
from releaseray.repositories.expiry import forget_events_before
from releaseray.repositories.github import forget_answers_before
from releaseray.repositories.incoming import forget_incoming_before
from releaseray.repositories.organizations import forget_idempotency_before
from releaseray.repositories.webhooks import forget_deliveries_before, forget_former_secrets
from releaseray.services import calls, deploys, generation
from releaseray.services.digesting import keep_digesting
from releaseray.services.drafts import GENERATE
from releaseray.services.incoming import HARMLESS
from releaseray.services.prepared import PreparedHistories
from releaseray.services.releases import EXAMINE
from releaseray.services.rounds import go_round
from releaseray.services.runtime import Runtime
from releaseray.settings import Settings

_RECONNECT_SECONDS = 1.0
_WAKE_SECONDS = 1
_REDIS_SECONDS = 10
_LOCK_SECONDS = 10
_SWEEP_LIMIT = 60
_EXAMINE_LIMIT = 900
_IDEMPOTENCY_KEPT = timedelta(hours=24)
_DELIVERIES_KEPT = timedelta(days=30)
_ANSWERS_KEPT = timedelta(days=30)
_OBJECTS_BETWEEN_COLLECTIONS = 400_000

JOBS = Counter("releaseray_worker_jobs_total", "Jobs run", ["function"])
SECONDS = Histogram("releaseray_worker_job_seconds", "Time a job took", ["function"])

log = structlog.stdlib.get_logger(__name__)


async def generate_draft(ctx: dict[str, Any], draft_id: str, request_id: str) -> None:
    """Make one draft."""
    with bound_contextvars(request_id=request_id), SECONDS.labels(GENERATE).time():
        await generation.generate(ctx["runtime"], ctx["histories"], draft_id)
    JOBS.labels(GENERATE).inc()


async def read_deploys(ctx: dict[str, Any]) -> None:
    """Have this process read what was deployed: not here, where a long history would hold up drafts."""
    deployed: asyncio.Event = ctx["deployed"]
    deployed.set()


async def sweep(runtime: Runtime) -> None:
    """Queue again what nobody works on."""
    found = await generation.sweep(runtime)
    if found:
        log.info("queued again", drafts=found)


async def examine_deploys(runtime: Runtime) -> None:
    """Read what new deploys brought."""
    found = await deploys.examine(runtime)
    if found:
        log.info("deploys examined", deploys=found)


async def housekeep(ctx: dict[str, Any]) -> None:
    """Forget what is kept for a time only."""
    runtime: Runtime = ctx["runtime"]
    await forget_events_before(runtime.database.raw, now() - timedelta(days=runtime.settings.event_days))
    async with runtime.database.unit_of_work() as uow:
        await forget_idempotency_before(uow.session, now() - _IDEMPOTENCY_KEPT)
        await forget_deliveries_before(uow.session, now() - _DELIVERIES_KEPT)
        await forget_former_secrets(uow.session)
        await forget_answers_before(uow.session, now() - _ANSWERS_KEPT)
        await forget_incoming_before(uow.session, now() - _DELIVERIES_KEPT, HARMLESS)


_CRONS = [cron(housekeep, name="housekeep", minute={0, 10, 20, 30, 40, 50}, second=30, keep_result=0, timeout=300)]
"""Not what is done every few seconds: for arq each time is a job, with some thirty commands to Redis."""


class WakingWorker(Worker):
    """arq's worker, but idle ones block on a list in Redis instead of polling, and look into the queue the moment
    something is pushed or a slot is free. Once a second they look anyway, for deferred jobs and crons."""

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        # The row's lease protects a draft. A lock of a killed worker that lasts only hides the queue behind it.
        self.in_progress_timeout_s = _LOCK_SECONDS

    async def main(self) -> None:
        """Run until cancelled, or until Redis is lost or silent (`RedisError`, `OSError`)."""
        while True:
            async with asyncio.timeout(_REDIS_SECONDS):
                await self._poll_iteration()
                await self._wait_for_work()

    async def _wait_for_work(self) -> None:
        if self.job_counter < self.max_jobs or not self.tasks:
            await cast(Awaitable[Any], self.pool.blpop([jobs.WAKE], timeout=_WAKE_SECONDS))
        else:
            await asyncio.wait(self.tasks.values(), timeout=_WAKE_SECONDS, return_when=asyncio.FIRST_COMPLETED)

    async def run_job(self, job_id: str, score: int) -> None:
        """As arq does. A Redis that is lost meanwhile does not hear how the job ended, and need not."""
        try:
            await super().run_job(job_id, score)
        except (RedisError, OSError) as problem:
            log.warning("Redis does not know that a job ended", job_id=job_id, problem=str(problem))

    async def start_jobs(self, job_ids: list[bytes]) -> None:
        """As arq does, but never again what this worker is at."""
        await super().start_jobs([job_id for job_id in job_ids if job_id.decode() not in self.tasks])


def make_worker(
    runtime: Runtime, histories: PreparedHistories, deployed: asyncio.Event, pool: ArqRedis
) -> WakingWorker:
    """A worker on an open Redis pool, which sets `deployed` when it is told of deploys. It handles no signals and keeps
    no results."""
    settings = runtime.settings
    return WakingWorker(
        [
            func(generate_draft, name=GENERATE, timeout=settings.draft_timeout + 60, max_tries=1_000_000),
            func(read_deploys, name=EXAMINE),
        ],
        queue_name=jobs.QUEUE,
        cron_jobs=_CRONS,
        redis_pool=pool,
        handle_signals=False,
        max_jobs=settings.worker_jobs,
        keep_result=0,
        health_check_interval=30,
        ctx={"runtime": runtime, "histories": histories, "deployed": deployed},
        job_serializer=jobs.serialize,
        job_deserializer=jobs.deserialize,
        timezone=UTC,
    )


async def run(settings: Settings, stop: asyncio.Event) -> None:
    """Work until `stop`, whatever becomes of Redis meanwhile; then give running jobs a few seconds to finish.

    Raises what asyncpg raises when the database is out of reach at the start, and what else ended it.
    """
    # A history is a heap of tuples without cycles; at Python's own 700 the search for some takes a fifth of the time.
    gc.set_threshold(_OBJECTS_BETWEEN_COLLECTIONS)
    runtime = Runtime.of(settings)
    await runtime.start()
    if settings.metrics_port is not None:
        start_http_server(settings.metrics_port, settings.host)
    workers: list[WakingWorker] = []
    deployed = asyncio.Event()
    working = asyncio.create_task(_keep_working(runtime, workers, deployed))
    digesting = asyncio.create_task(keep_digesting(runtime.database.dsn))
    calling = asyncio.create_task(calls.dispatch(runtime))
    sweeping = asyncio.create_task(go_round(runtime, "sweep", sweep, _SWEEP_LIMIT))
    examining = asyncio.create_task(go_round(runtime, "deploys", examine_deploys, _EXAMINE_LIMIT, deployed))
    stopping = asyncio.create_task(stop.wait())
    tasks = (working, digesting, calling, sweeping, examining, stopping)
    try:
        await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in tasks:
            task.cancel()
        outcomes = await asyncio.gather(*tasks, return_exceptions=True)
        await _let_finish(workers, settings.shutdown_seconds)
        await runtime.close()
    for ended in outcomes:
        if isinstance(ended, Exception):
            raise ended


async def _keep_working(runtime: Runtime, workers: list[WakingWorker], deployed: asyncio.Event) -> None:
    """One worker after the other, each for as long as its connection to Redis lasts; `workers` still have jobs."""
    histories = PreparedHistories()
    while True:
        for idle in [worker for worker in workers if not _unfinished([worker])]:
            workers.remove(idle)
            with suppress(RedisError, OSError):
                await idle.pool.aclose()
        try:
            worker = make_worker(runtime, histories, deployed, await jobs.connect(runtime.redis_url))
            workers.append(worker)
            log.info("worker ready", jobs=worker.max_jobs)
            await worker.async_run()
        except (RedisError, OSError) as problem:
            log.warning("Redis is out of reach, trying again", problem=str(problem))
            await asyncio.sleep(_RECONNECT_SECONDS)


def _unfinished(workers: Sequence[WakingWorker]) -> set[asyncio.Task[Any]]:
    return {task for worker in workers for task in worker.tasks.values() if not task.done()}


async def _let_finish(workers: Sequence[WakingWorker], seconds: float) -> None:
    unfinished = _unfinished(workers)
    if unfinished:
        _, late = await asyncio.wait(unfinished, timeout=seconds)
        for worker in workers:
            for job in worker.job_tasks.values():
                job.cancel()
        await asyncio.gather(*late, return_exceptions=True)
    for worker in workers:
        await worker.pool.aclose()
