"""From a deploy to its commits: errors they fix, and the likely cause of new ones."""

from typing import Any

import httpx
import pytest
from tests.api.v1.conftest import Reporter
from tests.conftest import Server
from tests.processes import wait_until
from tests.repository import GitRepository

URL = "https://github.com/acme/shop"
CART = """
def pay(amount):
    {body}
    return charge(amount)


def refund(amount):
    return charge(-amount)
"""


def write(repo: GitRepository, message: str, path: str, text: str) -> str:
    (repo.path / path).parent.mkdir(parents=True, exist_ok=True)
    (repo.path / path).write_text(text)
    return repo.commit(message)


@pytest.fixture
def shop(tmp_path: Any, client: httpx.Client) -> GitRepository:
    """A connected repository with one release, 1.0.0."""
    repo = GitRepository(tmp_path / "shop")
    repo.git("remote", "add", "origin", f"{URL}.git")
    write(repo, "Initial import", "shop/cart.py", CART.format(body="check(amount)"))
    repo.tag("v1.0.0")
    assert client.post("/api/repos", json={"url": str(repo.path)}).status_code == 201
    return repo


def the_error(client: httpx.Client) -> dict[str, Any]:
    (error,) = client.get("/api/v1/errors").json()["errors"]
    shown: dict[str, Any] = client.get(f"/api/v1/errors/{error['id']}").json()
    return shown


def test_a_commit_resolves_the_error_it_says_it_fixes(
    client: httpx.Client, reporter: Reporter, shop: GitRepository
) -> None:
    reporter.deploy("1.0.0", repository=URL)
    reporter.raised()
    reporter.wait_for((1, 1, 0))
    error = the_error(client)
    sha = write(shop, f"Check amounts\n\nFixes {error['id']}", "shop/cart.py", CART.format(body="check(abs(amount))"))
    reporter.deploy("1.1.0", repository=URL, commit_sha=sha)
    wait_until(lambda: the_error(client)["status"] == "resolved")
    resolved = the_error(client)
    assert (resolved["resolution"]["resolved_in"], resolved["resolution"]["release"]) == ("release", "1.1.0")
    assert resolved["history"][0]["by"] == f"commit {sha[:12]}"
    reporter.raised(release="1.1.0")
    reporter.wait_for((1, 0, 1), "1.1.0")


def test_a_commit_may_name_errors_by_their_links(
    server: Server, client: httpx.Client, reporter: Reporter, shop: GitRepository
) -> None:
    reporter.deploy("1.0.0", repository=URL)
    for function in ("pay", "refund"):
        reporter.raised(function=function)
    reporter.wait_for((2, 2, 0))
    ids = [error["id"] for error in client.get("/api/v1/errors").json()["errors"]]
    ours, theirs = server.runtime.settings.base_url.rstrip("/"), "https://elsewhere.example"
    message = f"Check amounts\n\nFixes {ours}/api/v1/errors/{ids[0]}\nFixes {theirs}/api/v1/errors/{ids[1]}"
    sha = write(shop, message, "shop/cart.py", CART.format(body="check(abs(amount))"))
    reporter.deploy("1.1.0", repository=URL, commit_sha=sha)
    wait_until(lambda: is_all_read(server, reporter))
    shown = [client.get(f"/api/v1/errors/{id}").json()["status"] for id in ids]
    assert shown == ["resolved", "new"]


def is_all_read(server: Server, reporter: Reporter) -> bool:
    """Whether the worker has read every deploy of a service."""
    query = "SELECT count(*) FROM deploys WHERE service_id = $1 AND examined_at IS NULL"
    waiting: int = server.run(server.runtime.database.raw.fetchval(query, reporter.id))
    return waiting == 0


