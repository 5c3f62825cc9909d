"""GitHub adds pull requests and issues to what the clone tells, and reads a range once."""

from typing import Any

import httpx
import pytest
from tests.github.standins import Clone, Hub, Json, Memory, commit, pull, read, sha, source

from releaseray.notes.history import Issue
from releaseray.outbound import AnswerTooLarge
from releaseray.sources import Description


class Overload(Exception):
    """More than the stand-in answers."""


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


async def test_all_else_is_the_clones() -> None:
    clone = Clone()
    of = source(clone, Hub())
    await of.refresh()
    assert (clone.read, await of.head(), await of.root(sha(9))) == (1, sha(9), sha(1))
    assert await of.is_ancestor(sha(1), sha(2))
    assert [tag.name for tag in await of.tags()] == ["v1"]
    assert await of.tags_reached(sha(9)) == await of.tags()
    assert (await of.commit(sha(3)), await of.patches(sha(1), sha(9))) == (sha(3), {sha(9): "diff"})
