"""How long to wait before asking again: exponential with jitter, or what the other side asks for."""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from random import SystemRandom

# The system's, because the `random` module's state belongs to whoever embeds or tests us.
chance_of_the_system = SystemRandom().random


def backoff(
    attempt: int,
    *,
    base: float = 1.0,
    cap: float = 60.0,
    wish: float | None = None,
    chance: Callable[[], float] = chance_of_the_system,
) -> float:
    """Seconds to wait after the `attempt`-th failure (from 1): between half and all of `base` doubled each time.

    Never more than `cap`, but never less than `wish`, what the other side asked for; a wish gets up to a tenth
    more, so that everybody who was sent away does not come back at once.
    """
    own = min(cap, base * 2.0 ** min(attempt - 1, 30)) * (0.5 + chance() / 2)
    return own if wish is None else max(own, wish * (1 + chance() / 10))


def retry_after(headers: Mapping[str, str], now: datetime) -> float | None:
    """What `Retry-After` asks for, in seconds from `now` (RFC 9110: whole seconds or a date); None without one."""
    value = headers.get("retry-after", "").strip()
    if value.isdecimal():
        return float(value[:9])
    try:
        then = parsedate_to_datetime(value)
    except ValueError:
        return None
    if then.tzinfo is None:
        then = then.replace(tzinfo=UTC)
    return max(0.0, (then - now).total_seconds())
