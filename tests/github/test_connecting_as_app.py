"""A private repository, connected without a token: read as the App that is installed there, for one organization."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest
from pydantic import SecretStr
from tests import conftest
from tests.conftest import Org, Server
from tests.github.conftest import OpenApi
from tests.github.enterprise import GIVEN, Enterprise, of_git, serving
from tests.github.keys import private_pem

from releaseray.settings import Settings


@pytest.fixture
def hub(tmp_path: Path, openapi: OpenApi) -> Iterator[Enterprise]:
    with serving(tmp_path, openapi) as server:
        server.needs = of_git(GIVEN)
        yield server


@contextmanager
def as_app(settings: Settings, owner: str | None, api_url: str) -> Iterator[Callable[[Org], httpx.Client]]:
    """A server that is the App; `owner` is who new installations belong to. Gives an organization's client there."""
    own: dict[str, Any] = {
        "github_app_id": "7",
        "github_app_private_key": SecretStr(private_pem()),
        "github_app_api_url": api_url,
        "github_app_organization": owner,
    }
    with conftest.serving(settings.model_copy(update=own)) as server:
        yield lambda org: httpx.Client(base_url=server.url, headers=org.client.headers, timeout=60)


def connect(client: httpx.Client, api_url: str, full_name: str = "acme/myapp") -> httpx.Response:
    return client.post("/api/repos", json={"fullName": full_name, "apiUrl": api_url})


def installed(hub: Enterprise, number: int, **other: Any) -> None:
    hub.installation = {"id": number, "account": {"login": "acme"}, "suspended_at": None} | other


def test_it_is_cloned_with_the_installations_token(settings: Settings, org: Org, hub: Enterprise) -> None:
    installed(hub, 42)
    with as_app(settings, org.id, hub.api_url) as client_of, client_of(org) as client:
        repo = connect(client, hub.api_url).json()
        assert repo["githubRepoId"] == 789012
        names = [tag["name"] for tag in client.get(f"/api/repos/{repo['id']}/tags").json()["tags"]]
        assert names == ["v1.2.0", "v1.1.0", "v1.0.0"]
        made = client.post("/api/ranges", json={"repoId": repo["id"], "fromTag": "v1.0.0", "toTag": "v1.1.0"})
        assert made.status_code == 201
        assert connect(client, hub.api_url).status_code == 200
    assert hub.calls.count("/app/installations/42/access_tokens") == 1
    assert not any(GIVEN in command for command in hub.commands)


def test_another_organization_does_not_read_through_it(
    settings: Settings, org: Org, hub: Enterprise, new_org: Callable[..., Org]
) -> None:
    installed(hub, 43)
    with as_app(settings, org.id, hub.api_url) as client_of, client_of(new_org()) as others, client_of(org) as client:
        refused = connect(others, hub.api_url)
        assert (refused.status_code, list(refused.json()["details"])) == (409, ["fullName"])
        assert "needs a token" in refused.json()["details"]["fullName"]
        assert "/app/installations/43/access_tokens" not in hub.calls
        assert connect(client, hub.api_url).status_code == 201


def test_whom_it_belongs_to_is_asked_each_time(
    settings: Settings, server: Server, org: Org, hub: Enterprise, new_org: Callable[..., Org]
) -> None:
    def change(what: str, value: Any) -> None:
        told = f"UPDATE github_installations SET {what} = $1 WHERE id = 44"
        server.run(server.runtime.database.raw.execute(told, value))

    installed(hub, 44)
    stranger = new_org()
    with as_app(settings, org.id, hub.api_url) as client_of, client_of(org) as client, client_of(stranger) as others:
        tags = f"/api/repos/{connect(client, hub.api_url).json()['id']}/tags"
        assert client.get(tags).status_code == 200
        change("suspended", True)
        assert "is suspended" in client.get(tags).json()["details"]["repoId"]
        change("suspended", False)
        assert client.get(tags).status_code == 200
        change("org_id", stranger.id)
        assert "not installed there any more" in client.get(tags).json()["details"]["repoId"]
        assert connect(client, hub.api_url).status_code == 409
        assert connect(others, hub.api_url).status_code == 201
        assert others.get(tags).status_code == 404


def test_what_github_says_of_a_suspended_one(settings: Settings, org: Org, hub: Enterprise) -> None:
    installed(hub, 45, suspended_at="2026-11-01T10:00:00Z")
    with as_app(settings, org.id, hub.api_url) as client_of, client_of(org) as client:
        refused = connect(client, hub.api_url).json()
    assert refused["details"] == {"fullName": "The GitHub App's installation at acme is suspended."}


def test_the_app_proves_itself_to_its_own_github_only(settings: Settings, org: Org, hub: Enterprise) -> None:
    installed(hub, 46)
    with as_app(settings, org.id, "http://127.0.0.1:1/api/v3") as client_of, client_of(org) as client:
        assert connect(client, hub.api_url).status_code == 409
    assert hub.calls == ["/repos/acme/myapp"]


def test_an_installation_of_nobody_is_nobodys(
    settings: Settings, server: Server, org: Org, hub: Enterprise, new_org: Callable[..., Org]
) -> None:
    installed(hub, 47)
    with as_app(settings, "org_unknown", hub.api_url) as client_of, client_of(org) as client:
        assert connect(client, hub.api_url).status_code == 409
    with as_app(settings, None, hub.api_url) as client_of, client_of(new_org()) as client:
        assert connect(client, hub.api_url).status_code == 409
    first = "SELECT id FROM organizations ORDER BY created_at LIMIT 1"
    belongs_to = f"SELECT org_id = ({first}) FROM github_installations WHERE id = 47"
    assert server.run(server.runtime.database.raw.fetchval(belongs_to))
