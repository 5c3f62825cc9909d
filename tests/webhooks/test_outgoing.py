"""Our deliveries: two receivers verify them, and a failing one is tried over a day and more, then left alone."""

import base64
import hashlib
import hmac
import json
from datetime import UTC, datetime, timedelta, timezone

import pytest
from standardwebhooks.webhooks import Webhook, WebhookVerificationError

from releaseray.webhooks.schedule import ATTEMPTS, Verdict, next_attempt, switched_off, verdict
from releaseray.webhooks.signing import new_secret, signed_headers

NOW = datetime(2026, 11, 22, 12, 0, 0, tzinfo=UTC)
BODY = json.dumps({"event": "draft.generated", "data": {"draftId": "draft_abc123", "title": "Größer"}}).encode()


def test_the_standards_own_library_verifies() -> None:
    secret = new_secret()
    headers = signed_headers("evt_1", BODY, [secret], datetime.now(UTC))
    assert Webhook(secret).verify(BODY, headers) == json.loads(BODY)
    with pytest.raises(WebhookVerificationError):
        Webhook(secret).verify(BODY + b" ", headers)
    with pytest.raises(WebhookVerificationError):
        Webhook(new_secret()).verify(BODY, headers)


def test_a_receiver_written_by_hand_verifies() -> None:
    secret = new_secret()
    headers = signed_headers("evt_1", BODY, [secret], NOW)
    key = base64.b64decode(secret.removeprefix("whsec_"))
    signed = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.".encode() + BODY
    expected = base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()
    assert headers["webhook-signature"] == f"v1,{expected}"
    assert headers["webhook-timestamp"] == str(int(NOW.timestamp()))


def test_while_a_secret_is_replaced_both_verify() -> None:
    old, new = new_secret(), new_secret()
    headers = signed_headers("evt_1", BODY, [new, old], datetime.now(UTC))
    for secret in (old, new):
        assert Webhook(secret).verify(BODY, headers)


def test_the_time_zone_of_the_clock_does_not_matter() -> None:
    berlin = NOW.astimezone(timezone(timedelta(hours=1)))
    secret = new_secret()
    assert signed_headers("e", BODY, [secret], berlin) == signed_headers("e", BODY, [secret], NOW)


def test_secrets_differ_and_carry_256_bits() -> None:
    assert new_secret() != new_secret()
    assert len(base64.b64decode(new_secret().removeprefix("whsec_"))) == 32


def test_the_pauses_of_the_standard() -> None:
    times = [next_attempt(failures, NOW, chance=lambda: 0.0) for failures in range(1, ATTEMPTS)]
    pauses = [(at - NOW).total_seconds() for at in times if at]
    assert pauses == [5, 300, 1800, 7200, 18000, 36000, 50400, 72000, 86400]
    assert next_attempt(ATTEMPTS, NOW) is None


def test_pauses_are_stretched_so_that_receivers_are_not_hit_by_all_at_once() -> None:
    later = next_attempt(2, NOW, chance=lambda: 1.0)
    assert later == NOW + timedelta(seconds=330)


def test_a_receiver_may_ask_for_more_time_but_not_for_ever() -> None:
    assert next_attempt(1, NOW, wish=60, chance=lambda: 0.0) == NOW + timedelta(seconds=60)
    assert next_attempt(2, NOW, wish=60, chance=lambda: 0.0) == NOW + timedelta(seconds=300)
    assert next_attempt(1, NOW, wish=10**9, chance=lambda: 0.0) == NOW + timedelta(days=1)


@pytest.mark.parametrize(
    ("status", "meaning"),
    [
        (200, Verdict.DELIVERED),
        (204, Verdict.DELIVERED),
        (301, Verdict.FAILED),
        (304, Verdict.FAILED),
        (400, Verdict.FAILED),
        (410, Verdict.GONE),
        (429, Verdict.FAILED),
        (500, Verdict.FAILED),
        (None, Verdict.FAILED),
    ],
)
def test_what_an_answer_means(status: int | None, meaning: Verdict) -> None:
    assert verdict(status) is meaning


def test_an_endpoint_that_fails_for_days_is_switched_off() -> None:
    assert not switched_off(None, NOW)
    assert not switched_off(NOW - timedelta(days=4, hours=23), NOW)
    assert switched_off(NOW - timedelta(days=5), NOW)
