"""Who asks GitHub: nobody, a token, or an App with installation tokens."""

import asyncio
import hashlib
import time
from collections.abc import Awaitable, Callable
from datetime import datetime
from functools import cached_property
from typing import Any, Protocol

import jwt
from jwt.algorithms import RSAAlgorithm
from pydantic import SecretStr

from releaseray.github.errors import GitHubError, Kind

# GitHub takes ten minutes at most, and clocks differ.
JWT_SECONDS = 540
CLOCK_SKEW = 60
RENEW_BEFORE = 300

Ask = Callable[[str, str, str], Awaitable[Any]]


class Auth(Protocol):
    """Gives the `Authorization` header."""

    @property
    def identity(self) -> str:
        """Tells apart whose view of GitHub an answer is, for caching; no secret."""

    async def authorization(self, ask: Ask) -> str | None:
        """The header's value. `ask(method, path, authorization)` is a bare call of the API."""

    def forget(self) -> bool:
        """Called when the header was not accepted; True if a new one can be made."""


class NoAuth:
    """Nobody in particular: 60 calls an hour."""

    identity = "nobody"

    async def authorization(self, ask: Ask) -> str | None:
        return None

    def forget(self) -> bool:
        return False


class TokenAuth:
    """A personal access token, classic or fine-grained."""

    def __init__(self, token: SecretStr) -> None:
        self._token = token
        self.identity = hashlib.sha256(token.get_secret_value().encode()).hexdigest()[:16]

    async def authorization(self, ask: Ask) -> str | None:
        return f"Bearer {self._token.get_secret_value()}"

    def forget(self) -> bool:
        return False


class AppKey:
    """A GitHub App as itself, which may ask where it is installed and for the tokens of its installations.

    `issuer` is the App's client id or app id, `private_key` its PEM.
    """

    def __init__(self, issuer: str, private_key: SecretStr, *, clock: Callable[[], float] = time.time) -> None:
        self._issuer, self._pem = issuer, private_key
        self.clock = clock
        self.identity = f"app-{issuer}"

    async def authorization(self, ask: Ask) -> str | None:
        return self.proof()

    def forget(self) -> bool:
        return False

    @cached_property
    def _key(self) -> Any:
        """Read once: to check that an RSA key is one takes many times as long as to sign with it."""
        return RSAAlgorithm(RSAAlgorithm.SHA256).prepare_key(self._pem.get_secret_value())

    def proof(self) -> str:
        """The header with the App's own JWT, good for a few minutes. Raises `GitHubError` for a key that is none."""
        now = int(self.clock())
        claims = {"iat": now - CLOCK_SKEW, "exp": now + JWT_SECONDS, "iss": self._issuer}
        try:
            return f"Bearer {jwt.encode(claims, self._key, algorithm='RS256')}"
        except (ValueError, TypeError, jwt.PyJWTError) as error:
            raise GitHubError("The App's private key is not an RSA key in PEM form.", Kind.REVOKED) from error


class AppAuth:
    """A GitHub App's installation; share one object, for it keeps the installation's token while it is valid."""

    def __init__(self, app: AppKey, installation_id: int) -> None:
        self._app, self._installation = app, installation_id
        self._token, self._expires = "", 0.0
        self._lock = asyncio.Lock()
        self.identity = f"{app.identity}-{installation_id}"

    async def authorization(self, ask: Ask) -> str | None:
        async with self._lock:
            if self._app.clock() >= self._expires - RENEW_BEFORE:
                await self._renew(ask)
        return f"Bearer {self._token}"

    def forget(self) -> bool:
        had, self._expires = bool(self._token), 0.0
        return had

    async def _renew(self, ask: Ask) -> None:
        match await ask("POST", f"/app/installations/{self._installation}/access_tokens", self._app.proof()):
            case {"token": str(token), "expires_at": str(expires)}:
                self._token, self._expires = token, _seconds(expires)
            case _:
                raise GitHubError("GitHub gave an answer that cannot be read.", Kind.BROKEN)


def _seconds(date: str) -> float:
    """Unix seconds; 0 for what is no date, so that the token is used once and then renewed."""
    try:
        return datetime.fromisoformat(date).timestamp()
    except ValueError:
        return 0.0
