"""Unmodified Sentry SDKs report real exceptions to the real server, from processes of their own."""

import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import httpx
from tests.api.v1.conftest import Reporter
from tests.processes import wait_until

PYTHON = [sys.executable, str(Path(__file__).with_name("sdk_app.py"))]
NODE = Path(__file__).parents[2] / "sentry_node"


def crash(reporter: Reporter, command: list[str]) -> str:
    """Run a program until it crashes; what it says then."""
    dsn = reporter.dsn._replace(scheme="http", host=reporter.url.split("/")[2])
    environment = {**os.environ, "DSN": str(dsn)}
    done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 1, done.stderr
    return done.stderr


def run_program(reporter: Reporter) -> None:
    assert "KeyError: 'missing'" in crash(reporter, PYTHON)


def test_what_the_node_sdk_sends_is_grouped_and_counted_exactly(client: httpx.Client, reporter: Reporter) -> None:
    assert (NODE / "node_modules").exists(), "npm ci --prefix tests/sentry_node puts the SDK there"
    release = reporter.deploy("shop@3.1.0", "staging")
    assert "RangeError: no such till" in crash(reporter, ["node", str(NODE / "app.cjs")])
    reporter.wait_for((6, 4, 0), "shop@3.1.0", "staging")
    page = client.get(f"/api/v1/releases/{release['id']}").json()
    assert {(re.sub(r"\d+", "#", error["title"]), error["level"], error["event_count"]) for error in page["new"]} == {
        ("PaymentError: card # was declined", "error", 3),
        ("TypeError: Cannot read properties of undefined (reading 'payment')", "error", 1),
        ("the shop closes", "warning", 1),
        ("RangeError: no such till", "fatal", 1),
    }
    crashed = client.get(f"/api/v1/errors/{page['new'][0]['id']}").json()
    assert crashed["culprit"] == "app in charge"
    assert crashed["grouping"]["explanation"][0] == "The type: PaymentError."
    frame = crashed["sample"]["exceptions"][-1]["frames"][-1]
    assert (frame["function"], frame["context_line"].strip()[:22]) == ("charge", "throw new PaymentError")
    assert crashed["sample"]["sdk"]["name"] == "sentry.javascript.node"
    assert crashed["sample"]["tags"]["shop"] == "eu"


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

    wait_until(lambda: (sessions() or {"total": 0})["total"] == 4, shown=sessions)
    assert sessions()["errored"] + sessions()["crashed"] == 3
