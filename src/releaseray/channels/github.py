"""GitHub releases: the release of the tag is made or updated, and what people wrote into it is kept."""

import asyncio
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

import httpx
from pydantic import ConfigDict

from releaseray.channels import ApiUrl, ChannelConfig, ChannelError, Note, Result, Token
from releaseray.channels.release_body import merged
from releaseray.github import DEFAULT_URL, GitHubApi, GitHubError, Kind, TokenAuth

# Bodies of releases can be 125,000 characters each.
RELEASES_A_PAGE = 30
MAX_LIST_PAGES = 34


class GitHubConfig(ChannelConfig):
    """`apiUrl` is `https://HOST/api/v3` for Enterprise Server."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"token": "github_pat_secret"}]})

    token: Token
    api_url: ApiUrl = DEFAULT_URL


class GitHub:
    """Publishes a note as the release of its tag."""

    name = "github"
    setup = 'Send PUT /api/channels/github with {"token"}; the token needs "Contents: write".'
    audience = "engineer"
    Config = GitHubConfig

    async def publish(
        self,
        note: Note,
        config: GitHubConfig,
        http: httpx.AsyncClient,
        previous: Mapping[str, Any] | None = None,
        *,
        again: bool = False,
    ) -> Result:
        releases = _Releases(note, GitHubApi(http, TokenAuth(config.token), url=config.api_url, attempts=1))
        try:
            return await releases.publish(previous or {})
        except GitHubError as error:
            raise _channel_error(error) from error

    async def test(self, config: GitHubConfig, http: httpx.AsyncClient) -> str:
        api = GitHubApi(http, TokenAuth(config.token), url=config.api_url, attempts=1)
        try:
            limits = await api.get("/rate_limit", "the token")
        except GitHubError as error:
            raise _channel_error(error) from error
        match limits:
            case {"resources": {"core": {"remaining": int(left)}}}:
                return f"The token is valid; {left} calls are left this hour."
        return "The token is valid."


class _Releases:
    """The releases of one note's repository."""

    def __init__(self, note: Note, api: GitHubApi) -> None:
        self._note, self._api = note, api
        self._path = f"/repos/{note.full_name}/releases"

    async def publish(self, previous: Mapping[str, Any]) -> Result:
        existing = await self._existing(previous)
        if existing is None:
            try:
                new = await asyncio.to_thread(self._new)
                return self._result(await self._api.send("POST", self._path, self._note.full_name, new))
            except GitHubError as error:
                # Somebody else made it since it was looked for.
                if error.kind is not Kind.INVALID or not (existing := await self._of_tag()):
                    raise
        change = await asyncio.to_thread(self._change, existing, previous)
        return self._result(await self._api.send("PATCH", f"{self._path}/{existing['id']}", self._what, change))

    @property
    def _what(self) -> str:
        return f"the release {self._note.version} of {self._note.full_name}"

    async def _existing(self, previous: Mapping[str, Any]) -> dict[str, Any] | None:
        """The published release of the tag, else a draft of it: the one made last time, if it is still there."""
        if found := await self._of_tag():
            return found
        drafts = [release async for release in self._listed() if release.get("tag_name") == self._note.version]
        return next((draft for draft in drafts if draft["id"] == previous.get("id")), drafts[0] if drafts else None)

    async def _of_tag(self) -> dict[str, Any] | None:
        try:
            found = await self._api.get(f"{self._path}/tags/{quote(self._note.version, safe='')}", self._what)
        except GitHubError as error:
            if error.kind is Kind.NOT_FOUND:
                return None
            raise
        return found if isinstance(found, dict) and "id" in found else None

    async def _listed(self) -> Any:
        """Every release there is, drafts included; says so when the repository itself is not to be seen."""
        query = {"per_page": RELEASES_A_PAGE}
        async for page in self._api.pages(self._path, self._note.full_name, query, most=MAX_LIST_PAGES):
            for release in page:
                if isinstance(release, dict) and "id" in release:
                    yield release

    def _new(self) -> dict[str, Any]:
        note = self._note
        target = {"target_commitish": note.sha} if note.sha else {}
        body = merged("", note)
        return {
            "tag_name": note.version,
            **target,
            "name": note.heading,
            "body": body,
            "draft": note.draft,
            **self._flags(),
        }

    def _flags(self) -> dict[str, Any]:
        """`legacy` lets GitHub find the latest release by version: notes for an old one do not take its place."""
        latest = "false" if self._note.prerelease or self._note.draft else "legacy"
        return {"prerelease": self._note.prerelease, "make_latest": latest}

    def _change(self, existing: Mapping[str, Any], previous: Mapping[str, Any]) -> dict[str, Any]:
        if self._note.draft and not existing.get("draft"):
            message = f"The release {self._note.version} is published already; it is not turned back into a draft."
            raise ChannelError(message, permanent=True)
        change = {
            "body": merged(str(existing.get("body") or ""), self._note),
            "draft": self._note.draft,
            **self._flags(),
        }
        name = str(existing.get("name") or "")
        ours = name in ("", self._note.version, previous.get("name"))
        return change | ({"name": self._note.heading} if ours else {})

    def _result(self, release: Any) -> Result:
        if not isinstance(release, dict) or "id" not in release:
            raise ChannelError("GitHub gave an answer that cannot be read.", unsure=True)
        return Result(release.get("html_url"), {"id": release["id"], "name": self._note.heading})


def _channel_error(error: GitHubError) -> ChannelError:
    return ChannelError(error.message, retry_after=error.wait, permanent=not error.passing, unsure=error.unsure)


CHANNEL = GitHub()
