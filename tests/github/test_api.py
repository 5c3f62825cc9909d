"""Calls to GitHub: conditional, patient where it asks for it, clear where it refuses."""

import asyncio
import json
from typing import Any

import httpx
import pytest
from pydantic import SecretStr
from tests.github.calls import NOW, Memory, Naps, answers, api

from releaseray.github import GitHubApi, GitHubError, Kind, NoAuth, TokenAuth


async def test_what_has_not_changed_comes_from_the_storage() -> None:
    asked: list[str | None] = []

    def handler(request: httpx.Request) -> httpx.Response:
        asked.append(request.headers.get("if-none-match"))
        if asked[-1] == '"v1"':
            return httpx.Response(304)
        return httpx.Response(200, json={"id": 7}, headers={"etag": '"v1"'})

    memory = Memory()
    for _ in range(2):
        assert await api(handler, storage=memory).get("/repos/a/b", "a/b") == {"id": 7}
    assert asked == [None, '"v1"']


async def test_what_one_token_saw_is_not_shown_to_another() -> None:
    memory = Memory()
    one = api(answers(httpx.Response(200, json=1, headers={"etag": "x"})), storage=memory)
    await one.get("/repos/a/b", "a/b")
    other = api(answers(httpx.Response(404)), storage=memory, auth=TokenAuth(SecretStr("ghp_2")))
    with pytest.raises(GitHubError):
        await other.get("/repos/a/b", "a/b")


async def test_pages_are_followed_at_home_only() -> None:
    home = {"link": '<https://api.github.com/x?page=2>; rel="next"'}
    away = {"link": '<https://evil.example/y?page=3>; rel="next"'}
    asked: list[str] = []

    def handler(request: httpx.Request) -> httpx.Response:
        asked.append(str(request.url))
        return httpx.Response(200, json=[len(asked)], headers=(home, away, {})[len(asked) - 1])

    assert [page async for page in api(handler).pages("/x", "x")] == [[1], [2], [3]]
    assert asked == [f"https://api.github.com/x?{query}" for query in ("per_page=100", "page=2", "page=3")]


async def test_the_last_of_a_long_list_takes_two_calls() -> None:
    end = {"link": '<https://api.github.com/x?per_page=1&page=9000>; rel="last"'}
    hub = api(answers(httpx.Response(200, json=[1], headers=end), httpx.Response(200, json=[9000])))
    assert await hub.last("/x", "x", {}) == [9000]
    assert await api(answers(httpx.Response(200, json=[1]))).last("/x", "x", {}) == [1]


async def test_passing_trouble_is_waited_out() -> None:
    naps = Naps()
    hub = api(answers(httpx.Response(502), httpx.ReadTimeout("slow"), httpx.Response(200, json=1)), sleep=naps)
    assert await hub.get("/x", "x") == 1
    assert 0.5 <= naps.taken[0] <= 1 <= naps.taken[1] <= 2


async def test_a_short_limit_is_waited_out_as_asked() -> None:
    naps = Naps()
    limited = httpx.Response(403, headers={"retry-after": "20"})
    assert await api(answers(limited, httpx.Response(200, json=1)), sleep=naps).get("/x", "x") == 1
    assert 20 <= naps.taken[0] <= 22


async def test_a_long_limit_says_until_when() -> None:
    reset = str(int(NOW.timestamp()) + 1800)
    limited = httpx.Response(403, headers={"x-ratelimit-remaining": "0", "x-ratelimit-reset": reset})
    with pytest.raises(GitHubError, match="until 2026-11-22T12:30:00Z") as caught:
        await api(answers(limited)).get("/x", "x")
    assert (caught.value.kind, caught.value.wait) == (Kind.RATE_LIMITED, 1800)


async def test_it_gives_up_after_so_many_attempts() -> None:
    with pytest.raises(GitHubError) as caught:
        await api(lambda request: httpx.Response(503), attempts=3).get("/x", "x")
    assert caught.value.kind is Kind.BROKEN


@pytest.mark.parametrize("lost", [httpx.ReadTimeout("slow"), httpx.Response(504), httpx.Response(201, text="?")])
async def test_a_post_of_unknown_outcome_is_not_repeated(lost: httpx.Response | Exception) -> None:
    with pytest.raises(GitHubError) as caught:
        await api(answers(lost)).send("POST", "/x", "x", {})
    assert caught.value.unsure


async def test_a_post_that_never_left_is_repeated() -> None:
    hub = api(answers(httpx.ConnectError("refused"), httpx.Response(201, json=1)))
    assert await hub.send("POST", "/x", "x", {}) == 1


