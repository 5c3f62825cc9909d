"""`python -m benchmarks.ingest.growth`: what an event costs, and how long lists and trends take, as a service grows."""

import argparse
import asyncio
import http.client
import json
import math
import statistics
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from urllib.parse import urlencode, urlsplit

import asyncpg
import psutil

from benchmarks.ingest.compare import Watch, family_seconds
from benchmarks.ingest.load import Target, send
from benchmarks.ingest.past import GROUPS, SPREAD_DAYS, Past
from benchmarks.ingest.recorded import repeated
from benchmarks.ingest.service import postgres
from benchmarks.processes import PLENTY, Served, Stage, cpu_seconds, stage
from benchmarks.table import Row, render
from releaseray.repositories.expiry import forget_events_before

SIZES = (10_000, 100_000, 1_000_000, 10_000_000)
_ROUNDS = 5
_EVENTS = 2_000
_PATIENCE_SECONDS = 120
_LISTED_AT = 1_000_000
_ASKED = 200
_LIST_MILLISECONDS = 50.0
_FLAT = 1.25
"""How much more processor time an event may take at any size than at the smallest."""
_LISTS: tuple[dict[str, str], ...] = (
    *({"sort": sort, "order": order} for sort in ("created_at", "updated_at", "name") for order in ("asc", "desc")),
    *({"status": status} for status in ("new", "resolved", "regressed", "ignored")),
    {"environment": "production"},
    {"release": "1.20.0"},
    {"environment": "staging", "release": "1.39.0", "status": "new", "sort": "name"},
    {"from": "2026-06-01T00:00:00Z", "to": "2026-07-01T00:00:00Z"},
    {"limit": "100", "offset": "4900", "sort": "updated_at", "environment": "production"},
    *({"limit": "100", "offset": "4900", "sort": sort} for sort in ("created_at", "name")),
    {"limit": "100", "offset": "1900", "sort": "name", "environment": "production", "status": "new"},
    {"limit": "100", "offset": "2400", "sort": "updated_at", "order": "asc"},
    {"from": "2026-01-01T00:00:00Z", "sort": "updated_at", "environment": "staging", "status": "regressed"},
)
_SPANS = (("hour", 1, 50.0), ("day", 29, 50.0), ("hour", 30, 200.0), ("day", 729, 200.0))
"""Interval, days back, and the milliseconds that it may take: the default of both intervals, and their longest."""
Clock = Callable[[], float]


class Growing:
    """One service that takes events at every size."""

    def __init__(self, services: Stage, api: Served, worker: psutil.Process) -> None:
        postmaster = asyncio.run(postgres(services.database_url))
        self._clocks: dict[str, Clock] = {
            "API": lambda: cpu_seconds(api.process),
            "worker": lambda: cpu_seconds(worker),
            "PostgreSQL": lambda: family_seconds(postmaster),
            "clock": time.monotonic,
        }
        self._database_url = services.database_url
        self._url = api.url
        self._key = services.call("keys", "create", "--name", "growth")
        made = self._call("POST", "/api/v1/services", {"name": "growing"})
        self.service_id: str = made["id"]
        self.past = asyncio.run(Past.of(services.database_url, self.service_id))
        key = urlsplit(made["dsn"]).username or ""
        self._target = Target(api.url, self.past.project_id, key)

    def take(self, bodies: Iterator[bytes]) -> dict[str, float]:
        """Microseconds an event, by whose they are; raises RuntimeError when events are lost."""
        watch = Watch(self._database_url, self.past.project_id)
        batch = [next(bodies) for _ in range(_EVENTS)]
        with watch:
            already = watch.first()
            before = {name: clock() for name, clock in self._clocks.items()}
            accepted = send(self._target, iter(batch), _PATIENCE_SECONDS)
            watch.until(already + _EVENTS)
            after = {name: clock() for name, clock in self._clocks.items()}
        if len(accepted.at) != _EVENTS or watch.counted != already + _EVENTS:
            raise RuntimeError(f"{len(accepted.at)} of {_EVENTS} were accepted, {watch.counted - already} counted")
        return {name: (after[name] - before[name]) / _EVENTS * 1e6 for name in before}

    def asked(self, path: str, questions: Sequence[Mapping[str, str]]) -> dict[str, float]:
        """The 99th percentile, by nearest rank, in milliseconds of each question; they are asked in turns."""
        took: dict[str, list[float]] = {urlencode(question): [] for question in questions}
        parts = urlsplit(self._url)
        connection = http.client.HTTPConnection(parts.hostname or "", parts.port)
        for query, times in [*took.items()] * (_ASKED + 1):
            began = time.perf_counter()
            connection.request("GET", f"{path}?{query}", headers={"X-API-Key": self._key})
            answer = connection.getresponse()
            said = answer.read()
            times.append((time.perf_counter() - began) * 1000)
            if answer.status != 200:
                raise RuntimeError(f"{path}?{query}: {said.decode()}")
        connection.close()
        return {query: sorted(times[1:])[math.ceil(_ASKED * 0.99) - 1] for query, times in took.items()}

    def _call(self, method: str, path: str, body: object) -> dict[str, str]:
        parts = urlsplit(self._url)
        connection = http.client.HTTPConnection(parts.hostname or "", parts.port)
        headers = {"X-API-Key": self._key, "Content-Type": "application/json"}
        connection.request(method, path, json.dumps(body), headers)
        answer: dict[str, str] = json.load(connection.getresponse())
        connection.close()
        return answer


