"""A deploy that comes before its tag, its commit or its repository: what it brought is there once they are."""

import asyncio
from collections.abc import Callable
from typing import Any

import httpx
import pytest
from tests.api.v1.conftest import Reporter
from tests.conftest import Server
from tests.incoming.hub import Hub
from tests.processes import wait_until
from tests.repository import GitRepository

from releaseray.services import deploys

URL = "https://github.com/acme/shop"
Json = dict[str, Any]


@pytest.fixture
def shop(tmp_path: Any) -> GitRepository:
    """A repository with one release, 1.0.0."""
    repo = GitRepository(tmp_path / "shop")
    repo.git("remote", "add", "origin", f"{URL}.git")
    repo.commit("Initial import", "shop/cart.py")
    repo.tag("v1.0.0")
    return repo


@pytest.fixture
def hub(client: httpx.Client, shop: GitRepository) -> Hub:
    """The same, connected, with webhooks that make nothing of a tag by themselves."""
    hub = Hub.connected(client, shop, tagPattern="none-*")
    hub.repository["full_name"] = "acme/shop"
    return hub


def the_error(client: httpx.Client) -> Json:
    (error,) = client.get("/api/v1/errors").json()["errors"]
    shown: Json = client.get(f"/api/v1/errors/{error['id']}").json()
    return shown


def page(client: httpx.Client, release: Json) -> Json:
    shown: Json = client.get(f"/api/v1/releases/{release['id']}").json()
    return shown


def ask(server: Server, query: str, *values: object) -> Any:
    return server.run(server.runtime.database.raw.fetchval(query, *values))


def wait_until_waiting(server: Server, reporter: Reporter, deploys: int) -> None:
    query = "SELECT count(*) FROM deploys WHERE service_id = $1 AND waits_for IS NOT NULL AND examined_at IS NOT NULL"
    wait_until(lambda: ask(server, query, reporter.id) == deploys)


def fix(shop: GitRepository, error: Json) -> None:
    shop.commit(f"Check amounts (#7)\n\nFixes {error['id']}", "shop/cart.py")


def deployed_untagged(client: httpx.Client, reporter: Reporter, shop: GitRepository) -> Json:
    """1.1.0, whose commit mends the error of 1.0.0, deployed before anybody tagged it."""
    reporter.deploy("1.0.0", repository=URL)
    reporter.raised()
    reporter.wait_for((1, 1, 0))
    fix(shop, the_error(client))
    return reporter.deploy("1.1.0", repository=URL)


def by_listing(hub: Hub, server: Server, reporter: Reporter) -> None:
    assert hub.client.get(f"/api/repos/{hub.repo_id}/tags").status_code == 200


def by_a_range(hub: Hub, server: Server, reporter: Reporter) -> None:
    hub.release("v1.2.0")
    body = {"repoId": hub.repo_id, "fromTag": "v1.1.0", "toTag": "v1.2.0"}
    assert hub.client.post("/api/ranges", json=body).status_code == 201


def by_a_webhook(hub: Hub, server: Server, reporter: Reporter) -> None:
    assert hub.announce("v1.1.0").status_code == 202
    assert hub.settled()[0]["status"] == "skipped"


def by_another_deploy(hub: Hub, server: Server, reporter: Reporter) -> None:
    reporter.deploy("0.9.0", "canary", repository=URL)


def by_nobody(hub: Hub, server: Server, reporter: Reporter) -> None:
    ask(
        server,
        "UPDATE deploys SET queued_at = queued_at - interval '11 minutes', deployed_at = deployed_at - interval"
        " '11 minutes' WHERE service_id = $1 AND waits_for IS NOT NULL",
        reporter.id,
    )


