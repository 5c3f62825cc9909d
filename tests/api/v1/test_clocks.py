"""Events whose times are late, early or by a wrong clock: when they are said to have happened."""

import time
from datetime import UTC, datetime

import httpx
import pytest
from tests.api.v1.conftest import Reporter, envelope, exception

HOUR, DAY = 3600.0, 86_400.0


@pytest.mark.parametrize(
    ("what", "claimed", "clock", "happened"),
    [
        ("late: it waited on a phone for three days", -3 * DAY, 0.0, -3 * DAY),
        ("early: nothing happens in the future", 2 * HOUR, 0.0, 0.0),
        ("too old to be true", -400 * DAY, 0.0, 0.0),
        ("a clock a day ahead, an event of five minutes ago", DAY - 300, DAY, -300.0),
        ("a clock a year behind, an event of an hour ago", -365 * DAY - HOUR, -365 * DAY, -HOUR),
        ("a few minutes off are delay, not drift", -120.0, -120.0, -120.0),
    ],
)
def test_when_it_happened(
    client: httpx.Client, reporter: Reporter, what: str, claimed: float, clock: float, happened: float
) -> None:
    moment = time.time()
    sent_at = datetime.fromtimestamp(moment + clock, UTC).isoformat()
    event = exception(release="1.0.0", timestamp=moment + claimed)
    assert reporter.send(envelope(event, sent_at=sent_at)).status_code == 200
    reporter.wait_for((1, 1, 0))
    (error,) = client.get("/api/v1/errors").json()["errors"]
    seen = datetime.fromisoformat(error["first_seen"]).timestamp()
    assert seen == pytest.approx(moment + happened, abs=10), what
    assert error["last_seen"] == error["first_seen"]
