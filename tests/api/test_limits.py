"""Rate limits: exact under concurrency, honest in their headers, shared by all processes."""

import contextlib
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import httpx
import pytest
from tests.conftest import Org, Server, make_org, serving

from releaseray.settings import Settings


@contextlib.contextmanager
def org_of(server: Server) -> Iterator[Org]:
    org = make_org(server)
    with org.client:
        yield org


@pytest.fixture(scope="module")
def strict(settings: Settings) -> Iterator[tuple[Server, Server]]:
    """Two servers on the same Redis with the documented limit a minute and a low one an hour."""
    limits = {"rate_limit_per_minute": 100, "rate_limit_per_hour": 120, "unauthorized_per_minute": 5}
    narrow = settings.model_copy(update=limits)
    with serving(narrow) as first, serving(narrow) as second:
        yield first, second


def test_exactly_the_limit_is_let_through_by_two_processes_at_once(strict: tuple[Server, Server]) -> None:
    urls = [f"{strict[i % 2].url}/api/stats" for i in range(150)]
    with org_of(strict[0]) as org, ThreadPoolExecutor(16) as pool, httpx.Client(timeout=30) as client:
        headers = {"X-API-Key": org.key}
        statuses = list(pool.map(lambda url: client.get(url, headers=headers).status_code, urls))
    assert Counter(statuses) == {200: 100, 429: 50}


def test_the_refusal_is_the_documented_one(strict: tuple[Server, Server]) -> None:
    with org_of(strict[0]) as org:
        first = org.client.get("/api/stats")
        for _ in range(99):
            org.client.get("/api/stats")
        refused = org.client.get("/api/stats")
    assert first.headers["X-RateLimit-Limit"] == "100"
    assert first.headers["X-RateLimit-Remaining"] == "99"
    assert 0 < int(first.headers["X-RateLimit-Reset"]) - time.time() <= 61
    seconds = refused.json()["retryAfter"]
    assert refused.status_code == 429
    assert list(refused.json()) == ["error", "message", "retryAfter"]
    assert refused.json()["message"] == f"Limit: 100 requests per minute. Try again in {seconds} seconds."
    assert refused.headers["Retry-After"] == str(seconds)
    assert refused.headers["X-RateLimit-Remaining"] == "0"


def test_errors_carry_the_headers_too(client: httpx.Client) -> None:
    answer = client.get("/api/drafts/draft_nothere")
    assert answer.status_code == 404
    assert int(answer.headers["X-RateLimit-Remaining"]) >= 0


def test_an_hour_that_is_full_is_the_window_described(settings: Settings) -> None:
    narrow = settings.model_copy(update={"rate_limit_per_minute": 100, "rate_limit_per_hour": 3})
    with serving(narrow) as server, org_of(server) as org:
        assert [org.client.get("/api/stats").status_code for _ in range(4)] == [200, 200, 200, 429]
        refused = org.client.get("/api/stats")
        assert refused.json()["message"].startswith("Limit: 3 requests per hour.")
        assert refused.headers["X-RateLimit-Limit"] == "3"
        assert 3500 < refused.json()["retryAfter"] <= 3600


def test_the_day_is_counted_for_all_keys_of_an_organization(settings: Settings) -> None:
    narrow = settings.model_copy(update={"rate_limit_org_per_day": 2})
    with serving(narrow) as server, org_of(server) as org:
        other = org.client.post("/api/keys", json={"name": "another"}).json()["key"]
        assert org.client.get("/api/stats").status_code == 200
        refused = httpx.get(f"{server.url}/api/stats", headers={"X-API-Key": other})
        assert refused.status_code == 429
        assert "per day per organization" in refused.json()["message"]


def test_an_address_that_keeps_failing_is_refused(strict: tuple[Server, Server]) -> None:
    with httpx.Client(base_url=strict[0].url, headers={"X-API-Key": "guess"}) as client:
        statuses = [client.get("/api/stats").status_code for _ in range(7)]
    assert statuses.count(401) <= 5
    assert statuses[-2:] == [429, 429]


def test_without_redis_requests_are_served_and_still_limited(settings: Settings) -> None:
    away = settings.model_copy(update={"redis_url": "unix:///nowhere/redis.sock", "rate_limit_per_minute": 3})
    with serving(away) as server, org_of(server) as org:
        assert [org.client.get("/api/stats").status_code for _ in range(5)] == [200, 200, 200, 429, 429]
        assert httpx.get(f"{server.url}/readyz").json()["checks"]["redis"] == "out of reach"
