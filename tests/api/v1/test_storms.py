"""A service that sends far too much: it is told to hold back, and nobody else notices."""

from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import httpx
import pytest
from tests.api.v1.conftest import envelope, exception, new_reporter
from tests.conftest import Org, Server, make_org, serving

from releaseray.settings import Settings

LIMIT = 50


@pytest.fixture
def limited(settings: Settings) -> Iterator[Server]:
    """A server that takes fifty events a minute of each service."""
    with serving(settings.model_copy(update={"events_per_minute": LIMIT})) as server:
        yield server


@pytest.fixture
def org(limited: Server) -> Iterator[Org]:
    made = make_org(limited)
    with made.client:
        yield made


def test_a_storm_is_limited_exactly_and_nobody_else_is(limited: Server, server: Server, client: httpx.Client) -> None:
    loud, quiet = new_reporter(limited, client, "loud"), new_reporter(limited, client, "quiet")

    def blow(_: int) -> httpx.Response:
        return loud.send(envelope(exception(release="1.0.0")))

    with ThreadPoolExecutor(8) as threads:
        storm = threads.map(blow, range(4 * LIMIT))
        for _ in range(10):
            quiet.raised()
        answers = list(storm)
    assert Counter(answer.status_code for answer in answers) == {200: LIMIT, 429: 3 * LIMIT}
    for refused in (answer for answer in answers if answer.status_code == 429):
        seconds = int(refused.headers["Retry-After"])
        assert 1 <= seconds <= 60
        assert refused.headers["X-Sentry-Rate-Limits"] == f"{seconds}::project"
        assert refused.json()["retryAfter"] == seconds
    loud.wait_for((LIMIT, 1, 0))
    quiet.wait_for((10, 1, 0))


def test_an_envelope_of_many_events_is_no_way_around(limited: Server, server: Server, client: httpx.Client) -> None:
    loud = new_reporter(limited, client)
    many = [exception(release="1.0.0") for _ in range(LIMIT + 1)]
    assert loud.send(envelope(*many)).status_code == 429


def test_reports_are_limited_item_by_item(limited: Server, server: Server, client: httpx.Client) -> None:
    loud = new_reporter(limited, client)
    report = {"service_id": loud.id, "message": "bad amount", "release": "1.0.0"}
    body = client.post("/api/v1/errors", json={"errors": [report] * (LIMIT + 3)}).json()
    assert (body["accepted"], body["rejected"]) == (LIMIT, 3)
    assert body["results"][-1]["error"]["error"] == "Rate limit exceeded"
    refused = client.post("/api/v1/errors", json=report)
    assert refused.status_code == 429
    assert int(refused.headers["Retry-After"]) == refused.json()["retryAfter"]
    loud.wait_for((LIMIT, 1, 0))


def test_a_storm_of_wrong_keys_locks_out_no_right_one(settings: Settings, server: Server) -> None:
    few = settings.model_copy(update={"unauthorized_per_minute": 5})
    with serving(few) as guarded, make_org(guarded).client as client:
        reporter = new_reporter(guarded, client)
        wrong = {"X-Sentry-Auth": f"Sentry sentry_key={'0' * 32}"}
        statuses = [reporter.send(envelope(exception()), **wrong).status_code for _ in range(8)]
        # Other tests may have failed to authenticate from this address within the minute.
        assert statuses.count(401) <= 5
        assert statuses[-3:] == [429] * 3
        reporter.raised()
        reporter.wait_for((1, 1, 0))
