"""When a delivery is tried again, and what an answer means."""

from collections.abc import Callable
from datetime import datetime, timedelta
from enum import StrEnum

from releaseray.outbound import chance_of_the_system

SECONDS, MINUTES, HOURS = 1, 60, 3600
# Standard Webhooks, "Retry schedule"; the first attempt is made at once.
DELAYS = (
    5 * SECONDS,
    5 * MINUTES,
    30 * MINUTES,
    2 * HOURS,
    5 * HOURS,
    10 * HOURS,
    14 * HOURS,
    20 * HOURS,
    24 * HOURS,
)
ATTEMPTS = len(DELAYS) + 1
JITTER = 0.1
SWITCH_OFF_AFTER = timedelta(days=5)


class Verdict(StrEnum):
    """What an attempt came to."""

    DELIVERED = "delivered"
    FAILED = "failed"
    GONE = "gone"


def verdict(status: int | None) -> Verdict:
    """The meaning of an HTTP status, None for no answer: only 2xx is success, 410 asks never to be called again."""
    if status == 410:
        return Verdict.GONE
    return Verdict.DELIVERED if status is not None and 200 <= status < 300 else Verdict.FAILED


def next_attempt(
    failures: int, now: datetime, *, wish: float | None = None, chance: Callable[[], float] = chance_of_the_system
) -> datetime | None:
    """When to try again after so many failures (from 1), None when it was tried often enough.

    Up to a tenth is added, so that what failed together does not come back together. `wish` is the receiver's
    `Retry-After` in seconds; it can make the pause longer, up to the longest one of the schedule.
    """
    if failures > len(DELAYS):
        return None
    delay = max(float(DELAYS[failures - 1]), min(wish or 0.0, float(DELAYS[-1])))
    return now + timedelta(seconds=delay * (1 + JITTER * chance()))


def switched_off(failing_since: datetime | None, now: datetime) -> bool:
    """Whether an endpoint has failed for so long, without one success, that it is switched off."""
    return failing_since is not None and now - failing_since >= SWITCH_OFF_AFTER
