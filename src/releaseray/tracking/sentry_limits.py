"""Builds the headers that tell a Sentry SDK to hold back."""

from collections.abc import Iterable
from math import ceil
from typing import NamedTuple

_CATEGORIES = {
    "event": "error", "session": "session", "sessions": "session", "transaction": "transaction",
    "attachment": "attachment", "profile": "profile", "replay_event": "replay", "replay_recording": "replay",
    "check_in": "monitor", "feedback": "feedback", "log": "log_item", "trace_metric": "trace_metric",
}  # fmt: skip


class SentryLimit(NamedTuple):
    """For how many seconds not to send which categories (none means all). `scope` is what is limited
    (`organization`, `project`, `key`), `reason` a word for the SDK's log."""

    seconds: float
    categories: tuple[str, ...] = ("error",)
    scope: str = "key"
    reason: str = ""


def category_of(item_type: str) -> str:
    """The rate limit category of an envelope item's type; `default` for types the protocol does not list."""
    return _CATEGORIES.get(item_type, "default")


def rate_limit_headers(limits: Iterable[SentryLimit]) -> dict[str, str]:
    """`Retry-After` and `X-Sentry-Rate-Limits` (`60:error:key, 2700:default;error:organization:quota`); empty
    without limits. Seconds are whole, rounded up and at least 1: SDKs do not parse fractions.

    `Retry-After`, which old SDKs apply to everything they send, is the shortest of the limits.
    """
    listed = list(limits)
    if not listed:
        return {}
    return {
        "Retry-After": str(min(map(_whole_seconds, listed))),
        "X-Sentry-Rate-Limits": ", ".join(map(_quota, listed)),
    }


def _whole_seconds(limit: SentryLimit) -> int:
    return max(1, ceil(limit.seconds))


def _quota(limit: SentryLimit) -> str:
    reason = f":{limit.reason}" if limit.reason else ""
    return f"{_whole_seconds(limit)}:{';'.join(limit.categories)}:{limit.scope}{reason}"
