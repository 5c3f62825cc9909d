"""A repository's history through GitHub's API alone, for where a clone cannot be had."""

import base64
import binascii
import re
from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Any
from urllib.parse import quote

from releaseray.github import GitHubApi, GitHubError, Kind, Storage, together
from releaseray.notes.history import Commit, FileChange, History, Person, Tag
from releaseray.sources import Description, Watch
from releaseray.sources.github_files import changed_files, patch_of
from releaseray.sources.github_records import described, history_from_json, history_to_json, unreadable
from releaseray.sources.github_tags import read_tags, seconds

# Changed files cost a call a commit: beyond so many commits they are left out.
MAX_FILE_READS = 500
MAX_PAGES = 500
# Who contributed before is read from so many pages of commits before the range.
MAX_EARLIER_PAGES = 20
MAX_CHANGELOG = 200_000
_CHANGELOG = re.compile(r"(?:changelog|changes|history|news|release[-_]?notes)(?:\.(?:md|rst|txt))?", re.IGNORECASE)
_SHA = re.compile(r"[0-9a-fA-F]{7,64}")


class GitHubRest:
    """A `Source` that asks GitHub for everything; wrap it in `GitHubSource` for pull requests and clear errors.

    It knows less than a clone does: no news fragments, no manifests, changed files for ranges of up to 500 commits,
    earlier contributors from the 2,000 commits before the range. May raise `GitHubError`, `SourceError` too.
    """

    def __init__(self, api: GitHubApi, full_name: str, *, storage: Storage | None = None) -> None:
        self._api, self._full_name, self._storage = api, full_name, storage
        self._path = f"/repos/{full_name}"

    async def describe(self) -> Description:
        return described(await self._get(""), self._full_name, self._api.url)

    async def refresh(self) -> None:
        """Nothing to do: every answer is GitHub's of this moment."""

    async def tags(self) -> list[Tag]:
        return await read_tags(self._api, self._full_name, graphql=True)

    async def head(self) -> str:
        branch = (await self.describe()).default_branch
        match await self._get(f"/git/ref/heads/{quote(branch)}"):
            case {"object": {"sha": str(sha)}}:
                return sha
        raise unreadable()

    async def root(self, to_sha: str) -> str:
        match await self._api.last(f"{self._path}/commits", self._full_name, {"sha": to_sha}):
            case [{"sha": str(sha)}]:
                return sha
        raise unreadable()

    async def is_ancestor(self, older: str, newer: str) -> bool:
        compared = await self._get(f"/compare/{older}...{newer}", per_page=1)
        return isinstance(compared, dict) and compared.get("status") in ("ahead", "identical")

    async def tags_reached(self, sha: str) -> list[Tag]:
        """Those of `tags` among the 2,000 newest commits that the commit goes back to."""
        reached = {item["sha"] async for item in self._walk(sha)}
        return [tag for tag in await self.tags() if tag.sha in reached]

    async def commit(self, name: str) -> str | None:
        if not _SHA.fullmatch(name):
            return None
        try:
            found = await self._get(f"/commits/{name}")
        except GitHubError as error:
            if error.kind in (Kind.NOT_FOUND, Kind.INVALID):
                return None
            raise
        return str(found["sha"]) if _is_commit(found) else None

    async def patches(self, from_sha: str | None, to_sha: str) -> dict[str, str]:
        """Of ranges of up to 500 commits; what GitHub finds too big to show is left out."""
        raw = await self._commits(from_sha, to_sha)
        shas = [str(item["sha"]) for item in raw if len(item.get("parents") or ()) < 2]
        return {sha: patch_of(answer) for sha, answer in (await self._whole(shas)).items()}

    async def history(
        self,
        *,
        from_tag: str | None,
        from_sha: str | None,
        to_tag: str,
        to_sha: str,
        past: bool = False,
        files: bool = True,
        watch: Watch | None = None,
    ) -> History:
        key = f"history:1:{self._api.url}:{self._full_name}:{from_sha}:{to_sha}"
        kept = await self._storage.load(key) if self._storage is not None else None
        if kept and (known := history_from_json(kept)):
            return replace(known, from_tag=from_tag, to_tag=to_tag)
        read = await self._read(from_tag, from_sha, to_tag, to_sha)
        if self._storage is not None:
            await self._storage.save(key, history_to_json(read))
        return read

    async def _read(self, from_tag: str | None, from_sha: str | None, to_tag: str, to_sha: str) -> History:
        about = await self.describe()
        raw = await self._commits(from_sha, to_sha)
        whole = await self._whole([str(item["sha"]) for item in raw])
        return History(
            full_name=about.full_name,
            from_tag=from_tag,
            to_tag=to_tag,
            commits=tuple(_commit(item, changed_files(whole.get(str(item["sha"])))) for item in raw),
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

    async def _whole(self, shas: list[str]) -> dict[str, Any]:
        """The commits with their files; none of them where there are too many."""
        if len(shas) > MAX_FILE_READS:
            return {}
        answers = await together(*(self._get(f"/commits/{sha}") for sha in shas))
        return dict(zip(shas, answers, strict=True))

    async def _walk(self, sha: str) -> AsyncIterator[dict[str, Any]]:
        """The newest commits that the commit goes back to, itself the first."""
        async for page in self._pages("/commits", most=MAX_EARLIER_PAGES, sha=sha):
            for item in page:
                if _is_commit(item):
                    yield item

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
        return frozenset([_person(item).email.lower() async for item in self._walk(sha)])


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


def _text(content: Any) -> str:
    """A file's text as the contents API gives it; "" for what is no text."""
    try:
        return base64.b64decode(content["content"]).decode()
    except (KeyError, TypeError, ValueError, binascii.Error):
        return ""
