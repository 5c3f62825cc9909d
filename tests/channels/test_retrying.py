"""A vendor that fails is tried a few times, with growing pauses, and never against its word."""

import pytest

from releaseray.channels import ChannelError
from releaseray.channels.retrying import ATTEMPTS, next_try


def test_pauses_grow_and_end() -> None:
    error = ChannelError("down")
    pauses = [next_try(error, attempt, chance=lambda: 1.0) for attempt in range(1, ATTEMPTS + 1)]
    assert pauses == [2, 4, 8, 16, 32, None]


def test_the_vendors_wish_is_kept() -> None:
    pause = next_try(ChannelError("busy", retry_after=30), 1)
    assert pause is not None
    assert 30 <= pause <= 33


@pytest.mark.parametrize("error", [ChannelError("no", permanent=True), ChannelError("busy", retry_after=7200)])
def test_what_is_final(error: ChannelError) -> None:
    assert next_try(error, 1) is None