def test_a_fix_that_failed_is_not_believed_again(
    server: Server, client: httpx.Client, reporter: Reporter, shop: GitRepository
) -> None:
    reporter.deploy("1.0.0", repository=URL)
    reporter.deploy("1.0.0", "canary", repository=URL)
    reporter.raised()
    reporter.wait_for((1, 1, 0))
    message = f"Check amounts\n\nFixes {the_error(client)['id']}"
    sha = write(shop, message, "shop/cart.py", CART.format(body="check(abs(amount))"))
    reporter.deploy("1.1.0", "canary", repository=URL, commit_sha=sha)
    wait_until(lambda: the_error(client)["status"] == "resolved")
    reporter.raised(release="1.1.0", environment="canary")
    reporter.wait_for((1, 0, 1), "1.1.0", "canary")
    reporter.deploy("1.1.0", repository=URL, commit_sha=sha)
    reporter.deploy("1.0.0", "canary", repository=URL)
    reporter.deploy("1.1.0", "canary", repository=URL)
    wait_until(lambda: is_all_read(server, reporter))
    assert the_error(client)["status"] == "regressed"
    assert [change["after"] for change in the_error(client)["history"]] == ["regressed", "resolved"]


def test_the_likely_cause_of_what_came_back_is_in_the_release_where_it_did(
    client: httpx.Client, reporter: Reporter, shop: GitRepository
) -> None:
    reporter.deploy("1.0.0", repository=URL)
    write(shop, "Check amounts (#3)", "shop/cart.py", CART.format(body="check(abs(amount))"))
    shop.tag("v1.1.0")
    reporter.deploy("1.1.0", repository=URL)
    reporter.raised(release="1.1.0")
    reporter.wait_for((1, 1, 0), "1.1.0")
    client.patch(
        f"/api/v1/errors/{the_error(client)['id']}", json={"status": "resolved", "resolved_in": "next_release"}
    )
    write(shop, "Describe payments (#6)", "docs/pay.md", "# Payments\n")
    culprit = write(shop, "Trust amounts again (#7)", "shop/cart.py", CART.format(body="pass"))
    reporter.deploy("1.2.0", repository=URL, commit_sha=culprit)
    reporter.raised(release="1.2.0")
    reporter.wait_for((1, 0, 1), "1.2.0")
    wait_until(lambda: [one["pull_request"] for one in the_error(client)["suspects"] or []] == [7])


def test_the_likely_cause_is_the_change_of_the_function_that_failed(
    client: httpx.Client, reporter: Reporter, shop: GitRepository
) -> None:
    reporter.deploy("1.0.0", repository="git@github.com:acme/shop.git")
    write(shop, "Describe the shop (#3)", "README.md", "# Shop\n")
    culprit = write(shop, "Round amounts (#4)", "shop/cart.py", CART.format(body="amount = round(amount)"))
    write(shop, "Ship faster (#5)", "shop/ship.py", "def ship():\n    return now()\n")
    shop.tag("v1.1.0")
    reporter.deploy("1.1.0", repository=URL)
    reporter.raised(release="1.1.0")
    reporter.wait_for((1, 1, 0), "1.1.0")
    wait_until(lambda: the_error(client)["suspects"] is not None)
    (suspect,) = the_error(client)["suspects"]
    assert (suspect["title"], suspect["pull_request"], suspect["author"]) == ("Round amounts (#4)", 4, "Jane Doe")
    assert (suspect["commits"], suspect["share"]) == ([culprit], 1.0)
    assert suspect["reasons"][0].startswith("changes pay in shop/cart.py")


def test_without_a_connected_repository_no_cause_is_named(client: httpx.Client, reporter: Reporter) -> None:
    reporter.deploy("1.0.0", repository="https://github.com/acme/elsewhere")
    reporter.deploy("1.1.0", repository="https://github.com/acme/elsewhere")
    reporter.raised(release="1.1.0")
    reporter.wait_for((1, 1, 0), "1.1.0")
    assert the_error(client)["suspects"] is None


def test_a_commit_cannot_resolve_what_belongs_to_others(
    client: httpx.Client, reporter: Reporter, shop: GitRepository
) -> None:
    reporter.deploy("1.0.0", repository=URL)
    fix = write(shop, "Fixes err_00000000000000000000", "shop/cart.py", CART.format(body="pass"))
    release = reporter.deploy("1.1.0", repository=URL, commit_sha=fix[:10])
    reporter.raised(release="1.1.0", function="refund")
    reporter.wait_for((1, 1, 0), "1.1.0")
    wait_until(lambda: the_error(client)["suspects"] is not None)
    assert client.get(f"/api/v1/releases/{release['id']}").json()["new"][0]["status"] == "new"
