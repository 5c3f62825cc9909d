"""What Sentry SDKs send: accepted, answered in the protocol's words, and counted exactly once."""

import asyncio
import gzip
import json
import time
import zlib
from collections.abc import MutableMapping, Sequence
from typing import Any
from uuid import uuid4

import brotli
import httpx
import pytest
import structlog
from tests.api.v1.conftest import Reporter, envelope, exception, new_reporter
from tests.conftest import Server, serving, working
from tests.processes import wait_until

from releaseray.settings import Settings


def test_an_event_creates_its_release_and_is_counted(reporter: Reporter) -> None:
    reporter.raised()
    reporter.wait_for((1, 1, 0))


def test_events_of_one_error_are_one_new_error(reporter: Reporter) -> None:
    for function in ("pay", "pay", "refund"):
        reporter.raised(function=function)
    reporter.wait_for((3, 2, 0))


def test_the_same_event_id_counts_once(reporter: Reporter) -> None:
    event = exception(release="1.0.0")
    twice = envelope(event)
    assert [reporter.send(twice).status_code for _ in range(3)] == [200, 200, 200]
    reporter.raised(function="refund")
    reporter.wait_for((2, 2, 0))


def test_counters_are_current_within_two_seconds(reporter: Reporter) -> None:
    reporter.deploy("1.0.0")

    def takes(number: int) -> float:
        reporter.raised()
        accepted = time.monotonic()
        reporter.wait_for((number, 1, 0))
        return time.monotonic() - accepted

    # Where the first takes longer, the machine may have stood still; what waits by itself does so each time.
    assert any(takes(number) < 2 for number in range(1, 6))


def test_environments_are_counted_apart(reporter: Reporter) -> None:
    reporter.raised(environment="canary")
    reporter.raised()
    reporter.wait_for((1, 1, 0), environment="canary")
    reporter.wait_for((1, 0, 0))


def test_a_late_event_takes_the_credit_of_being_new(reporter: Reporter) -> None:
    reporter.raised(release="2.0.0")
    reporter.wait_for((1, 1, 0), "2.0.0")
    reporter.raised(release="1.0.0", timestamp=time.time() - 3600)
    reporter.wait_for((1, 1, 0), "1.0.0")
    reporter.wait_for((1, 0, 0), "2.0.0")


@pytest.mark.parametrize(
    ("name", "pack"), [("gzip", gzip.compress), ("deflate", zlib.compress), ("br", brotli.compress)]
)
def test_packed_envelopes(reporter: Reporter, name: str, pack: Any) -> None:
    event = exception(release="1.0.0")
    answer = reporter.send(pack(envelope(event)), **{"Content-Encoding": name})
    assert (answer.status_code, answer.json()) == (200, {"id": event["event_id"]})
    reporter.wait_for((1, 1, 0))


def test_browsers_send_key_and_version_in_the_query_and_ask_first(reporter: Reporter) -> None:
    asked = httpx.options(f"{reporter.url}/envelope/", headers={"Origin": "https://shop.example"})
    assert (asked.status_code, asked.headers["Access-Control-Allow-Origin"]) == (204, "*")
    query = {"sentry_key": reporter.dsn.public_key, "sentry_version": "7"}
    sent = httpx.post(
        f"{reporter.url}/envelope/",
        params=query,
        content=envelope(exception(release="1.0.0")),
        headers={"Content-Type": "text/plain;charset=UTF-8"},
    )
    assert (sent.status_code, sent.headers["Access-Control-Allow-Origin"]) == (200, "*")
    reporter.wait_for((1, 1, 0))


def test_the_key_may_be_in_the_envelopes_own_dsn(reporter: Reporter) -> None:
    body = envelope(exception(release="1.0.0"), dsn=str(reporter.dsn))
    assert httpx.post(f"{reporter.url}/envelope/", content=body).status_code == 200
    reporter.wait_for((1, 1, 0))


def test_the_store_endpoint_takes_one_event(reporter: Reporter) -> None:
    event = exception(release="1.0.0")
    answer = httpx.post(f"{reporter.url}/store/", json=event, headers=reporter.headers)
    assert (answer.status_code, answer.json()) == (200, {"id": event["event_id"]})
    reporter.wait_for((1, 1, 0))


def test_what_is_not_supported_is_skipped(reporter: Reporter) -> None:
    header = b'{}\n{"type":"transaction"}\n{"spans":[]}\n{"type":"attachment","length":3}\n\x00\xff\n\n'
    answer = reporter.send(header)
    assert (answer.status_code, answer.json()) == (200, {})


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (b"", "empty"),
        (b"nonsense", "Envelope header"),
        (b'{}\n{"type":"event","length":99}\n{}', "99 bytes announced"),
        (b'{}\n{"type":"event"}\n[1]\n', "not a JSON object"),
        (b'{}\n{"type":"event"}\n{"event_id": "x"}\n', "event_id"),
        (b'{}\n{"type":"event"}\n' + b"[" * 100_000 + b"\n", "nested too deeply"),
    ],
)
def test_what_is_no_envelope_is_refused_with_the_reason(reporter: Reporter, body: bytes, said: str) -> None:
    answer = reporter.send(body)
    assert answer.status_code == 400
    assert said in answer.json()["message"]
    assert answer.headers["X-Sentry-Error"] == answer.json()["message"]


