"""GitHub adds pull requests and issues to what the clone tells, reads a range once, and says what is wrong."""

import asyncio
import json
import re
from typing import Any

import httpx
import pytest
from pydantic import SecretStr

from releaseray.github import GitHubApi, NoAuth, TokenAuth
from releaseray.notes.history import Commit, History, Issue, Person, Tag
from releaseray.outbound import AnswerTooLarge
from releaseray.sources import Description, Source, SourceError
from releaseray.sources.github import GitHubProblem, GitHubSource, GitHubUnavailable

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

    async def tags_reached(self, sha: str) -> list[Tag]:
        return await self.tags()

    async def commit(self, name: str) -> str | None:
        return name

    async def patches(self, from_sha: str | None, to_sha: str) -> dict[str, str]:
        return {to_sha: "diff"}

    async def history(
        self,
        *,
        from_tag: str | None,
        from_sha: str | None,
        to_tag: str,
        to_sha: str,
        past: bool = False,
        files: bool = True,
    ) -> History:
        return History("acme/myapp", from_tag, to_tag, self.commits, known_emails=self.known)


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
        data = self._searches(asked["variables"]) if "search(" in asked["query"] else self._objects(asked["query"])
        return httpx.Response(200, json={"data": data})

    def _objects(self, query: str) -> Json:
        aliases = re.findall(r'(c\d+): object\(oid: "([0-9a-f]{40})"\)', query)
        assert len(aliases) <= 50
        found = {alias: {"associatedPullRequests": {"nodes": self.pulls.get(oid, [])}} for alias, oid in aliases}
        return {"repository": {"nameWithOwner": "acme/myapp", **found}}

    def _searches(self, variables: Json) -> Json:
        logins = {name: re.search(r"author:(\S+) merged:<2026", text) for name, text in variables.items()}
        return {name: {"issueCount": self.earlier.get(login[1], 0)} for name, login in logins.items() if login}


class Overload(Exception):
    """More than the stand-in answers."""


class Memory(dict[str, bytes]):
    async def load(self, key: str) -> bytes | None:
        return self.get(key)

    async def save(self, key: str, value: bytes) -> None:
        self[key] = value


def source(git: Source, hub: Hub, *, anonymous: bool = False, storage: Memory | None = None) -> GitHubSource:
    http = httpx.AsyncClient(transport=httpx.MockTransport(hub))
    auth = NoAuth() if anonymous else TokenAuth(SecretStr("ghp_1"))
    api = GitHubApi(http, auth, attempts=1)
    return GitHubSource(git, api, "acme/myapp", storage=storage, anonymous=anonymous)


async def read(of: GitHubSource) -> History:
    return await of.history(from_tag="v1", from_sha=sha(1), to_tag="v2", to_sha=sha(9))


async def test_the_repository_as_github_describes_it() -> None:
    about = await source(Clone(), Hub()).describe()
    assert about == Description("acme/myapp", "main", "https://github.com/acme/myapp", 7)


async def test_pull_requests_with_labels_issues_and_their_commits() -> None:
    hub = Hub()
    issues = [
        {"number": 3, "title": "Dark, please", "repository": {"nameWithOwner": "acme/myapp"}, "labels": {"nodes": []}},
        {"number": 4, "title": "Elsewhere", "repository": {"nameWithOwner": "acme/other"}, "labels": {"nodes": []}},
    ]
    twelve = pull(12, body="Closes #3", mergeCommit={"oid": sha(5)}, closingIssuesReferences={"nodes": issues})
    fork = pull(13, baseRepository={"nameWithOwner": "fork/myapp"})
    hub.pulls = {sha(2): [twelve, fork], sha(3): [twelve], sha(4): [pull(14, merged=False)]}
    history = await read(source(Clone(commit(4), commit(3), commit(2)), hub))
    (found,) = history.pulls.values()
    assert (found.number, found.title, found.author, found.labels) == (12, "Pull 12", "ada", ("feature",))
    assert (found.closes, set(found.shas)) == ((3,), {sha(2), sha(3), sha(5)})
    assert dict(history.issues) == {3: Issue(3, "Dark, please")}


