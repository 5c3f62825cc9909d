"""Where no clone can be had, GitHub's API tells the history: over real HTTP, and beyond 250 commits."""

import json
from typing import Any

import httpx
import pytest
from pydantic import SecretStr
from tests.github.conftest import OpenApi
from tests.github.standins import Memory

from releaseray.github import GitHubApi, TokenAuth
from releaseray.notes.history import FileChange, Tag
from releaseray.sources import Compare, SourceError
from releaseray.sources.github import GitHubSource
from releaseray.sources.github_rest import GitHubRest
from releaseray.tracking.patch import Hunk, parse_patch

Json = dict[str, Any]
ABOUT = {"id": 7, "full_name": "acme/myapp", "default_branch": "main", "html_url": "https://github.com/acme/myapp"}
API = "https://api.github.com"


def sha(number: int) -> str:
    return f"{number:040x}"


def raw(number: int) -> Json:
    person = {"name": "Ada", "email": "Ada@Example.com", "date": f"2026-11-01T10:{number // 60:02d}:{number % 60:02d}Z"}
    about = {"author": person, "committer": person, "message": f"feat: number {number}\n\nWith a body.\n"}
    parents = [{"sha": sha(number - 1)}] if number > 1 else []
    return {
        "sha": sha(number),
        "commit": about,
        "parents": parents,
    }


