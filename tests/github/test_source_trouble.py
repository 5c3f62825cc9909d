"""What is wrong with a repository on GitHub is said in words that help."""

import asyncio
import time

import httpx
import pytest
from tests.github.standins import REPO, Clone, Hub, commit, read, source

from releaseray.github import GitHubApi, NoAuth
from releaseray.sources import SourceError
from releaseray.sources.github import GitHubProblem, GitHubSource, GitHubUnavailable


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
    hub, ends = Hub(), int(time.time()) + 1800
    hub.refusal = httpx.Response(403, headers={"x-ratelimit-remaining": "0", "x-ratelimit-reset": str(ends)})
    until = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(ends))
    with pytest.raises(GitHubUnavailable, match=f"until {until}") as caught:
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
