"""A repository's history through GitHub's API alone, for where a clone cannot be had."""

import asyncio
import base64
import binascii
import re
from collections.abc import AsyncIterator
from typing import Any
from urllib.parse import quote

from releaseray.github import GitHubApi, GitHubError, Kind
from releaseray.notes.history import Commit, FileChange, History, Person, Tag
from releaseray.sources import Description, SourceError
from releaseray.sources.github_tags import read_tags, seconds

# Changed files cost a call a commit: beyond so many commits they are left out.
MAX_FILE_READS = 500
MAX_PAGES = 500
# Who contributed before is read from so many pages of commits before the range.
MAX_EARLIER_PAGES = 20
MAX_CHANGELOG = 200_000
_CHANGELOG = re.compile(r"(?:changelog|changes|history|news|release[-_]?notes)(?:\.(?:md|rst|txt))?", re.IGNORECASE)
_STATUS = {"added": "A", "removed": "D", "copied": "A"}


class GitHubRest:
    """A `Source` that asks GitHub for everything; wrap it in `GitHubSource` for pull requests and clear errors.

    It knows less than a clone does: no news fragments, no manifests, changed files for ranges of up to 500 commits,
    earlier contributors from the 2,000 commits before the range. May raise `GitHubError`, `SourceError` too.
    """

    def __init__(self, api: GitHubApi, full_name: str, *, anonymous: bool = False) -> None:
        self._api, self._full_name, self._graphql = api, full_name, not anonymous
        self._path = f"/repos/{full_name}"

    async def describe(self) -> Description:
        about = await self._get("")
        match about:
            case {"id": int(id), "full_name": str(name), "default_branch": str(branch), "html_url": str(page)}:
                return Description(full_name=name, default_branch=branch, web_url=page, github_repo_id=id)
        raise _unreadable()

    async def refresh(self) -> None:
        """Nothing to do: every answer is GitHub's of this moment."""

    async def tags(self) -> list[Tag]:
        return await read_tags(self._api, self._full_name, graphql=self._graphql)

    async def head(self) -> str:
        branch = (await self.describe()).default_branch
        match await self._get(f"/git/ref/heads/{quote(branch)}"):
            case {"object": {"sha": str(sha)}}:
                return sha
        raise _unreadable()

    async def root(self, to_sha: str) -> str:
        match await self._api.last(f"{self._path}/commits", self._full_name, {"sha": to_sha}):
            case [{"sha": str(sha)}]:
                return sha
        raise _unreadable()

    async def is_ancestor(self, older: str, newer: str) -> bool:
        compared = await self._get(f"/compare/{older}...{newer}", per_page=1)
        return isinstance(compared, dict) and compared.get("status") in ("ahead", "identical")

    async def history(
        self, *, from_tag: str | None, from_sha: str | None, to_tag: str, to_sha: str, past: bool = False
    ) -> History:
        about = await self.describe()
        raw = await self._commits(from_sha, to_sha)
        files = await self._files([str(item["sha"]) for item in raw])
        return History(
            full_name=about.full_name,
            from_tag=from_tag,
            to_tag=to_tag,
            commits=tuple(_commit(item, files.get(str(item["sha"]), ())) for item in raw),
            web_url=about.web_url,
            changelog=await self._changelog(from_sha) if from_sha else "",
            known_emails=await self._earlier(from_sha) if from_sha else frozenset(),
        )

    async def _get(self, path: str, **params: Any) -> Any:
        return await self._api.get(self._path + path, self._full_name, params)

    def _pages(
        self, path: str, key: str | None = None, most: int = MAX_PAGES, **params: Any
    ) -> AsyncIterator[list[Any]]:
        return self._api.pages(self._path + path, self._full_name, params, most=most, key=key)

    async def _commits(self, from_sha: str | None, to_sha: str) -> list[dict[str, Any]]:
        """The raw commits of the range, newest first, however many pages they take."""
        if from_sha is None:
            pages = self._pages("/commits", sha=to_sha)
            return [item async for page in pages for item in page if _is_commit(item)]
        pages = self._pages(f"/compare/{from_sha}...{to_sha}", key="commits")
        oldest_first = [item async for page in pages for item in page if _is_commit(item)]
        return list({str(item["sha"]): item for item in reversed(oldest_first)}.values())

    async def _files(self, shas: list[str]) -> dict[str, tuple[FileChange, ...]]:
        if len(shas) > MAX_FILE_READS:
            return {}
        answers = await asyncio.gather(*(self._get(f"/commits/{sha}") for sha in shas))
        return {sha: tuple(_changes(answer)) for sha, answer in zip(shas, answers, strict=True)}

    async def _changelog(self, sha: str) -> str:
        entries = await self._maybe("/contents/", ref=sha)
        names = [str(entry.get("name")) for entry in entries or [] if isinstance(entry, dict)]
        name = next((name for name in sorted(names) if _CHANGELOG.fullmatch(name)), None)
        return _text(await self._maybe(f"/contents/{quote(name)}", ref=sha))[:MAX_CHANGELOG] if name else ""

    async def _maybe(self, path: str, **params: Any) -> Any:
        try:
            return await self._get(path, **params)
        except GitHubError as error:
            if error.kind in (Kind.NOT_FOUND, Kind.TOO_LARGE):
                return None
            raise

    async def _earlier(self, sha: str) -> frozenset[str]:
        pages = self._pages("/commits", most=MAX_EARLIER_PAGES, sha=sha)
        return frozenset([_person(item).email.lower() async for page in pages for item in page if _is_commit(item)])


def _unreadable() -> SourceError:
    return SourceError("GitHub gave an answer that cannot be read.")


def _is_commit(item: Any) -> bool:
    return isinstance(item, dict) and isinstance(item.get("sha"), str) and isinstance(item.get("commit"), dict)


def _commit(item: dict[str, Any], files: tuple[FileChange, ...]) -> Commit:
    subject, _, body = str(item["commit"].get("message") or "").strip().partition("\n")
    parents = tuple(str(parent["sha"]) for parent in item.get("parents") or [])
    date = _date(item["commit"].get("committer")) or 0
    return Commit(str(item["sha"]), parents, _person(item), date, subject.strip(), body.strip(), files)


def _person(item: dict[str, Any]) -> Person:
    author = item["commit"].get("author") or {}
    return Person(str(author.get("name") or ""), str(author.get("email") or ""))


def _date(signature: Any) -> int | None:
    return seconds(signature.get("date")) if isinstance(signature, dict) else None


def _changes(commit: Any) -> list[FileChange]:
    found: list[FileChange] = []
    for file in commit.get("files") or [] if isinstance(commit, dict) else []:
        match file:
            case {"status": "renamed", "filename": str(new), "previous_filename": str(old)}:
                found += [FileChange("D", old), FileChange("A", new)]
            case {"status": str(status), "filename": str(path)}:
                found.append(FileChange(_STATUS.get(status, "M"), path))
    return found


def _text(content: Any) -> str:
    """A file's text as the contents API gives it; "" for what is no text."""
    try:
        return base64.b64decode(content["content"]).decode()
    except (KeyError, TypeError, ValueError, binascii.Error):
        return ""