class Hub:
    """A repository of `size` commits, each changing a file of its own; requests are checked against OpenAPI."""

    def __init__(self, openapi: OpenApi, size: int) -> None:
        self._openapi, self._commits = openapi, [raw(number) for number in range(1, size + 1)]
        self.graphql: list[Json] = []
        self.paths: list[str] = []

    def __call__(self, request: httpx.Request) -> httpx.Response:
        if request.url.path == "/graphql":
            return httpx.Response(200, json={"data": self.graphql.pop(0)}) if self.graphql else httpx.Response(404)
        path = request.url.path.removeprefix("/repos/acme/myapp")
        self.paths.append(path)
        self._openapi.request(request)
        if path.startswith("/compare/"):
            return self._compare(path.removeprefix("/compare/"), request)
        if path == "/commits":
            newest_first = self._commits[int(request.url.params["sha"], 16) - 1 :: -1]
            return self._paged(request, newest_first)
        if path.startswith("/commits/"):
            number = int(path.removeprefix("/commits/"), 16)
            if number > len(self._commits):
                return httpx.Response(422, json={"message": "No commit found for SHA"})
            return httpx.Response(200, json=raw(number) | {"files": FILES.get(number, [])})
        found: dict[str, Any] = {
            "": ABOUT,
            "/git/ref/heads/main": {"object": {"sha": self._commits[-1]["sha"]}},
            "/contents/": [{"name": "README.md"}, {"name": "CHANGELOG.md"}],
            "/contents/CHANGELOG.md": {"content": "IyMgdjEKLSBvbGQK\n"},
        }
        return httpx.Response(200, json=found[path]) if path in found else httpx.Response(404)

    def _compare(self, basehead: str, request: httpx.Request) -> httpx.Response:
        low, high = (int(end, 16) for end in basehead.split("..."))
        status = "ahead" if low < high else "identical" if low == high else "behind"
        compared = {"status": status, "ahead_by": max(0, high - low)}
        return self._paged(request, self._commits[low:high], lambda items: compared | {"commits": items})

    def _paged(self, request: httpx.Request, items: list[Json], wrap: Any = lambda items: items) -> httpx.Response:
        size, page = int(request.url.params["per_page"]), int(request.url.params.get("page", "1"))
        last = -(-len(items) // size)
        query = {key: value for key, value in request.url.params.items() if key != "page"}
        links = [(page + 1, "next"), (last, "last")] if page < last else []
        link = ", ".join(f'<{request.url.copy_with(params=query | {"page": n})}>; rel="{rel}"' for n, rel in links)
        return httpx.Response(200, json=wrap(items[(page - 1) * size : page * size]), headers={"link": link})


FILES = {
    2: [
        {"status": "added", "filename": "new.py"},
        {"status": "renamed", "filename": "b.py", "previous_filename": "a.py"},
        {"status": "modified", "filename": "c.py", "patch": "@@ -1,2 +1,2 @@\n one\n-two\n+two"},
        {"status": "removed", "filename": "d.py", "patch": "@@ -1 +0,0 @@\n-one"},
    ]
}


def rest(hub: Any, storage: Memory | None = None) -> GitHubSource:
    api = GitHubApi(httpx.AsyncClient(transport=httpx.MockTransport(hub)), TokenAuth(SecretStr("ghp_1")), attempts=1)
    return GitHubSource(GitHubRest(api, "acme/myapp", storage=storage), api, "acme/myapp", storage=storage)


async def test_a_range_as_github_tells_it(openapi: OpenApi) -> None:
    history = await rest(Hub(openapi, 3)).history(Compare(from_tag="v1", from_sha=sha(1), to_tag="v2", to_sha=sha(3)))
    assert [commit.sha for commit in history.commits] == [sha(3), sha(2)]
    second = history.commits[1]
    assert (second.subject, second.body, second.parents) == ("feat: number 2", "With a body.", (sha(1),))
    assert (second.author.email, second.date) == ("Ada@Example.com", 1793527202)
    assert second.files == (
        FileChange("A", "new.py"),
        FileChange("D", "a.py"),
        FileChange("A", "b.py"),
        FileChange("M", "c.py"),
        FileChange("D", "d.py"),
    )
    assert history.changelog == "## v1\n- old\n"
    assert history.known_emails == {"ada@example.com"}
    assert history.web_url == "https://github.com/acme/myapp"


@pytest.mark.parametrize("from_sha", [sha(100), None])
async def test_a_range_of_many_pages(openapi: OpenApi, from_sha: str | None) -> None:
    hub = Hub(openapi, 1100)
    history = await rest(hub).history(Compare(from_tag=None, from_sha=from_sha, to_tag="v2", to_sha=sha(1100)))
    assert [int(commit.sha, 16) for commit in history.commits] == list(range(1100, 100 if from_sha else 0, -1))
    assert not any(path.startswith("/commits/") for path in hub.paths)


async def test_a_range_is_read_once(openapi: OpenApi) -> None:
    hub, storage = Hub(openapi, 3), Memory()
    first = await rest(hub, storage).history(Compare(from_tag="v1", from_sha=sha(1), to_tag="v2", to_sha=sha(3)))
    calls = len(hub.paths)
    again = await rest(hub, storage).history(Compare(from_tag="v1", from_sha=sha(1), to_tag="v2", to_sha=sha(3)))
    assert again == first
    assert len(hub.paths) == calls
    (kept,) = (key for key in storage if key.startswith("history:"))
    storage[kept] = b"nonsense"
    read = await rest(hub, storage).history(Compare(from_tag="one", from_sha=sha(1), to_tag="two", to_sha=sha(3)))
    assert (read.commits, read.from_tag, read.to_tag) == (first.commits, "one", "two")


async def test_what_commits_change(openapi: OpenApi) -> None:
    patches = await rest(Hub(openapi, 3)).patches(sha(1), sha(3))
    assert patches[sha(3)] == ""
    touched = {file.path: file.hunks for file in parse_patch(patches[sha(2)])}
    assert set(touched) == {"new.py", "b.py", "c.py", "d.py"}
    assert touched["c.py"] == (Hunk(1, 2, changed=2),)
    assert touched["d.py"] == (Hunk(0, 0, changed=1),)


async def test_questions_about_commits(openapi: OpenApi) -> None:
    of = rest(Hub(openapi, 300))
    assert (await of.head(), await of.root(sha(300))) == (sha(300), sha(1))
    assert await of.is_ancestor(sha(1), sha(2))
    assert await of.is_ancestor(sha(2), sha(2))
    assert not await of.is_ancestor(sha(3), sha(2))
    assert [await of.ahead(sha(1), sha(newer)) for newer in (3, 1)] == [2, 0]
    assert [await of.commit(name) for name in (sha(2), "main", sha(999))] == [sha(2), None, None]


async def test_a_hundred_tags_a_call(openapi: OpenApi) -> None:
    hub = Hub(openapi, 1)
    light = {"name": "v1", "target": {"__typename": "Commit", "oid": sha(1), "committedDate": "2026-11-01T10:00:00Z"}}
    inner = {"__typename": "Commit", "oid": sha(2), "committedDate": "2026-11-01T10:00:00Z"}
    heavy = {"name": "v2", "target": {"tagger": {"date": "2026-11-02T10:00:00+00:00"}, "target": inner}}
    tree = {"name": "odd", "target": {"__typename": "Tree", "oid": sha(3)}}

    def page(nodes: list[Json], more: bool) -> Json:
        return {"repository": {"refs": {"nodes": nodes, "pageInfo": {"hasNextPage": more, "endCursor": "x"}}}}

    hub.graphql = [page([light, tree], True), page([heavy], False)]
    of = rest(hub)
    assert await of.tags() == [Tag("v2", sha(2), 1793613600), Tag("v1", sha(1), 1793527200)]
    hub.graphql = [page([light, heavy], False)]
    assert [tag.name for tag in await of.tags_reached(sha(1))] == ["v1"]


async def test_trouble_is_told_in_words() -> None:
    of = rest(lambda request: httpx.Response(404))
    for call in (
        of.describe(),
        of.tags(),
        of.head(),
        of.history(Compare(from_tag=None, from_sha=None, to_tag="v", to_sha="x")),
    ):
        with pytest.raises(SourceError, match="acme/myapp"):
            await call
    odd = rest(lambda request: httpx.Response(200, content=json.dumps([])))
    for call in (odd.describe(), odd.head(), odd.root(sha(1))):
        with pytest.raises(SourceError, match="cannot be read"):
            await call
