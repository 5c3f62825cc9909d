"""Our deliveries, signed as Standard Webhooks says (https://www.standardwebhooks.com)."""

import base64
import secrets
from collections.abc import Sequence
from datetime import UTC, datetime

from standardwebhooks.webhooks import Webhook

PREFIX = "whsec_"
SECRET_BYTES = 32


def new_secret() -> str:
    """A fresh `whsec_…` secret."""
    return PREFIX + base64.b64encode(secrets.token_bytes(SECRET_BYTES)).decode("ascii")


def signed_headers(message_id: str, body: bytes, keys: Sequence[str], now: datetime) -> dict[str, str]:
    """The headers of one attempt. `body` is what is sent, byte for byte; `now` is aware.

    `message_id` is the same for every attempt, so that receivers can drop what they have seen. `keys` are the
    endpoint's secrets, newest first: while two are valid, receivers with either one succeed.
    """
    at = now.astimezone(UTC)
    text = body.decode()
    return {
        "Content-Type": "application/json",
        "webhook-id": message_id,
        "webhook-timestamp": str(int(at.timestamp())),
        "webhook-signature": " ".join(Webhook(key).sign(message_id, at, text) for key in keys),
    }
