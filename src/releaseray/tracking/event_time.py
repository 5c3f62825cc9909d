"""When an event happened, given that clients' clocks are wrong and events come late."""

from math import isfinite

MAX_AGE = 30 * 86_400.0
CLOCK_DRIFT = 55 * 60.0


def event_time(claimed: float | None, *, received: float, sent_at: float | None = None) -> float:
    """Unix seconds of the event, never after `received` and at most 30 days before it.

    A client whose clock was off by 55 minutes or more when it sent (`sent_at`, its own clock) has all its times
    moved by that much; smaller differences are delivery delay (both bounds are Sentry Relay's). A time that is
    missing, or implausibly old all the same, becomes `received`; one in the future, too.
    """
    if claimed is None or not isfinite(claimed):
        return received
    if sent_at is not None and abs(received - sent_at) >= CLOCK_DRIFT:
        claimed += received - sent_at
    return claimed if received - MAX_AGE <= claimed <= received else received
