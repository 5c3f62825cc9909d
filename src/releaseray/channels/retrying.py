"""When a publication that failed is tried again."""

from collections.abc import Callable

from releaseray.channels import ChannelError
from releaseray.outbound import backoff, chance_of_the_system

ATTEMPTS = 6
FIRST_PAUSE = 2.0
LONGEST_PAUSE = 300.0
# A vendor that sends us away for longer than this is as good as down.
PATIENCE = 3600.0


def next_try(error: ChannelError, attempt: int, chance: Callable[[], float] = chance_of_the_system) -> float | None:
    """Seconds to wait after the `attempt`-th call (from 1) failed with this error; None when it is final.

    Final are permanent errors, the sixth attempt, and a vendor that asks for more than an hour. The pauses double
    from 2 s to at most 5 min, half of each by chance, and are never shorter than what the vendor asks for. The next
    call says `again` when this or an earlier error was `unsure`.
    """
    if error.permanent or attempt >= ATTEMPTS or (error.retry_after or 0.0) > PATIENCE:
        return None
    return backoff(attempt, base=FIRST_PAUSE, cap=LONGEST_PAUSE, wish=error.retry_after, chance=chance)
