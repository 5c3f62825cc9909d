"""A repository's history through GitHub's API alone, for where a clone cannot be had."""

import base64
import binascii
import re
from collections.abc import Coroutine
from typing import Any
from urllib.parse import quote

from releaseray.github import GitHubApi, GitHubError, Kind, Storage, together
from releaseray.notes.history import Commit, FileChange, History, Person, Tag
from releaseray.sources import Compare, Description, RangeTooLong
from releaseray.sources.github_files import changed_files, patch_of
from releaseray.sources.github_records import described, history_from_json, history_to_json, unreadable
from releaseray.sources.github_tags import read_tags, seconds

# Changed files cost a call a commit: beyond so many commits they are left out.
MAX_FILE_READS = 500
# A page has 100 commits; a longer range takes longer than anybody waits.
MAX_PAGES = 100
# Who contributed before is read from so many pages of commits before the range.
MAX_EARLIER_PAGES = 20
MAX_CHANGELOG = 200_000
_CHANGELOG = re.compile(r"(?:changelog|changes|history|news|release[-_]?notes)(?:\.(?:md|rst|txt))?", re.IGNORECASE)
_SHA = re.compile(r"[0-9a-fA-F]{7,64}")


class GitHubRest:
    """A `Source` that asks GitHub for everything; wrap it in `GitHubSource` for pull requests and clear errors.

    It knows less than a clone does: no news fragments, no manifests, changed files for ranges of up to 500 commits,
    earlier contributors from the 2,000 commits before the range, which has 10,000 commits at most. May raise
    `GitHubError`, `SourceError` too. `storage` keeps what was read of a range, and its changed files apart from it.
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

    async def ahead(self, older: str, newer: str) -> int:
        match await self._get(f"/compare/{older}...{newer}", per_page=1):
            case {"ahead_by": int(ahead)}:
                return ahead
        raise unreadable()

    async def tags_reached(self, sha: str) -> list[Tag]:
        """Those of `tags` among the 2,000 newest commits that the commit goes back to."""
        reached = {item["sha"] for item in await self._walk(sha)}
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

    async def history(self, asked: Compare) -> History:
        key = f"{self._api.url}:{self._full_name}:{asked.from_sha}:{asked.to_sha}"
        history = await self._kept(f"history:2:{key}") or await self._read(asked, f"history:2:{key}")
        if asked.files:
            whole = await self._kept(f"files:1:{key}") or await self._read_files(history, f"files:1:{key}")
            history = history._replace(commits=whole.commits)
        return history._replace(from_tag=asked.from_tag, to_tag=asked.to_tag)

    async def _kept(self, key: str) -> History | None:
        kept = await self._storage.load(key) if self._storage is not None else None
        return history_from_json(kept) if kept else None

    async def _keep(self, key: str, history: History) -> History:
        if self._storage is not None:
            await self._storage.save(key, history_to_json(history))
        return history

    async def _read(self, asked: Compare, key: str) -> History:
        """All but the changed files, which are most of the calls."""
        calls: list[Coroutine[Any, Any, Any]] = [self.describe(), self._commits(asked.from_sha, asked.to_sha)]
        if asked.from_sha:
            calls += [self._changelog(asked.from_sha), self._earlier(asked.from_sha)]
        about, raw, *before = await together(*calls)
        changelog, known_emails = before or ("", frozenset())
        commits = tuple(_commit(item, ()) for item in raw)
        read = History(about.full_name, None, "", commits, about.web_url, changelog, known_emails=known_emails)
        return await self._keep(key, read)

    async def _read_files(self, history: History, key: str) -> History:
        whole = await self._whole([commit.sha for commit in history.commits])
        commits = tuple(commit._replace(files=changed_files(whole.get(commit.sha))) for commit in history.commits)
        return await self._keep(key, History(history.full_name, None, "", commits))

    async def _get(self, path: str, **params: Any) -> Any:
        return await self._api.get(self._path + path, self._full_name, params)

    async def _listed(self, path: str, most: int, key: str | None = None, **params: Any) -> list[dict[str, Any]]:
        """The raw commits of a list."""
        items = await self._api.all(self._path + path, self._full_name, params, most=most, key=key)
        return [item for item in items if _is_commit(item)]

    async def _commits(self, from_sha: str | None, to_sha: str) -> list[dict[str, Any]]:
        """The raw commits of the range, newest first, however many pages they take. Raises `RangeTooLong`."""
        if from_sha is None:
            newest_first = await self._listed("/commits", MAX_PAGES + 1, sha=to_sha)
        else:
            newest_first = await self._listed(f"/compare/{from_sha}...{to_sha}", MAX_PAGES + 1, "commits")
            newest_first.reverse()
        if len(newest_first) > MAX_PAGES * 100:
            raise RangeTooLong(
                f"The range has more than {MAX_PAGES * 100:,} commits, and no clone of {self._full_name} can be had to "
                "read them from. Begin at a later tag."
            )
        return list({str(item["sha"]): item for item in newest_first}.values())

    async def _whole(self, shas: list[str]) -> dict[str, Any]:
        """The commits with their files; none of them where there are too many."""
        if len(shas) > MAX_FILE_READS:
            return {}
        answers = await together(*(self._get(f"/commits/{sha}") for sha in shas))
        return dict(zip(shas, answers, strict=True))

    async def _walk(self, sha: str) -> list[dict[str, Any]]:
        """The newest commits that the commit goes back to, itself the first."""
        return await self._listed("/commits", MAX_EARLIER_PAGES, sha=sha)

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
        return frozenset(_person(item).email.lower() for item in await self._walk(sha))


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
