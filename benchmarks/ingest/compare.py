"""Events accepted and digested a second, ours against Bugsink's, and how soon after acceptance they are visible."""

import asyncio
import statistics
import tempfile
import threading
import time
from bisect import bisect_left
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import asyncpg
import psutil

from benchmarks.ingest import bugsink
from benchmarks.ingest.load import CONNECTIONS, Accepted, Target, send
from benchmarks.ingest.recorded import GROUPS, repeated
from benchmarks.ingest.service import counted, make_service, postgres
from benchmarks.processes import PLENTY, Stage, cpu_seconds
from benchmarks.table import Row, spread
from releaseray.settings import Settings

_ROUNDS = 5
_SECONDS = 10.0
_WARMING_SECONDS = 2.0
_PREPARED = 20_000
_TIMES_BUGSINK = 5
TOLD = (
    f"Events: {bugsink.CONFIGURATION}; both sides get the same envelopes of the Python SDK, gzipped, 3 to 30 kB,\n"
    f"{GROUPS} errors, on {CONNECTIONS} connections."
)
_VISIBLE_SECONDS = 2.0
_DIGEST_SECONDS = 300
_LOOK_SECONDS = 0.02


@dataclass(frozen=True)
class Round:
    """One side's turn: `lags` are seconds from acceptance until the counters showed it, event by event."""

    accepted: Accepted
    counted: int
    digested_seconds: float
    lags: Sequence[float] = ()

    @property
    def digested_per_second(self) -> float:
        """From the first request until the last event was counted."""
        return self.counted / self.digested_seconds

    @property
    def lost(self) -> int:
        """Accepted, but not counted; or counted twice, when negative."""
        return len(self.accepted.at) - self.counted


def against_bugsink(services: Stage) -> list[Row]:
    """Rounds in turns; both get the same bytes, in the same order, on the same number of connections."""
    programs = bugsink.install(Settings().data_dir.absolute() / "benchmarks")
    bodies = list(repeated(_PREPARED))
    ours, theirs, costs = list[Round](), list[Round](), list[dict[str, float]]()
    with _both(services, programs) as (product, processes, other):
        _our_turn(services, product, bodies, _WARMING_SECONDS)
        _their_turn(other, bodies, _WARMING_SECONDS)
        for _ in range(_ROUNDS):
            before = {name: cpu() for name, cpu in processes.items()}
            ours.append(_our_turn(services, product, bodies, _SECONDS))
            each = {name: (cpu() - before[name]) / len(ours[-1].accepted.at) * 1e6 for name, cpu in processes.items()}
            costs.append(each)
            theirs.append(_their_turn(other, bodies, _SECONDS))
    return _rows(ours, theirs, costs)


@contextmanager
def _both(services: Stage, programs: Path) -> Iterator[tuple[str, dict[str, Callable[[], float]], bugsink.Bugsink]]:
    with (
        tempfile.TemporaryDirectory(prefix="bugsink-") as folder,
        bugsink.running(Path(folder), programs) as other,
        services.serve(RELEASERAY_EVENTS_PER_MINUTE=PLENTY) as api,
        services.worker() as worker,
    ):
        postmaster = asyncio.run(postgres(services.database_url))
        processes: dict[str, Callable[[], float]] = {
            "API": lambda: cpu_seconds(api.process),
            "worker": lambda: cpu_seconds(worker),
            "PostgreSQL": lambda: family_seconds(postmaster),
        }
        yield api.url, processes, other


def family_seconds(process: psutil.Process) -> float:
    """Of a process and all its children, also of those that have ended."""
    times = process.cpu_times()
    ended = float(times.children_user + times.children_system)
    return cpu_seconds(process) + ended + sum(map(cpu_seconds, process.children()))


def _our_turn(services: Stage, url: str, bodies: list[bytes], seconds: float) -> Round:
    project_id, key = asyncio.run(make_service(services.database_url))
    watch = Watch(services.database_url, project_id)
    with watch:
        accepted = send(Target(url, project_id, key), iter(bodies), seconds)
        ended = watch.until(len(accepted.at))
    return Round(accepted, watch.counted, ended - accepted.began, watch.lags(accepted.at))


