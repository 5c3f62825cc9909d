"""Whatever a client sends where events come in: a protocol answer, and the next good event is counted."""

from random import Random
from uuid import uuid4

import pytest
from benchmarks.fuzz.bodies import Sending, draw, envelope
from benchmarks.fuzz.client import Answer, send
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.api.v1.conftest import Reporter

SLOW = [HealthCheck.function_scoped_fixture, HealthCheck.too_slow, HealthCheck.large_base_example]


def sent(reporter: Reporter, sending: Sending) -> Answer | None:
    server = reporter.url.rpartition("/api/")[0]
    return send(server, reporter.dsn.project_id, reporter.dsn.public_key, sending)


@settings(max_examples=30, deadline=None, suppress_health_check=SLOW)
@given(st.randoms(use_true_random=False))
def test_the_answer_is_one_of_the_protocols(reporter: Reporter, random: Random) -> None:
    sending = draw(random, uuid4().hex)
    answer = sent(reporter, sending)
    assert sending.cut if answer is None else answer.fault is None, (sending.kind, answer)


@settings(max_examples=40, deadline=None, suppress_health_check=SLOW)
@given(st.sampled_from(["envelope", "store"]), st.binary(max_size=300), st.sampled_from(["", "gzip", "deflate", "br"]))
def test_any_bytes_at_all(reporter: Reporter, path: str, body: bytes, encoding: str) -> None:
    headers = {"Content-Encoding": encoding} if encoding else {}
    answer = sent(reporter, Sending("bytes", path, (body,), headers, len(body)))
    assert answer is not None
    assert answer.fault is None


@pytest.mark.parametrize("said", [None, 10_000])
def test_a_body_that_breaks_off_leaves_nothing(reporter: Reporter, said: int | None) -> None:
    body = envelope(b'{"release":"1.0.0","message":"half"}')
    sent(reporter, Sending("cut", "envelope", (body,), said=said, cut=True))
    reporter.raised()
    reporter.wait_for((1, 1, 0))


def test_an_envelope_of_very_many_events_is_taken_at_once(reporter: Reporter) -> None:
    answer = sent(reporter, Sending("many", "envelope", (b"{}\n" + b'{"type":"event"}\n{"release":"1.0.0"}\n' * 999,)))
    assert answer is not None
    assert answer.status == 200
    reporter.wait_for((999, 1, 0))
