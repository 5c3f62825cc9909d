"""A release against the one before it: no longer than both were in service."""

import time
from typing import Any

import httpx
import pytest
from tests.api.v1.conftest import Reporter
from tests.conftest import Server

HOUR = 3600


def move(server: Server, hours: dict[str, int]) -> None:
    """Let releases have been deployed so many hours ago, each once."""
    raw = server.runtime.database.raw
    for release_id, ago in hours.items():
        moved = "SET {column} = date_trunc('hour', now()) - make_interval(hours => $2, mins => -5) WHERE {key} = $1"
        release = moved.format(column="first_deployed_at", key="id")
        deploy = moved.format(column="deployed_at", key="release_id")
        server.run(raw.execute(f"UPDATE releases {release}", release_id, ago))
        server.run(raw.execute(f"UPDATE deploys {deploy}", release_id, ago))


def raised(reporter: Reporter, version: str, hours: list[int]) -> None:
    """An error event so many hours ago, for each of them."""
    full_hour = time.time() // HOUR * HOUR
    for ago in hours:
        reporter.raised(release=version, timestamp=full_hour - ago * HOUR + 400)


def compared(client: httpx.Client, release: dict[str, Any]) -> dict[str, Any] | None:
    comparison: dict[str, Any] | None = client.get(f"/api/v1/releases/{release['id']}").json()["comparison"]
    return comparison


def test_one_that_was_replaced_soon_is_not_compared_with_a_day_of_another(
    server: Server, client: httpx.Client, reporter: Reporter
) -> None:
    """100 errors in the one hour before the hotfix are worse than 2 an hour for a day."""
    old, hotfix = reporter.deploy("1.0.0"), reporter.deploy("1.0.1")
    move(server, {old["id"]: 21, hotfix["id"]: 20})
    raised(reporter, "1.0.0", [21] * 10)
    raised(reporter, "1.0.1", [ago for ago in range(1, 21) for _ in range(2)])
    reporter.wait_for((10, 1, 0), "1.0.0")
    reporter.wait_for((40, 0, 0), "1.0.1")
    assert compared(client, hotfix) == {
        "hours": 2,
        "error_count": 4,
        "previous_error_count": 10,
        "share": 0.2857,
        "verdict": "better",
    }


def test_one_that_was_replaced_since_is_compared_for_the_time_it_ran(
    server: Server, client: httpx.Client, reporter: Reporter
) -> None:
    old, bad, good = (reporter.deploy(version) for version in ("1.0.0", "1.1.0", "1.1.1"))
    move(server, {old["id"]: 40, bad["id"]: 20, good["id"]: 19})
    raised(reporter, "1.0.0", list(range(21, 41)))
    raised(reporter, "1.1.0", [20] * 7)
    reporter.wait_for((20, 1, 0), "1.0.0")
    reporter.wait_for((7, 0, 0), "1.1.0")
    comparison = compared(client, bad)
    assert comparison is not None
    assert (comparison["hours"], comparison["error_count"], comparison["previous_error_count"]) == (2, 7, 2)
    assert comparison["verdict"] == "worse"


def test_after_a_rollback_the_time_until_it_counts(server: Server, client: httpx.Client, reporter: Reporter) -> None:
    old, bad = reporter.deploy("1.0.0"), reporter.deploy("1.1.0")
    move(server, {old["id"]: 30, bad["id"]: 20})
    reporter.deploy("1.0.0")
    comparison = compared(client, bad)
    assert comparison is not None
    assert comparison["hours"] == 11
    rolled_back = (
        "UPDATE deploys SET deployed_at = now() - interval '18 hours' WHERE kind = 'rollback' AND release_id = $1"
    )
    server.run(server.runtime.database.raw.execute(rolled_back, old["id"]))
    comparison = compared(client, bad)
    assert comparison is not None
    assert comparison["hours"] in (2, 3)


@pytest.mark.parametrize("announced_by", ["events alone", "deploys"])
def test_releases_that_only_events_tell_of_replace_each_other(
    server: Server, client: httpx.Client, reporter: Reporter, announced_by: str
) -> None:
    """An event of an unknown release ends no release that was deployed; without deploys it is all that is known."""
    if announced_by == "deploys":
        old = reporter.deploy("1.0.0")
        move(server, {old["id"]: 30})
    raised(reporter, "1.0.0", [30, 10])
    raised(reporter, "1.0.1", [28, 27, 5])
    reporter.wait_for((3, 0, 0), "1.0.1")
    listed = client.get("/api/v1/releases", params={"service_id": reporter.id}).json()["releases"]
    comparison = compared(client, next(one for one in listed if one["version"] == "1.0.1"))
    assert comparison is not None
    assert comparison["hours"] == (3 if announced_by == "events alone" else 29)
