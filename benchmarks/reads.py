"""The read that clients poll, against the smallest endpoint; and what its rate limit costs and lets through."""

import re
from concurrent.futures import ThreadPoolExecutor
from statistics import median

import httpx
import redis

from benchmarks.load import CONNECTIONS, Load, load
from benchmarks.processes import Served, Stage, cpu_seconds, resident_megabytes
from benchmarks.table import Row, spread

_ROUNDS = 7
_SECONDS = 3
_REQUESTS_FOR_MEMORY = 50_000
_CHECKED_REQUESTS = 500
_LIMIT = 250
_MORE_THAN_LIMIT = 1_000
_INSIDE_SCRIPTS = re.compile(r"cmdstat_(get|pttl|incr|pexpire|info|config)")


def against_bare(api: Served, bare: Served, key: str, draft_id: str) -> list[Row]:
    """Both in turns, the ratio taken round by round; then the memory that the API holds after all of it."""
    mine, theirs = f"{api.url}/api/drafts/{draft_id}", f"{bare.url}/drafts/{draft_id}"
    for url in (mine, theirs):
        load(url, key, 1)
    rounds = [(_timed(bare, theirs, key), _timed(api, mine, key)) for _ in range(_ROUNDS)]
    ratios = [ours.per_second / other.per_second for (other, _), (ours, _) in rounds]
    processor = [theirs_us / ours_us for (_, theirs_us), (_, ours_us) in rounds]
    requests = sum(ours.requests for _, (ours, _) in rounds)
    while requests < _REQUESTS_FOR_MEMORY:
        requests += load(mine, key, _SECONDS).requests
    memory = resident_megabytes(api.process)
    return [
        Row("bare endpoint, requests/s", spread([other.per_second for (other, _), _ in rounds], digits=0)),
        Row("GET /api/drafts/{id}, requests/s", spread([ours.per_second for _, (ours, _) in rounds], digits=0)),
        Row("ratio of requests/s", spread(ratios), "≥ 0.60, wanted 0.90", median(ratios) >= 0.6),
        Row("ratio of requests per processor second of the server", spread(processor)),
        Row(f"API's memory after {requests:,} requests", f"{memory:.0f} MB", "< 160 MB", memory < 160),
    ]


def _timed(server: Served, url: str, key: str) -> tuple[Load, float]:
    """What was answered, and the processor time a request took."""
    before = cpu_seconds(server.process)
    answered = load(url, key, _SECONDS)
    return answered, (cpu_seconds(server.process) - before) / answered.requests


def round_trips(stage: Stage, api: Served, key: str, draft_id: str) -> Row:
    """How often a request goes to Redis, counted by Redis itself. Nothing else may use it meanwhile."""
    with redis.Redis.from_url(stage.redis_url) as client, httpx.Client(headers=_bearer(key)) as http:
        http.get(f"{api.url}/api/drafts/{draft_id}")
        client.config_resetstat()
        for _ in range(_CHECKED_REQUESTS):
            http.get(f"{api.url}/api/drafts/{draft_id}").raise_for_status()
        counted: dict[str, dict[str, int]] = client.info("commandstats")
    sent = sum(entry["calls"] for name, entry in counted.items() if not _INSIDE_SCRIPTS.match(name))
    per_request = sent / _CHECKED_REQUESTS
    return Row("Redis round trips per request", f"{per_request:.3f}", "≤ 1", per_request <= 1)


def exactness(stage: Stage, draft_id: str) -> Row:
    """A limit that two processes share, under more requests at once than it lets through."""
    key = stage.call("keys", "create", "--name", "limited")
    limit = {"RELEASERAY_RATE_LIMIT_PER_MINUTE": str(_LIMIT)}
    with stage.serve(**limit) as one, stage.serve(**limit) as other, ThreadPoolExecutor(2 * CONNECTIONS) as threads:
        urls = [f"{server.url}/api/drafts/{draft_id}" for server in (one, other)]
        with httpx.Client(headers=_bearer(key)) as http:
            statuses = list(threads.map(lambda n: http.get(urls[n % 2]).status_code, range(_MORE_THAN_LIMIT)))
    accepted = statuses.count(200)
    refused = statuses.count(429)
    measured = f"{accepted} accepted, {refused} refused"
    exact = (accepted, refused) == (_LIMIT, _MORE_THAN_LIMIT - _LIMIT)
    return Row(f"limit of {_LIMIT}, 2 processes, {_MORE_THAN_LIMIT:,} requests", measured, f"exactly {_LIMIT}", exact)


def _bearer(key: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {key}"}
