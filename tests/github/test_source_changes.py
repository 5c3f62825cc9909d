"""Of a range that was read, only the pull requests that were changed since are asked for again."""

import time

import httpx
import pytest
from tests.github.standins import Clone, Hub, Memory, Told, commit, pull, read, sha, source

from releaseray.notes.history import Issue


def issue(number: int) -> dict[str, object]:
    named = {"repository": {"nameWithOwner": "acme/myapp"}, "labels": {"nodes": []}}
    return {"number": number, "title": f"Issue {number}", **named}


async def test_its_issues_change_with_it_and_nothing_else_does() -> None:
    hub, storage, told = Hub(), Memory(), Told()
    hub.pulls = {
        sha(2): [pull(12, closingIssuesReferences={"nodes": [issue(3)]})],
        sha(3): [pull(13, closingIssuesReferences={"nodes": [issue(4)]})],
    }
    git = Clone(commit(3), commit(2))
    first = await read(source(git, hub, storage=storage, changes=told))
    hub.pulls[sha(2)] = [pull(12, title="New", closingIssuesReferences={"nodes": [issue(5)]})]
    hub.pulls[sha(3)] = [pull(13, title="Nobody told")]
    told[12], told.at = None, time.time()
    second = await read(source(git, hub, storage=storage, changes=told))
    assert (second.pulls[12].title, second.pulls[12].closes) == ("New", (5,))
    assert (second.pulls[12].shas, second.pulls[12].first_contribution) == (first.pulls[12].shas, True)
    assert second.pulls[13] == first.pulls[13]
    assert dict(second.issues) == {4: Issue(4, "Issue 4"), 5: Issue(5, "Issue 5")}
    calls = len(hub.calls)
    told.at = 0.0
    assert await read(source(git, hub, storage=storage, changes=told)) == second, "what was read again is kept"
    assert len(hub.calls) == calls


@pytest.mark.parametrize("anonymous", [True, False])
async def test_without_graphql_it_is_read_by_its_number(anonymous: bool) -> None:
    class RestOnly(Hub):
        def __call__(self, request: httpx.Request) -> httpx.Response:
            return httpx.Response(404) if request.url.path == "/graphql" else super().__call__(request)

    hub, storage, told = RestOnly(), Memory(), Told({12: None})
    about = {"number": 12, "title": "Old", "merged": True, "user": {"login": "ada"}, "body": "Fixes #3"}
    hub.rest |= {
        "/repos/acme/myapp/pulls/12": about,
        "/repos/acme/myapp/issues/3": {"number": 3, "title": "Broken", "labels": []},
    }
    git = Clone(commit(4, "Merge pull request #12 from acme/topic"))
    await read(source(git, hub, storage=storage, anonymous=anonymous))
    hub.rest["/repos/acme/myapp/pulls/12"] = about | {"title": "New", "labels": [{"name": "bug"}]}
    told.at = time.time()
    found = await read(source(git, hub, storage=storage, changes=told, anonymous=anonymous))
    assert (found.pulls[12].title, found.pulls[12].labels, found.pulls[12].shas) == ("New", ("bug",), (sha(4),))
    assert dict(found.issues) == {3: Issue(3, "Broken")}


async def test_anybodys_reading_makes_do_with_what_was_kept_while_github_refuses() -> None:
    hub, storage, told = Hub(), Memory(), Told({12: None})
    hub.rest["/repos/acme/myapp/pulls/12"] = {"number": 12, "title": "Old", "merged": True}
    git = Clone(commit(4, "Merge pull request #12 from acme/topic"))
    await read(source(git, hub, storage=storage, anonymous=True))
    hub.refusal, told.at = httpx.Response(429), time.time()
    found = await read(source(git, hub, storage=storage, changes=told, anonymous=True))
    assert found.pulls[12].title == "Old"


async def test_hundreds_are_asked_for_fifty_a_call() -> None:
    hub, storage, told = Hub(), Memory(), Told(dict.fromkeys(range(1, 121)))
    hub.pulls = {sha(n): [pull(n, mergedAt="2026-11-01T10:00:00Z")] for n in range(1, 121)}
    git = Clone(*(commit(n) for n in range(1, 121)), known=frozenset({"ada@example.com"}))
    await read(source(git, hub, storage=storage))
    before, told.at = len(hub.calls), time.time()
    assert len((await read(source(git, hub, storage=storage, changes=told))).pulls) == 120
    assert len(hub.calls) - before == 3
