"""An installation of the App reads with tokens that last an hour: asked for once, kept, replaced when revoked."""

import asyncio
from typing import Any

import httpx
import jwt
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from pydantic import SecretStr
from tests.github.calls import NOW, answers, api

from releaseray.github import AppAuth, AppKey, GitHubError


@pytest.fixture(scope="module")
def pem() -> tuple[SecretStr, bytes]:
    key = rsa.generate_private_key(65537, 2048)
    public = key.public_key().public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    return SecretStr(private.decode()), public


class App:
    """GitHub's side of an App: `revoked` makes the newest token useless."""

    def __init__(self, public: bytes) -> None:
        self.public, self.given, self.revoked = public, 0, False

    def __call__(self, request: httpx.Request) -> httpx.Response:
        bearer = request.headers["authorization"].removeprefix("Bearer ")
        if request.url.path == "/repos/a/b":
            good = bearer == f"ghs_{self.given}" and not self.revoked
            self.revoked = False
            return httpx.Response(200, json={"id": 7}) if good else httpx.Response(401)
        claims = jwt.decode(
            bearer, self.public, algorithms=["RS256"], options={"verify_exp": False, "verify_iat": False}
        )
        assert claims["iss"] == "Iv1.app"
        assert claims["exp"] - claims["iat"] <= 600
        assert request.url.path == "/app/installations/42/access_tokens"
        self.given += 1
        return httpx.Response(
            201, json={"token": f"ghs_{self.given}", "expires_at": f"2026-11-22T1{2 + self.given}:00:00Z"}
        )


async def test_an_app_gets_a_token_and_keeps_it_while_it_is_good(pem: tuple[SecretStr, bytes]) -> None:
    clock = NOW.timestamp()
    app = App(pem[1])
    auth = AppAuth(AppKey("Iv1.app", pem[0], clock=lambda: clock), 42)
    hub = api(app, auth=auth)
    await asyncio.gather(*(hub.get("/repos/a/b", "a/b") for _ in range(5)))
    assert app.given == 1
    clock += 3600 - 200
    await hub.get("/repos/a/b", "a/b")
    assert app.given == 2
    assert await hub.git_authorization() == "Basic eC1hY2Nlc3MtdG9rZW46Z2hzXzI="


async def test_an_installation_token_that_was_revoked_is_replaced_once(pem: tuple[SecretStr, bytes]) -> None:
    app = App(pem[1])
    auth = AppAuth(AppKey("Iv1.app", pem[0], clock=NOW.timestamp), 42)
    hub = api(app, auth=auth)
    await hub.get("/repos/a/b", "a/b")
    app.revoked = True
    assert await hub.get("/repos/a/b", "a/b") == {"id": 7}
    assert app.given == 2


@pytest.mark.parametrize(
    "key", ["", "nonsense", "-----BEGIN RSA PRIVATE KEY-----\nAAAA\n-----END RSA PRIVATE KEY-----"]
)
async def test_a_private_key_that_is_none(key: str) -> None:
    auth = AppAuth(AppKey("Iv1.app", SecretStr(key)), 42)
    with pytest.raises(GitHubError, match="private key") as caught:
        await api(answers(), auth=auth).get("/repos/a/b", "a/b")
    assert not caught.value.passing


@pytest.mark.parametrize("odd", [[], {}, {"token": None}, {"id": "x"}])
async def test_an_app_that_github_answers_oddly(pem: tuple[SecretStr, bytes], odd: Any) -> None:
    auth = AppAuth(AppKey("Iv1.app", pem[0]), 42)
    with pytest.raises(GitHubError, match="cannot be read"):
        await api(lambda request: httpx.Response(200, json=odd), auth=auth, attempts=1).get("/repos/a/b", "a/b")