async def test_only_so_many_calls_are_in_flight() -> None:
    now, most = 0, 0

    async def handler(request: httpx.Request) -> httpx.Response:
        nonlocal now, most
        now += 1
        most = max(most, now)
        await asyncio.sleep(0.001)
        now -= 1
        return httpx.Response(200, json=1)

    hub = GitHubApi(httpx.AsyncClient(transport=httpx.MockTransport(handler)), NoAuth(), at_once=3)
    await asyncio.gather(*(hub.get(f"/{n}", "x") for n in range(20)))
    assert most == 3


@pytest.mark.parametrize(
    ("answer", "kind", "message"),
    [
        (httpx.Response(401), Kind.REVOKED, "revoked"),
        (httpx.Response(404), Kind.NOT_FOUND, "a/b: it does not exist, was renamed or deleted, or is private"),
        (httpx.Response(301, headers={"location": "/r/7"}), Kind.MOVED, "a/b was renamed"),
        (
            httpx.Response(403, json={"message": "No."}, headers={"x-accepted-github-permissions": "contents=read"}),
            Kind.FORBIDDEN,
            "It needs: contents=read",
        ),
        (
            httpx.Response(422, json={"message": "Bad", "errors": [{"field": "x", "code": "missing"}]}),
            Kind.INVALID,
            "x missing",
        ),
        (httpx.Response(422, text="<html>"), Kind.INVALID, "422|Unprocessable"),
    ],
)
async def test_refusals_say_what_is_wrong(answer: httpx.Response, kind: Kind, message: str) -> None:
    with pytest.raises(GitHubError, match=message) as caught:
        await api(answers(answer)).get("/repos/a/b", "a/b")
    assert caught.value.kind is kind


async def test_graphql_gives_what_there_is() -> None:
    found = {"data": {"repository": {"c0": None}}, "errors": [{"type": "NOT_FOUND", "message": "c0"}]}
    assert await api(answers(httpx.Response(200, json=found))).graphql("{}", "x", {}) == found["data"]


@pytest.mark.parametrize(
    ("error", "kind"),
    [("RATE_LIMITED", Kind.RATE_LIMITED), ("NOT_FOUND", Kind.NOT_FOUND), ("INSUFFICIENT_SCOPES", Kind.FORBIDDEN)],
)
async def test_graphql_refusals_come_with_a_200(error: str, kind: Kind) -> None:
    answer = httpx.Response(200, json={"data": {"repository": None}, "errors": [{"type": error, "message": "no"}]})
    with pytest.raises(GitHubError) as caught:
        await api(answers(answer), attempts=1).graphql("{}", "x", {})
    assert caught.value.kind is kind


async def test_enterprise_server_has_its_own_addresses() -> None:
    asked: list[str] = []

    def handler(request: httpx.Request) -> httpx.Response:
        asked.append(str(request.url))
        return httpx.Response(200, json={"data": {"x": 1}})

    hub = api(handler, url="https://git.example.com/api/v3/")
    await hub.get("/repos/a/b", "a/b")
    await hub.graphql("{x}", "x", {})
    assert asked == ["https://git.example.com/api/v3/repos/a/b", "https://git.example.com/api/graphql"]


async def test_a_storage_that_kept_nonsense_is_not_believed() -> None:
    memory = Memory()
    hub = api(lambda request: httpx.Response(200, json=1, headers={"etag": "x"}), storage=memory)
    for nonsense in (b"{", b"[]", b"{}"):
        await hub.get("/x", "x")
        memory.kept = dict.fromkeys(memory.kept, nonsense)
    assert await hub.get("/x", "x") == 1


@pytest.mark.parametrize(
    ("said", "read"),
    [
        (rb'{"a": ["x\u0000y", "\ud83d\ude00", "\udc00"]}', {"a": ["x\ufffdy", "\N{GRINNING FACE}", "\ufffd"]}),
        (rb'{"\ud800": "\u003c"}', {"\ufffd": "<"}),
    ],
)
async def test_what_no_database_keeps_is_replaced(said: bytes, read: Any) -> None:
    assert await api(lambda request: httpx.Response(200, content=said)).get("/x", "x") == read


@pytest.mark.parametrize("said", [b"[" * 100_000, b"9" * 10_000, b"\xff", b""])
async def test_what_is_no_answer(said: bytes) -> None:
    with pytest.raises(GitHubError, match="cannot be read"):
        await api(lambda request: httpx.Response(200, content=said), attempts=1).get("/x", "x")


async def test_nobody_has_no_header() -> None:
    seen: list[httpx.Headers] = []

    def handler(request: httpx.Request) -> httpx.Response:
        seen.append(request.headers)
        return httpx.Response(200, content=json.dumps(1))

    hub = api(handler, auth=NoAuth())
    await hub.get("/x", "x")
    assert "authorization" not in seen[0]
    assert await hub.git_authorization() is None