def measured(services: Stage, sizes: Sequence[int]) -> Iterator[Row]:
    """Grow one service from size to size; send events and ask at each."""
    bodies = repeated(_EVENTS * (_ROUNDS * len(sizes) + 1))
    with services.serve(RELEASERAY_EVENTS_PER_MINUTE=PLENTY) as api, services.worker() as worker:
        growing = Growing(services, api, worker)
        growing.take(bodies)
        smallest = None
        for size in sizes:
            began = time.monotonic()
            asyncio.run(growing.past.grow(services.database_url, size))
            print(f"{size:,} events are stored, after {time.monotonic() - began:.0f} s …", file=sys.stderr)
            cost = _median([growing.take(bodies) for _ in range(_ROUNDS)])
            smallest = smallest or cost
            yield _cost_row(size, cost, smallest)
            if size == _LISTED_AT:
                yield from _list_rows(growing)
        yield from _trend_rows(growing, size)
        yield asyncio.run(_forgetting_row(services.database_url, size))


def _median(rounds: Sequence[Mapping[str, float]]) -> dict[str, float]:
    return {name: statistics.median(one[name] for one in rounds) for name in rounds[0]}


def _processor(cost: Mapping[str, float]) -> float:
    return sum(value for name, value in cost.items() if name != "clock")


def _cost_row(size: int, cost: Mapping[str, float], smallest: Mapping[str, float]) -> Row:
    ratio = _processor(cost) / _processor(smallest)
    each = ", ".join(f"{name} {value:,.0f}" for name, value in cost.items())
    told = f"{_processor(cost):,.0f} µs ({each}), {ratio:.2f} ×"
    return Row(f"processor time an event, {size:,} stored", told, f"≤ {_FLAT} ×", ratio <= _FLAT)


def _list_rows(growing: Growing) -> Iterator[Row]:
    for query, took in growing.asked(
        "/api/v1/errors", [{"service_id": growing.service_id, **one} for one in _LISTS]
    ).items():
        name = query.partition("&")[2]
        what = f"p99 of errors of {GROUPS:,} groups, {_LISTED_AT:,} events, {name}"
        yield Row(what, f"{took:.1f} ms", f"< {_LIST_MILLISECONDS:g} ms", took < _LIST_MILLISECONDS)


def _trend_rows(growing: Growing, size: int) -> Iterator[Row]:
    now = datetime.now(UTC)
    spans = [{"interval": i, "from": f"{now - timedelta(days=days):%Y-%m-%dT00:00:00Z}"} for i, days, _ in _SPANS]
    took = growing.asked(f"/api/v1/services/{growing.service_id}/trends", spans).values()
    for (interval, days, most), milliseconds in zip(_SPANS, took, strict=True):
        what = f"p99 of trends, {size:,} events, {days} days by the {interval}"
        yield Row(what, f"{milliseconds:.1f} ms", f"< {most:g} ms", milliseconds < most)


async def _forgetting_row(database_url: str, size: int) -> Row:
    """What it takes to forget the tenth that came in first."""
    connection = await asyncpg.connect(database_url)
    began = time.monotonic()
    gone = await forget_events_before(connection, datetime.now(UTC) - timedelta(days=SPREAD_DAYS * 0.9))
    took = time.monotonic() - began
    await connection.close()
    return Row(f"forgetting the oldest of {size:,} events, in batches", f"{gone:,} in {took:.1f} s")


def main() -> None:
    """Measure and print; the part `growth` of `python -m benchmarks` is the same, for RESULTS.md."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.ingest.growth", description=__doc__)
    parser.add_argument("--sizes", type=int, nargs="+", default=SIZES, help="how many events are stored")
    given = parser.parse_args()
    rows = []
    with stage() as services:
        for row in measured(services, given.sizes):
            rows.append(row)
            print(f"{row.what}: {row.measured}", file=sys.stderr)
    print(render(rows))


if __name__ == "__main__":
    main()