def test_too_large_is_too_large_however_it_is_packed(reporter: Reporter) -> None:
    huge = envelope(exception(release="1.0.0", message="x" * 2_000_000))
    assert reporter.send(huge).status_code == 413
    bomb = gzip.compress(b'{}\n{"type":"attachment"}\n' + bytes(120 * 2**20))
    assert reporter.send(bomb, **{"Content-Encoding": "gzip"}).status_code == 413
    assert reporter.send(b"\x1f\x8bnonsense", **{"Content-Encoding": "gzip"}).status_code == 400


def test_odd_characters_do_not_hurt(reporter: Reporter) -> None:
    reporter.raised("Odd\x00Error \ud800", message="nul \x00", tags={"a\x00": "b"}, release="1.0.0")
    reporter.wait_for((1, 1, 0))


@pytest.mark.parametrize("key", ["0" * 32, "not a key!", ""])
def test_a_wrong_key_is_unauthorized(reporter: Reporter, key: str) -> None:
    headers = {"X-Sentry-Auth": f"Sentry sentry_key={key}"}
    answer = httpx.post(f"{reporter.url}/envelope/", content=envelope(exception()), headers=headers)
    assert answer.status_code == 401
    assert answer.json()["error"] == "Unauthorized"


def test_a_key_works_for_its_own_project_only(server: Server, client: httpx.Client, reporter: Reporter) -> None:
    other = new_reporter(server, client, "billing")
    answer = httpx.post(f"{other.url}/envelope/", content=envelope(exception()), headers=reporter.headers)
    assert answer.status_code == 401


def test_a_storm_of_one_service_is_limited_in_the_protocols_words(settings: Settings, client: httpx.Client) -> None:
    with serving(settings.model_copy(update={"events_per_minute": 3})) as limited:
        loud, quiet = new_reporter(limited, client, "loud"), new_reporter(limited, client, "quiet")
        answers = [loud.send(envelope(exception(release="1.0.0"))) for _ in range(5)]
        assert [answer.status_code for answer in answers] == [200, 200, 200, 429, 429]
        seconds = int(answers[-1].headers["Retry-After"])
        assert 1 <= seconds <= 60
        assert answers[-1].headers["X-Sentry-Rate-Limits"] == f"{seconds}::project"
        quiet.raised()
        loud.wait_for((3, 1, 0))


def test_sessions_are_counted_once_each(server: Server, reporter: Reporter) -> None:
    reporter.deploy("1.0.0")
    attrs = {"release": "1.0.0", "environment": "production"}
    sid = str(uuid4())
    started = "2026-11-22T10:00:00Z"
    for status in ("ok", "crashed", "ok"):
        session = {"sid": sid, "status": status, "started": started, "attrs": attrs}
        assert reporter.send(envelope(session, kind="session")).status_code == 200
    sums = {"attrs": attrs, "aggregates": [{"started": started, "exited": 8, "errored": 1}]}
    assert reporter.send(envelope(sums, kind="sessions")).status_code == 200
    reporter.raised()
    reporter.wait_for((1, 1, 0))

    async def rows() -> Any:
        query = "SELECT total, errored, crashed FROM session_hours WHERE service_id = $1"
        return await server.runtime.database.raw.fetch(query, reporter.id)

    assert [tuple(row) for row in server.run(rows())] == [(10, 1, 1)]


def test_what_was_accepted_waits_for_a_digest(settings: Settings, client: httpx.Client) -> None:
    """Two digests at once share the work and count nothing twice."""
    with serving(settings) as other:
        reporter = new_reporter(other, client)
        with working(settings):
            for number in range(100):
                reporter.raised(function=f"step_{chr(97 + number % 10)}")
            reporter.wait_for((100, 10, 0))


def test_an_event_keeps_its_id_from_the_envelopes_header(reporter: Reporter) -> None:
    event = exception(release="1.0.0")
    id = uuid4().hex
    answer = reporter.send(envelope(event, event_id=id))
    assert answer.json() == {"id": id}
    assert json.loads(reporter.send(envelope(event, event_id=id)).content) == {"id": id}
    reporter.wait_for((1, 1, 0))


def test_acceptance_slows_down_while_digests_are_behind(server: Server, reporter: Reporter) -> None:
    reporter.raised()
    reporter.wait_for((1, 1, 0))

    async def while_the_service_is_locked() -> float:
        async with server.runtime.database.raw.acquire() as connection, connection.transaction():
            await connection.execute("SELECT FROM services WHERE id = $1 FOR UPDATE", reporter.id)
            await asyncio.to_thread(reporter.raised)
            await asyncio.sleep(1)
            began = time.monotonic()
            await asyncio.to_thread(reporter.raised)
            return time.monotonic() - began

    assert 0.2 <= server.run(while_the_service_is_locked()) < 10
    reporter.wait_for((3, 1, 0))


def test_only_what_is_refused_makes_a_line_in_the_log(reporter: Reporter) -> None:
    with structlog.testing.capture_logs() as lines:
        reporter.raised()
        assert reporter.send(b"nonsense").status_code == 400
        # The line is written once the answer has gone out.
        wait_until(lambda: told(lines))
    assert told(lines) == [400]


def told(lines: Sequence[MutableMapping[str, Any]]) -> list[int]:
    """The statuses of envelopes that the log tells of."""
    return [line["status"] for line in lines if line["event"] == "request" and line["path"].endswith("/envelope/")]


def test_events_are_posted(reporter: Reporter) -> None:
    answer = httpx.get(f"{reporter.url}/envelope/")

    assert (answer.status_code, answer.headers["Allow"], answer.json()["error"]) == (405, "POST", "Method not allowed")
