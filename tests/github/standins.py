"""What a clone and GitHub say, made up: for tests of what is made of it."""

import json
import re
from typing import Any

import httpx
from pydantic import SecretStr

from releaseray.github import GitHubApi, NoAuth, TokenAuth
from releaseray.notes.history import Commit, History, Person, Tag
from releaseray.sources import Compare, Description, Source
from releaseray.sources.github import GitHubSource

Json = dict[str, Any]
REPO = {"id": 7, "full_name": "acme/myapp", "default_branch": "main", "html_url": "https://github.com/acme/myapp"}


def sha(number: int) -> str:
    return f"{number:040x}"


def commit(number: int, subject: str = "x", email: str = "ada@example.com", body: str = "") -> Commit:
    return Commit(sha(number), (), Person("A", email), 1_700_000_000 + number, subject, body, ())


class Clone:
    """What the clone would say."""

    def __init__(self, *commits: Commit, known: frozenset[str] = frozenset()) -> None:
        self.commits, self.known = commits, known
        self.read = 0

    async def describe(self) -> Description:
        return Description("acme/myapp", "main", "https://github.com/acme/myapp")

    async def refresh(self) -> None:
        self.read += 1

    async def tags(self) -> list[Tag]:
        return [Tag("v1", sha(1), 1)]

    async def head(self) -> str:
        return sha(9)

    async def root(self, to_sha: str) -> str:
        return sha(1)

    async def is_ancestor(self, older: str, newer: str) -> bool:
        return older < newer

    async def ahead(self, older: str, newer: str) -> int:
        return len(self.commits)

    async def tags_reached(self, sha: str) -> list[Tag]:
        return await self.tags()

    async def commit(self, name: str) -> str | None:
        return name

    async def patches(self, from_sha: str | None, to_sha: str) -> dict[str, str]:
        return {to_sha: "diff"}

    async def history(self, asked: Compare) -> History:
        return History("acme/myapp", asked.from_tag, asked.to_tag, self.commits, known_emails=self.known)


def pull(number: int, author: str = "ada", **values: Any) -> Json:
    return {
        "number": number,
        "title": f"Pull {number}",
        "body": "",
        "merged": True,
        "mergedAt": f"2026-11-{number:02d}T10:00:00Z",
        "baseRepository": {"nameWithOwner": "acme/myapp"},
        "author": {"login": author, "__typename": "User"},
        "mergeCommit": None,
        "labels": {"nodes": [{"name": "feature"}]},
        "closingIssuesReferences": {"nodes": []},
    } | values


class Hub:
    """GitHub's GraphQL: `pulls` by the sha of a commit, `earlier` merged pull requests by login."""

    def __init__(self) -> None:
        self.pulls: dict[str, list[Json]] = {}
        self.earlier: dict[str, int] = {}
        self.rest: dict[str, Any] = {"/repos/acme/myapp": REPO}
        self.refusal: httpx.Response | None = None
        self.calls: list[str] = []

    def __call__(self, request: httpx.Request) -> httpx.Response:
        self.calls.append(request.url.path)
        if self.refusal:
            return self.refusal
        if request.url.path != "/graphql":
            found = self.rest.get(request.url.path)
            return httpx.Response(200, json=found) if found else httpx.Response(404)
        asked = json.loads(request.content)
        query = asked["query"]
        if numbers := re.findall(r"p(\d+): pullRequest\(number: \1\)", query):
            every = {str(one["number"]): one for pulls in self.pulls.values() for one in pulls}
            data = {"repository": {"nameWithOwner": "acme/myapp"} | {f"p{n}": every.get(n) for n in numbers}}
        else:
            data = self._searches(asked["variables"]) if "search(" in query else self._objects(query)
        return httpx.Response(200, json={"data": data})

    def _objects(self, query: str) -> Json:
        aliases = re.findall(r'(c\d+): object\(oid: "([0-9a-f]{40})"\)', query)
        assert len(aliases) <= 50
        found = {alias: {"associatedPullRequests": {"nodes": self.pulls.get(oid, [])}} for alias, oid in aliases}
        return {"repository": {"nameWithOwner": "acme/myapp", **found}}

    def _searches(self, variables: Json) -> Json:
        logins = {name: re.search(r"author:(\S+) merged:<2026", text) for name, text in variables.items()}
        return {name: {"issueCount": self.earlier.get(login[1], 0)} for name, login in logins.items() if login}


class Memory(dict[str, bytes]):
    async def load(self, key: str) -> bytes | None:
        return self.get(key)

    async def save(self, key: str, value: bytes) -> None:
        self[key] = value


class Told(dict[int, str | None]):
    """The pull requests that webhooks told of, at `at`."""

    at = 0.0

    async def since(self, moment: float) -> dict[int, str | None]:
        return self if self.at >= moment else {}


def source(
    git: Source, hub: Hub, *, anonymous: bool = False, storage: Memory | None = None, changes: Told | None = None
) -> GitHubSource:
    http = httpx.AsyncClient(transport=httpx.MockTransport(hub))
    auth = NoAuth() if anonymous else TokenAuth(SecretStr("ghp_1"))
    api = GitHubApi(http, auth, attempts=1)
    return GitHubSource(git, api, "acme/myapp", storage=storage, changes=changes, anonymous=anonymous)


async def read(of: GitHubSource) -> History:
    return await of.history(Compare(from_tag="v1", from_sha=sha(1), to_tag="v2", to_sha=sha(9)))
