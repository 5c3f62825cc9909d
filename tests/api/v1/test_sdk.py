"""An unmodified Sentry SDK reports real exceptions to the real server, from a process of its own."""

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import httpx
from tests.api.v1.conftest import Reporter, eventually

PROGRAM = Path(__file__).with_name("sdk_app.py")


def run_program(reporter: Reporter) -> None:
    dsn = reporter.dsn._replace(scheme="http", host=reporter.url.split("/")[2])
    environment = {**os.environ, "DSN": str(dsn)}
    done = subprocess.run(
        [sys.executable, str(PROGRAM)], env=environment, capture_output=True, text=True, timeout=60, check=False
    )
    assert "KeyError: 'missing'" in done.stderr


def test_what_the_sdk_sends_is_grouped_and_counted_exactly(client: httpx.Client, reporter: Reporter) -> None:
    run_program(reporter)
    reporter.wait_for((6, 3, 0), "shop@2.0.0", "staging")
    found = client.get("/api/v1/errors", params={"service_id": reporter.id}).json()["errors"]
    counts = {error["title"]: (error["event_count"], error["first_release"]) for error in found}
    assert counts == {
        "ZeroDivisionError: division by zero": (3, "shop@2.0.0"),
        "card 4711 was declined": (2, "shop@2.0.0"),
        "KeyError: 'missing'": (1, "shop@2.0.0"),
    }
    crash = next(error for error in found if error["title"].startswith("ZeroDivision"))
    shown = client.get(f"/api/v1/errors/{crash['id']}").json()
    innermost = shown["sample"]["exceptions"][-1]["frames"][-1]
    assert (innermost["function"], innermost["context_line"].strip()) == ("divide", "return 1 / number")
    assert shown["sample"]["sdk"]["name"].startswith("sentry.python")


def test_the_sdks_sessions_make_the_crash_free_rate(client: httpx.Client, reporter: Reporter) -> None:
    release = reporter.deploy("shop@2.0.0", "staging")
    run_program(reporter)

    def sessions() -> Any:
        return client.get(f"/api/v1/releases/{release['id']}").json()["sessions"]

    eventually(lambda: (sessions() or {"total": 0})["total"] == 4, sessions)
    assert sessions()["errored"] + sessions()["crashed"] == 3
