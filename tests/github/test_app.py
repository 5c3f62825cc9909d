"""The App finds where it is installed, with its own proof, and keeps one token keeper an installation."""

from typing import Any

import httpx
import pytest
from pydantic import SecretStr, ValidationError
from tests.github.conftest import OpenApi
from tests.github.keys import private_pem

from releaseray.github import DEFAULT_URL, GitHubApp, GitHubError, Installation, api_base, web_base
from releaseray.settings import Settings

ACCOUNT = {"login": "acme", "id": 1}


def app(answer: httpx.Response, openapi: OpenApi | None = None) -> GitHubApp:
    def handler(request: httpx.Request) -> httpx.Response:
        assert request.headers["authorization"].startswith("Bearer eyJ")
        if openapi:
            openapi.request(request)
        return answer

    http = httpx.AsyncClient(transport=httpx.MockTransport(handler))
    return GitHubApp(http, "7", SecretStr(private_pem()), DEFAULT_URL)


@pytest.mark.parametrize(("since", "suspended"), [(None, False), ("2026-11-01T10:00:00Z", True)])
async def test_where_the_app_is_installed(openapi: OpenApi, since: str | None, suspended: bool) -> None:
    found = httpx.Response(200, json={"id": 42, "account": ACCOUNT, "suspended_at": since})
    assert await app(found, openapi).installation_at("acme/myapp") == Installation(42, "acme", suspended)


async def test_where_it_is_not() -> None:
    assert await app(httpx.Response(404)).installation_at("acme/myapp") is None
    moved = httpx.Response(301, headers={"location": f"{DEFAULT_URL}/repositories/7/installation"})
    assert await app(moved).installation_at("acme/myapp") is None


@pytest.mark.parametrize("odd", [[], {}, {"id": "42"}, {"id": 42, "account": None}])
async def test_an_answer_that_tells_nothing(odd: Any) -> None:
    with pytest.raises(GitHubError, match="cannot be read"):
        await app(httpx.Response(200, json=odd)).installation_at("acme/myapp")


def test_an_installation_has_one_token_keeper() -> None:
    one = app(httpx.Response(404))
    assert one.installed(42) is one.installed(42)
    assert one.installed(42) is not one.installed(43)


@pytest.mark.parametrize(
    ("written", "base", "site"),
    [
        ("https://API.github.com/", DEFAULT_URL, "https://github.com"),
        ("https://ghe.acme.com:443/api/v3/", "https://ghe.acme.com/api/v3", "https://ghe.acme.com"),
        ("https://api.acme.ghe.com", "https://api.acme.ghe.com", "https://acme.ghe.com"),
        ("http://127.0.0.1:8080/api/v3", "http://127.0.0.1:8080/api/v3", "http://127.0.0.1:8080"),
        ("http://127.0.0.1:4000", "http://127.0.0.1:4000", "http://127.0.0.1:4000"),
    ],
)
def test_the_addresses_of_one_github(written: str, base: str, site: str) -> None:
    assert (api_base(written), web_base(base)) == (base, site)


def test_the_apps_settings() -> None:
    with pytest.raises(ValidationError, match="set it together with RELEASERAY_GITHUB_APP_ID"):
        Settings(github_app_id="7")
    with pytest.raises(ValidationError, match="set it together with RELEASERAY_GITHUB_APP_ID"):
        Settings(github_app_private_key=SecretStr(private_pem()))


def test_a_private_key_in_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RELEASERAY_GITHUB_APP_ID", "7")
    monkeypatch.setenv("RELEASERAY_GITHUB_APP_PRIVATE_KEY", private_pem().replace("\n", "\\n"))
    settings = Settings()
    assert settings.github_app_private_key == SecretStr(private_pem())
    assert "PRIVATE KEY" not in repr(settings)
