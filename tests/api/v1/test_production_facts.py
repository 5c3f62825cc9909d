"""Drafts of a range that is deployed: what it fixed in production, how it is doing, as of when."""

import re
from datetime import UTC, datetime
from typing import Any

import httpx
from tests.api.v1.conftest import Reporter
from tests.conftest import finished
from tests.processes import wait_until
from tests.repository import GitRepository

URL = "https://github.com/acme/myapp"


def drafted(client: httpx.Client, range_id: str, persona: str = "engineer") -> dict[str, Any]:
    answer = client.post(f"/api/drafts/{range_id}/generate", json={"persona": persona})
    assert answer.status_code == 201, answer.text
    return finished(client, answer.json()["id"])


def told(client: httpx.Client, range_id: str, persona: str = "engineer") -> list[str]:
    """What a draft says of production, line by line; the last section."""
    heading = "## In production" if persona == "engineer" else "## How it is doing"
    _, _, section = str(drafted(client, range_id, persona)["bodyMd"]).partition(heading)
    return section.strip().splitlines()[2:]


def error_of(client: httpx.Client, function: str) -> dict[str, Any]:
    found = client.get("/api/v1/errors?limit=100").json()["errors"]
    made: dict[str, Any] = next(error for error in found if error["culprit"].endswith(function))
    return made


def new_range(client: httpx.Client, repo_id: str, older: str, newer: str) -> str:
    answer = client.post("/api/ranges", json={"repoId": repo_id, "fromTag": older, "toTag": newer})
    assert answer.status_code in (200, 201), answer.text
    return str(answer.json()["id"])


def test_what_a_range_fixed_and_how_it_is_doing(
    client: httpx.Client, reporter: Reporter, repo_id: str, git_repo: GitRepository
) -> None:
    reporter.deploy("1.2.0", repository=URL)
    for function in ("pay", "pay", "pay", "refund", "ship"):
        reporter.raised(function=function, release="1.2.0")
    reporter.wait_for((5, 3, 0), "1.2.0")
    pay, refund, ship = (error_of(client, function) for function in ("pay", "refund", "ship"))
    client.patch(
        f"/api/v1/errors/{refund['id']}", json={"status": "resolved", "resolved_in": "release", "release": "1.3.0"}
    )
    client.patch(f"/api/v1/errors/{ship['id']}", json={"status": "resolved", "resolved_in": "next_release"})
    git_repo.commit(f"Check amounts (#21)\n\nFixes {pay['id']}", "src/cart.py")
    git_repo.tag("v1.3.0")
    range_id = new_range(client, repo_id, "v1.2.0", "v1.3.0")
    assert told(client, range_id) == [
        f"- **Fixes** ValueError: bad amount in `shop/cart.py in pay`, 3 events (`{pay['id']}`)"
    ]

    release = reporter.deploy("1.3.0", repository=URL)
    wait_until(lambda: error_of(client, "pay")["status"] == "resolved")
    reporter.raised(function="ship", release="1.3.0")
    reporter.raised(function="wrap", release="1.3.0")
    reporter.wait_for((2, 1, 1), "1.3.0")
    wrap = error_of(client, "wrap")
    assert told(client, range_id) == [
        f"- **Fixes** ValueError: bad amount in `shop/cart.py in pay`, 3 events (`{pay['id']}`)",
        f"- **Fixes** ValueError: bad amount in `shop/cart.py in refund`, 1 event (`{refund['id']}`)",
        "- **checkout 1.3.0, production:** 2 error events in its first hour, 5 in the first hour of 1.2.0, "
        "29% of both: better",
        f"- **New in checkout 1.3.0, production:** ValueError: bad amount in `shop/cart.py in wrap`, 1 event "
        f"(`{wrap['id']}`)",
        f"- **Came back in checkout 1.3.0, production:** ValueError: bad amount in `shop/cart.py in ship`, 2 events "
        f"(`{ship['id']}`)",
    ]
    assert told(client, range_id, "internal") == [
        "- Fixes 2 errors that occurred 4 times.",
        "- checkout 1.3.0, production: 2 error events in its first hour, 5 in the first hour of 1.2.0, "
        "29% of both: better; 1 error is new and 1 came back.",
    ]
    customer = drafted(client, range_id, "customer")
    assert not re.search(r"ValueError|err_|production|error event", customer["bodyMd"])
    assert client.get(f"/api/v1/releases/{release['id']}").json()["range"]["id"] == range_id


def test_a_draft_says_as_of_when_and_keeps_it(client: httpx.Client, reporter: Reporter, range_id: str) -> None:
    before = datetime.now(UTC).replace(second=0, microsecond=0)
    reporter.deploy("1.1.0", repository=URL)
    draft = drafted(client, range_id)
    said = re.search(r"As of (.+) UTC:", draft["bodyMd"])
    assert said
    assert before <= datetime.strptime(f"{said[1]}+0000", "%Y-%m-%d %H:%M%z") <= datetime.now(UTC)
    assert list(draft["flags"]) == ["highlights", "contributors"]
    reporter.raised(release="1.1.0")
    reporter.wait_for((1, 1, 0), "1.1.0")
    assert client.get(f"/api/drafts/{draft['id']}").json() == draft
    assert "1 error event" in "".join(told(client, range_id))


def test_other_repositories_and_tags_are_not_told_of(
    client: httpx.Client, reporter: Reporter, repo_id: str, range_id: str
) -> None:
    reporter.deploy("1.1.0", repository="https://github.com/acme/elsewhere")
    reporter.deploy("1.1.1", "staging", repository=URL)
    assert "## In production" not in drafted(client, range_id)["bodyMd"]


def test_titles_are_told_without_what_they_say_of_single_events(
    client: httpx.Client, reporter: Reporter, range_id: str
) -> None:
    reporter.deploy("1.1.0", repository=URL)
    report = {"service_id": reporter.id, "message": "ann@example.org owes 'Acme' 120 EUR", "release": "1.1.0"}
    client.post("/api/v1/errors", json=report)
    reporter.wait_for((1, 1, 0), "1.1.0")
    (_, new) = told(client, range_id)
    assert new.startswith("- **New in checkout 1.1.0, production:** `<email>` owes `<quoted>` `<number>` EUR, 1 event")
