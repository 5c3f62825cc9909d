"""What the ingest benchmark stands on: real envelopes, a load that counts right, and lags that are told right."""

import gzip
import time

import httpx
from benchmarks.ingest.compare import Watch
from benchmarks.ingest.load import Target, send
from benchmarks.ingest.recorded import GROUPS, record, repeated

from releaseray.tracking.envelope import parse_envelope
from releaseray.tracking.fingerprint import group
from releaseray.tracking.sentry_event import parse_event
from tests.api.v1.conftest import new_reporter
from tests.conftest import Server
from tests.processes import wait_until
from tests.receiver import Receiver


def test_what_the_sdk_sends_is_as_many_errors_as_the_shop_has_faults() -> None:
    events = [parse_event(parse_envelope(sent).items[0].payload, received=time.time()) for sent in record()]

    assert len({group(event).hash for event in events}) == GROUPS
    assert {event.release for event in events} == {"shop@1.0.0"}


def test_every_repetition_is_an_event_of_its_own() -> None:
    envelopes = [parse_envelope(gzip.decompress(packed)) for packed in repeated(2 * GROUPS)]

    ids = {envelope.header.event_id for envelope in envelopes}
    assert len(ids) == 2 * GROUPS
    assert ids == {parse_event(one.items[0].payload, received=time.time()).event_id for one in envelopes}


def test_the_load_knows_what_was_accepted_and_the_watch_sees_it_counted(server: Server, client: httpx.Client) -> None:
    reporter = new_reporter(server, client)
    target = Target(server.url, reporter.dsn.project_id, reporter.dsn.public_key)
    with Watch(server.runtime.database.dsn, reporter.dsn.project_id) as watch:
        accepted = send(target, iter(list(repeated(60))), 20)
        wait_until(lambda: watch.counted == 60)

    assert (len(accepted.at), accepted.refused) == (60, 0)
    assert len(watch.lags(accepted.at)) == 60


def test_the_load_tells_refusals_apart(server: Server, client: httpx.Client) -> None:
    reporter = new_reporter(server, client)

    accepted = send(Target(server.url, reporter.dsn.project_id, "0" * 32), iter(list(repeated(3))), 20)

    assert (accepted.at, accepted.refused) == ([], 3)


def test_the_load_connects_again_when_the_server_hangs_up_after_each_answer() -> None:
    with Receiver(lambda request: (200, "{}")).running() as hanging_up:
        accepted = send(Target(hanging_up.url, 1, "key"), iter([b"one"] * 40), 20)

    assert len(accepted.at) == len(hanging_up.requests) == 40
