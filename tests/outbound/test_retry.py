"""Waiting: longer each time, never in step with others, never shorter than asked."""

from datetime import UTC, datetime

import pytest

from releaseray.outbound import backoff, retry_after

NOW = datetime(2026, 11, 22, 12, 0, 0, tzinfo=UTC)


def test_pauses_double_up_to_the_cap() -> None:
    pauses = [backoff(n, base=1, cap=10, chance=lambda: 1.0) for n in range(1, 7)]
    assert pauses == [1, 2, 4, 8, 10, 10]
    assert backoff(10_000, cap=60) <= 60


def test_jitter_takes_up_to_half() -> None:
    assert backoff(3, base=1, chance=lambda: 0.0) == 2
    assert len({backoff(5) for _ in range(20)}) > 1


def test_the_wish_of_the_other_side_counts_more_than_the_cap() -> None:
    assert backoff(1, cap=10, wish=120, chance=lambda: 0.0) == 120
    assert backoff(1, cap=10, wish=120, chance=lambda: 1.0) == pytest.approx(132)


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        ("120", 120),
        (" 0 ", 0),
        ("Sun, 22 Nov 2026 12:01:30 GMT", 90),
        ("Sun, 22 Nov 2026 11:00:00 GMT", 0),
        ("Sun, 22 Nov 2026 12:00:30 -0000", 30),
        ("soon", None),
        ("-5", None),
        ("1.5", None),
        ("", None),
        ("9" * 5_000, 999_999_999),
    ],
)
def test_retry_after(value: str, seconds: float | None) -> None:
    assert retry_after({"retry-after": value}, NOW) == seconds


def test_no_retry_after() -> None:
    assert retry_after({}, NOW) is None