def _their_turn(other: bugsink.Bugsink, bodies: list[bytes], seconds: float) -> Round:
    project = other.project()
    accepted = send(project, iter(bodies), seconds)
    gives_up = time.monotonic() + _DIGEST_SECONDS
    while other.counted(project.project_id) < len(accepted.at) and time.monotonic() < gives_up:
        time.sleep(_LOOK_SECONDS)
    return Round(accepted, other.counted(project.project_id), time.monotonic() - accepted.began)


class Watch:
    """Looks at a service's counters all the while, from a thread of its own."""

    def __init__(self, database_url: str, project_id: int) -> None:
        self._seen: list[tuple[float, int]] = []
        self._done = threading.Event()
        looking = self._look(database_url, project_id)
        self._thread = threading.Thread(target=lambda: asyncio.run(looking), daemon=True)

    def __enter__(self) -> "Watch":
        self._thread.start()
        return self

    def __exit__(self, *problem: object) -> None:
        self._done.set()
        self._thread.join()

    async def _look(self, database_url: str, project_id: int) -> None:
        connection = await asyncpg.connect(database_url)
        while not self._done.is_set():
            number = await counted(connection, project_id)
            self._seen.append((time.monotonic(), number))
            await asyncio.sleep(_LOOK_SECONDS)
        await connection.close()

    @property
    def counted(self) -> int:
        """What the counters showed last."""
        return self._seen[-1][1] if self._seen else 0

    def first(self) -> int:
        """What the counters show at first."""
        while not self._seen:
            time.sleep(_LOOK_SECONDS)
        return self._seen[0][1]

    def until(self, events: int) -> float:
        """When so many were counted; when patience ended, if they never were."""
        gives_up = time.monotonic() + _DIGEST_SECONDS
        while self.counted < events and time.monotonic() < gives_up:
            time.sleep(_LOOK_SECONDS)
        return self._seen[-1][0]

    def lags(self, accepted: Sequence[float]) -> list[float]:
        """For each event, in the order of acceptance, seconds until the counters were that high."""
        numbers = [number for _, number in self._seen]
        places = (bisect_left(numbers, index + 1) for index in range(len(accepted)))
        return [
            max(0.0, self._seen[place][0] - at)
            for place, at in zip(places, accepted, strict=True)
            if place < len(numbers)
        ]


def _rows(ours: Sequence[Round], theirs: Sequence[Round], costs: Sequence[dict[str, float]]) -> list[Row]:
    ratios = [a.accepted.per_second / b.accepted.per_second for a, b in zip(ours, theirs, strict=True)]
    digested = [a.digested_per_second / b.digested_per_second for a, b in zip(ours, theirs, strict=True)]
    tails = [sorted(one.lags)[len(one.lags) * 99 // 100] for one in ours]
    lost, theirs_lost = sum(abs(one.lost) for one in ours), sum(abs(one.lost) for one in theirs)
    each = ", ".join(f"{name} {statistics.median(cost[name] for cost in costs):,.0f}" for name in costs[0])
    sent, others = (sum(len(one.accepted.at) for one in side) for side in (ours, theirs))
    return [
        Row("events accepted/s, one API process, one worker", spread([one.accepted.per_second for one in ours], "", 0)),
        Row(
            f"events accepted/s, Bugsink {bugsink.VERSION}", spread([one.accepted.per_second for one in theirs], "", 0)
        ),
        Row(
            "ratio of events accepted/s",
            spread(ratios, "", 1),
            f"≥ {_TIMES_BUGSINK}",
            statistics.median(ratios) >= _TIMES_BUGSINK,
        ),
        Row("events digested/s, first request → all counted", spread([one.digested_per_second for one in ours], "", 0)),
        Row("events digested/s, Bugsink", spread([one.digested_per_second for one in theirs], "", 0)),
        Row("ratio of events digested/s", spread(digested, "", 1)),
        Row("accepted and not counted, or twice, ours", f"{lost} of {sent:,}", "0", lost == 0),
        Row("accepted and not counted, or twice, Bugsink", f"{theirs_lost} of {others:,}"),
        Row(
            "p99 of acceptance → counters, under that load",
            spread(tails, " s"),
            f"< {_VISIBLE_SECONDS:g} s",
            max(tails) < _VISIBLE_SECONDS,
        ),
        Row("processor time an event, µs", each),
    ]