async def test_a_thousand_commits_take_twenty_calls() -> None:
    hub = Hub()
    commits = [commit(n) for n in range(1000)]
    hub.pulls = {c.sha: [pull(n // 40 + 1)] for n, c in enumerate(commits)}
    history = await read(source(Clone(*commits, known=frozenset({"ada@example.com"})), hub))
    assert len(history.pulls) == 25
    assert len(hub.calls) == 20


@pytest.mark.parametrize("trouble", [httpx.Response(502), AnswerTooLarge("5 MB")])
async def test_an_answer_that_is_too_much_is_asked_for_in_parts(trouble: httpx.Response | Exception) -> None:
    class Tired(Hub):
        def _objects(self, query: str) -> Json:
            if query.count("object(oid") > 10:
                raise Overload
            return super()._objects(query)

        def __call__(self, request: httpx.Request) -> httpx.Response:
            try:
                return super().__call__(request)
            except Overload:
                if isinstance(trouble, Exception):
                    raise trouble from None
                return trouble

    hub = Tired()
    commits = [commit(n) for n in range(30)]
    hub.pulls = {c.sha: [pull(n + 1)] for n, c in enumerate(commits)}
    history = await read(source(Clone(*commits, known=frozenset({"ada@example.com"})), hub))
    assert len(history.pulls) == 30
    assert len(hub.calls) == 4


async def test_who_came_for_the_first_time() -> None:
    hub = Hub()
    people = {"ada": "ada@example.com", "new": "new@example.com", "moved": "moved@new.example", "bob": "b@example.com"}
    commits = [commit(n, email=email) for n, email in enumerate(people.values(), 2)]
    hub.pulls = {c.sha: [pull(n, login)] for n, (c, login) in enumerate(zip(commits, people, strict=True), 10)}
    again = commit(8, email="new@example.com")
    bot = {"login": "renovate", "__typename": "Bot"}
    hub.pulls |= {again.sha: [pull(20, "new")], sha(9): [pull(21) | {"author": bot}]}
    hub.earlier = {"moved": 3, "bob": 0}
    clone = Clone(commit(9, email="bot@x"), again, *commits, known=frozenset({"ada@example.com"}))
    history = await read(source(clone, hub))
    assert {n for n, found in history.pulls.items() if found.first_contribution} == {11, 13}
    assert history.pulls[21].author == "renovate[bot]"


async def test_a_range_is_read_once() -> None:
    hub, storage = Hub(), Memory()
    hub.pulls = {sha(2): [pull(12)]}
    first = await read(source(Clone(commit(2)), hub, storage=storage))
    calls = len(hub.calls)
    second = await read(source(Clone(commit(2)), hub, storage=storage))
    assert second == first
    assert len(hub.calls) == calls
    for key in storage:
        storage[key] = b'{"pulls": [{"number": 1}]}'
    assert await read(source(Clone(commit(2)), hub, storage=storage)) == first


def rest_pull(number: int, **values: Any) -> Json:
    own = {"number": number, "title": f"Pull {number}", "merged": True, "merged_at": "2026-11-01T10:00:00Z"}
    return own | {"user": {"login": "ada"}, "labels": [{"name": "fix"}], "merge_commit_sha": sha(5)} | values


@pytest.mark.parametrize("anonymous", [True, False])
async def test_without_graphql_pull_requests_are_read_one_by_one(anonymous: bool) -> None:
    class RestOnly(Hub):
        def __call__(self, request: httpx.Request) -> httpx.Response:
            return httpx.Response(404) if request.url.path == "/graphql" else super().__call__(request)

    hub = RestOnly()
    hub.rest |= {
        "/repos/acme/myapp/pulls/12": rest_pull(12, body="Fixes #3"),
        "/repos/acme/myapp/pulls/13": rest_pull(13, merged=False),
        "/repos/acme/myapp/issues/3": {"number": 3, "title": "Broken", "labels": [{"name": "bug"}]},
    }
    commits = commit(4, "Merge pull request #12 from acme/topic"), commit(3, "Open (#13)"), commit(2, "No PR (#99)")
    history = await read(source(Clone(*commits), hub, anonymous=anonymous))
    assert {n: (p.closes, p.labels, set(p.shas)) for n, p in history.pulls.items()} == {
        12: ((3,), ("fix",), {sha(4), sha(5)})
    }
    assert dict(history.issues) == {3: Issue(3, "Broken", ("bug",))}
    assert history.pulls[12].first_contribution


async def test_once_github_refuses_it_is_asked_no_more() -> None:
    hub = Hub()

    async def slowly(request: httpx.Request) -> httpx.Response:
        await asyncio.sleep(0.005)
        answer = hub(request)
        hub.refusal = httpx.Response(429, headers={"retry-after": "1800"})
        return answer

    http = httpx.AsyncClient(transport=httpx.MockTransport(slowly))
    commits = [commit(n, f"Change {n} (#{n})") for n in range(1, 200)]
    of = GitHubSource(Clone(*commits), GitHubApi(http, NoAuth(), attempts=1), "acme/myapp", anonymous=True)
    assert (await read(of)).pulls == {}
    asked = len(hub.calls)
    await asyncio.sleep(0.05)
    assert asked == len(hub.calls) < 20


@pytest.mark.parametrize(
    ("refusal", "message"),
    [
        (httpx.Response(401), "revoked"),
        (httpx.Response(404), "private"),
        (httpx.Response(403, json={"message": "Resource not accessible"}), "Resource not accessible"),
    ],
)
async def test_what_is_wrong_for_good(refusal: httpx.Response, message: str) -> None:
    hub = Hub()
    hub.refusal = refusal
    of = source(Clone(commit(2)), hub)
    for call in (of.describe(), read(of)):
        with pytest.raises(GitHubProblem, match=message) as caught:
            await call
        assert not isinstance(caught.value, GitHubUnavailable)


@pytest.mark.parametrize("status", [401, 403, 404])
async def test_what_strangers_are_not_shown(status: int) -> None:
    hub = Hub()
    hub.refusal = httpx.Response(status)
    with pytest.raises(GitHubProblem, match=r"does not show acme/myapp to everybody.* needs a token"):
        await source(Clone(), hub, anonymous=True).describe()


async def test_an_exhausted_limit_says_until_when() -> None:
    hub = Hub()
    hub.refusal = httpx.Response(403, headers={"x-ratelimit-remaining": "0", "x-ratelimit-reset": "1795350000"})
    with pytest.raises(GitHubUnavailable, match=r"until 2026-11-22T\d\d:\d\d:\d\dZ") as caught:
        await read(source(Clone(commit(2)), hub))
    assert caught.value.until
    anonymous = source(Clone(commit(2)), hub, anonymous=True)
    assert (await read(anonymous)).pulls == {}
    assert (await anonymous.describe()).github_repo_id is None


async def test_a_renamed_repository_is_named_by_its_new_name() -> None:
    class Renamed(Hub):
        def __call__(self, request: httpx.Request) -> httpx.Response:
            if request.url.path == "/repos/acme/myapp":
                return httpx.Response(301, headers={"location": "https://api.github.com/repositories/7"})
            return super().__call__(request)

    hub = Renamed()
    hub.rest["/repositories/7"] = REPO | {"full_name": "acme/newapp"}
    with pytest.raises(SourceError, match=r"acme/myapp was renamed or moved\. It is now acme/newapp"):
        await source(Clone(), hub).describe()


class Unclonable(Clone):
    async def refresh(self) -> None:
        raise SourceError("The remote asks for credentials.")


@pytest.mark.parametrize(
    ("status", "why"), [(401, "revoked"), (404, "does not show acme/myapp"), (503, "asks for cred"), (200, "asks for")]
)
async def test_why_it_cannot_be_cloned(status: int, why: str) -> None:
    hub = Hub()
    hub.refusal = httpx.Response(status, json=REPO)
    with pytest.raises(SourceError, match=why):
        await source(Unclonable(), hub).refresh()


async def test_all_else_is_the_clones() -> None:
    clone = Clone()
    of = source(clone, Hub())
    await of.refresh()
    assert (clone.read, await of.head(), await of.root(sha(9))) == (1, sha(9), sha(1))
    assert await of.is_ancestor(sha(1), sha(2))
    assert [tag.name for tag in await of.tags()] == ["v1"]
    assert await of.tags_reached(sha(9)) == await of.tags()
    assert (await of.commit(sha(3)), await of.patches(sha(1), sha(9))) == (sha(3), {sha(9): "diff"})
