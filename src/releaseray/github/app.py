"""A GitHub App as its operator registered it: where it is installed, and one token keeper an installation."""

from dataclasses import dataclass

import httpx
from pydantic import SecretStr

from releaseray.github.api import GitHubApi
from releaseray.github.auth import AppAuth, AppKey
from releaseray.github.errors import GitHubError, Kind

PATIENCE = 5.0


@dataclass(frozen=True, slots=True)
class Installation:
    """The App at one user or organization of GitHub, by its login."""

    id: int
    account: str
    suspended: bool


class GitHubApp:
    """One per process. `url` is the base of the API that the App is registered at, and the only one it proves itself
    to."""

    def __init__(self, http: httpx.AsyncClient, issuer: str, private_key: SecretStr, url: str) -> None:
        self.url = url
        self._key = AppKey(issuer, private_key)
        self._api = GitHubApi(http, self._key, url=url, attempts=2, patience=PATIENCE)
        self._installed: dict[int, AppAuth] = {}

    def installed(self, installation_id: int) -> AppAuth:
        """Who reads as that installation: the same object each time, so that its token is asked for once an hour."""
        return self._installed.setdefault(installation_id, AppAuth(self._key, installation_id))

    async def installation_at(self, full_name: str) -> Installation | None:
        """The installation that sees a repository, None where the App is not installed. Raises `GitHubError`."""
        try:
            found = await self._api.get(f"/repos/{full_name}/installation", f"the App at {full_name}")
        except GitHubError as error:
            if error.kind in (Kind.NOT_FOUND, Kind.MOVED):
                return None
            raise
        match found:
            case {"id": int(id), "account": {"login": str(account)}}:
                return Installation(id, account, bool(found.get("suspended_at")))
        raise GitHubError("GitHub gave an answer that cannot be read.", Kind.BROKEN)