@pytest.mark.parametrize("told", [by_listing, by_a_range, by_a_webhook, by_another_deploy, by_nobody])
def test_a_tag_that_comes_later_brings_the_range_and_the_fix(
    server: Server,
    client: httpx.Client,
    reporter: Reporter,
    hub: Hub,
    shop: GitRepository,
    told: Callable[[Hub, Server, Reporter], None],
) -> None:
    release = deployed_untagged(client, reporter, shop)
    wait_until_waiting(server, reporter, 1)
    assert (page(client, release)["range"], the_error(client)["status"]) == (None, "new")
    shop.tag("v1.1.0")
    told(hub, server, reporter)
    wait_until(lambda: page(client, release)["range"] is not None, shown=lambda: page(client, release))
    made = page(client, release)["range"]
    assert (made["from_tag"], made["to_tag"]) == ("v1.0.0", "v1.1.0")
    wait_until(lambda: the_error(client)["status"] == "resolved")
    assert the_error(client)["resolution"]["release"] == "1.1.0"
    assert [change["after"] for change in the_error(client)["history"]] == ["resolved"]


def test_a_tag_of_the_release_before_may_be_the_late_one(
    server: Server, client: httpx.Client, reporter: Reporter, hub: Hub, shop: GitRepository
) -> None:
    reporter.deploy("0.9.0", repository=URL)
    release = reporter.deploy("1.0.0", repository=URL)
    wait_until_waiting(server, reporter, 2)
    first = shop.git("rev-list", "--max-parents=0", "HEAD")
    shop.commit("Charge", "shop/charge.py")
    shop.git("tag", "-f", "v1.0.0")
    shop.git("tag", "v0.9.0", first)
    by_listing(hub, server, reporter)
    wait_until(lambda: page(client, release)["range"] is not None)
    assert page(client, release)["range"]["from_tag"] == "v0.9.0"


def test_another_tag_changes_nothing(
    server: Server, client: httpx.Client, reporter: Reporter, hub: Hub, shop: GitRepository
) -> None:
    release = deployed_untagged(client, reporter, shop)
    wait_until_waiting(server, reporter, 1)
    shop.tag("v3.0.0")
    by_listing(hub, server, reporter)
    wait_until_waiting(server, reporter, 1)
    assert page(client, release)["range"] is None


def test_a_repository_may_be_connected_later(
    server: Server, client: httpx.Client, reporter: Reporter, shop: GitRepository
) -> None:
    release = deployed_untagged(client, reporter, shop)
    shop.tag("v1.1.0")
    wait_until_waiting(server, reporter, 2)
    assert client.post("/api/repos", json={"url": str(shop.path)}).status_code == 201
    wait_until(lambda: page(client, release)["range"] is not None)
    wait_until(lambda: the_error(client)["status"] == "resolved")


def test_a_fix_that_the_release_was_seen_not_to_be_fixes_nothing(
    server: Server, client: httpx.Client, reporter: Reporter, hub: Hub, shop: GitRepository
) -> None:
    release = deployed_untagged(client, reporter, shop)
    wait_until_waiting(server, reporter, 1)
    reporter.raised(release="1.1.0")
    reporter.wait_for((1, 0, 0), "1.1.0")
    shop.tag("v1.1.0")
    by_listing(hub, server, reporter)
    wait_until(lambda: page(client, release)["range"] is not None)
    wait_until_waiting(server, reporter, 0)
    assert (the_error(client)["status"], the_error(client)["history"]) == ("new", [])


def test_two_who_read_it_at_once_believe_it_once(
    server: Server, client: httpx.Client, reporter: Reporter, hub: Hub, shop: GitRepository
) -> None:
    deployed_untagged(client, reporter, shop)
    for environment in ("canary", "staging"):
        reporter.deploy("1.0.0", environment, repository=URL)
        reporter.deploy("1.1.0", environment, repository=URL)
    wait_until_waiting(server, reporter, 3)
    shop.tag("v1.1.0")
    by_listing(hub, server, reporter)

    async def at_once() -> None:
        await asyncio.gather(*(deploys.examine(server.runtime) for _ in range(3)))

    server.run(at_once())
    wait_until_waiting(server, reporter, 0)
    wait_until(lambda: the_error(client)["status"] == "resolved")
    assert [change["after"] for change in the_error(client)["history"]] == ["resolved"]
