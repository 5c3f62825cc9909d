"""Calls to GitHub: conditional, limited in number, repeated as GitHub asks."""

import asyncio
import base64
import hashlib
import json
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from datetime import UTC, datetime
from typing import Any, NamedTuple, Protocol

import httpx

from releaseray.github.addresses import DEFAULT_URL
from releaseray.github.auth import Auth
from releaseray.github.errors import GitHubError, Kind, rate_limited, refusal
from releaseray.github.together import together
from releaseray.outbound import AnswerTooLarge, OutboundRefused, backoff, never_sent

HEADERS = {"Accept": "application/vnd.github+json", "X-GitHub-Api-Version": "2022-11-28"}
SAFE = ("GET", "HEAD")


class Storage(Protocol):
    """Keeps bytes under a key for as long as it likes; losing them costs calls, nothing else."""

    async def load(self, key: str) -> bytes | None:
        """What was kept, or None."""

    async def save(self, key: str, value: bytes) -> None:
        """Keep it."""


class _Page(NamedTuple):
    """One page of a list, the address of the next one, and the number of the last; None where there is none."""

    body: Any
    next: str | None
    last: int | None


class GitHubApi:
    """One organization's way to GitHub; every call may raise `GitHubError`.

    `url` is the API's base: `https://HOST/api/v3` for Enterprise Server. `attempts`: calls at most for one answer,
    1 for callers that repeat themselves. A wish to wait longer than `patience` seconds is an error that says until
    when. `at_once`: calls in flight.
    """

    def __init__(
        self,
        http: httpx.AsyncClient,
        auth: Auth,
        *,
        url: str = DEFAULT_URL,
        storage: Storage | None = None,
        attempts: int = 5,
        patience: float = 60.0,
        at_once: int = 6,
        sleep: Callable[[float], Awaitable[object]] = asyncio.sleep,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self.url = url.rstrip("/")
        self._http, self._auth, self._storage = http, auth, storage
        self._attempts, self._patience = attempts, patience
        self._gate = asyncio.Semaphore(at_once)
        self._sleep, self._now = sleep, now

    async def get(self, path: str, what: str, params: Mapping[str, Any] | None = None) -> Any:
        """The JSON at a path; from the storage when GitHub says that it has not changed."""
        return (await self._page(path, what, params)).body

    async def all(
        self, path: str, what: str, params: Mapping[str, Any], *, most: int, key: str | None = None
    ) -> list[Any]:
        """The items of the first `most` pages of a list; pages are asked for together, where the first one says how
        many there are. `key` as for `pages`."""
        query: Mapping[str, Any] = {"per_page": 100, **params}
        pages = [await self._page(path, what, query)]
        others = range(2, min(pages[0].last or 1, most) + 1)
        pages += await together(*(self._page(path, what, {**query, "page": number}) for number in others))
        while not others and (after := pages[-1].next) and len(pages) < most:
            pages.append(await self._page(after, what, None))
        return [item for page in pages for item in _items(page.body, key)]

    async def pages(
        self, path: str, what: str, params: Mapping[str, Any] | None = None, *, most: int = 100, key: str | None = None
    ) -> AsyncIterator[list[Any]]:
        """The lists that a path gives page by page, `most` pages at most; `key`: where in an object the list is."""
        here: str | None = path
        query: Mapping[str, Any] | None = {"per_page": 100, **(params or {})}
        for _ in range(most):
            if here is None:
                return
            page = await self._page(here, what, query)
            yield _items(page.body, key)
            here, query = page.next, None

    async def last(self, path: str, what: str, params: Mapping[str, Any]) -> list[Any]:
        """The last item of a list, in a list; two calls, however long it is."""
        url = str(httpx.URL(self._address(path), params={**params, "per_page": 1}))
        response = await self._call("GET", url, what)
        if end := self._link(response, url, "last"):
            response = await self._call("GET", end, what)
        items = _json(response)
        return items if isinstance(items, list) else []

    async def send(self, method: str, path: str, what: str, body: Mapping[str, Any]) -> Any:
        """POST, PATCH or PUT of a JSON object; what was answered. A POST of unknown outcome is not repeated."""
        return _json(await self._call(method, self._address(path), what, json=dict(body)))

    async def graphql(self, query: str, what: str, variables: Mapping[str, Any]) -> Mapping[str, Any]:
        """The `data` of a query (never of a mutation); parts that GitHub could not give are None in it."""
        url = self.url.removesuffix("/v3") + "/graphql"
        body = {"query": query, "variables": dict(variables)}
        answer = _json(await self._call("POST", url, what, repeatable=True, json=body))
        data = answer.get("data") if isinstance(answer, dict) else None
        if not isinstance(data, dict) or not any(value is not None for value in data.values()):
            raise self._graphql_error(answer, what)
        return data

    async def git_authorization(self) -> str | None:
        """The `Authorization` header with which git reads a private repository over HTTPS; None without a token."""
        bearer = await self._auth.authorization(self._bare)
        if bearer is None:
            return None
        pair = f"x-access-token:{bearer.removeprefix('Bearer ')}"
        return "Basic " + base64.b64encode(pair.encode()).decode("ascii")

    async def _page(self, path: str, what: str, params: Mapping[str, Any] | None) -> _Page:
        url = str(httpx.URL(self._address(path), params=dict(params)) if params else self._address(path))
        key = hashlib.sha256(f"{self._auth.identity} {url}".encode()).hexdigest()
        kept = await self._kept(key)
        headers = {"If-None-Match": str(kept["etag"])} if kept else {}
        response = await self._call("GET", url, what, headers=headers)
        if response.status_code == 304 and kept:
            return _Page(kept["body"], kept["next"], kept.get("last"))
        after, last = self._link(response, url, "next"), self._link(response, url, "last")
        page = _Page(_json(response), after, _number(last))
        if self._storage is not None and (etag := response.headers.get("etag")):
            await self._storage.save(f"etag:{key}", json.dumps({"etag": etag, **page._asdict()}).encode())
        return page

    async def _kept(self, key: str) -> dict[str, Any] | None:
        found = await self._storage.load(f"etag:{key}") if self._storage is not None else None
        if not found:
            return None
        try:
            kept = json.loads(found)
        except ValueError:
            return None
        return kept if isinstance(kept, dict) and {"etag", "next", "body"} <= kept.keys() else None

    def _link(self, response: httpx.Response, url: str, name: str) -> str | None:
        """Another page of what was asked for: of a link only its query is believed, so that the token stays at home."""
        link = response.links.get(name, {}).get("url") or ""
        query = link.partition("#")[0].partition("?")[2]
        return f"{url.partition('?')[0]}?{query}" if query else None

    def _address(self, path: str) -> str:
        return path if path.startswith(f"{self.url}/") else self.url + path

    async def _call(
        self, method: str, url: str, what: str, *, repeatable: bool = False, **request: Any
    ) -> httpx.Response:
        repeatable = repeatable or method != "POST"
        for attempt in range(1, self._attempts + 1):
            try:
                return await self._once(method, url, what, **request)
            except GitHubError as error:
                wait = backoff(attempt, wish=error.wait)
                last = attempt == self._attempts or wait > self._patience
                if last or not error.passing or (error.unsure and not repeatable):
                    raise
            await self._sleep(wait)
        raise GitHubError(f"{what} was not asked for.", Kind.INVALID)

    async def _once(self, method: str, url: str, what: str, **request: Any) -> httpx.Response:
        authorization = await self._auth.authorization(self._bare)
        response = await self._exchange(method, url, what, authorization, **request)
        if response.status_code == 401 and self._auth.forget():
            authorization = await self._auth.authorization(self._bare)
            response = await self._exchange(method, url, what, authorization, **request)
        if response.is_success or response.status_code == 304:
            return response
        raise refusal(response, what, self._now())

    async def _bare(self, method: str, path: str, authorization: str) -> Any:
        """A call for authentication's own sake."""
        response = await self._exchange(method, self._address(path), "the App's installation", authorization)
        if not response.is_success:
            raise refusal(response, "the App's installation", self._now())
        return _json(response)

    async def _exchange(
        self, method: str, url: str, what: str, authorization: str | None, **request: Any
    ) -> httpx.Response:
        headers = HEADERS | request.pop("headers", {}) | ({"Authorization": authorization} if authorization else {})
        try:
            async with self._gate:
                return await self._http.request(method, url, headers=headers, **request)
        except OutboundRefused as error:
            raise GitHubError(str(error), Kind.INVALID) from error
        except AnswerTooLarge as error:
            raise GitHubError(f"GitHub's answer for {what} is too large.", Kind.TOO_LARGE, unsure=True) from error
        except httpx.InvalidURL as error:
            raise GitHubError(f"{self.url} is not the address of an API.", Kind.INVALID) from error
        except httpx.HTTPError as error:
            raise _unreachable(error) from error

    def _graphql_error(self, answer: Any, what: str) -> GitHubError:
        errors = answer.get("errors") if isinstance(answer, dict) else None
        first = errors[0] if isinstance(errors, list) and errors and isinstance(errors[0], dict) else {}
        if first.get("type") == "RATE_LIMITED":
            return rate_limited(60.0, self._now())
        kinds = {"NOT_FOUND": Kind.NOT_FOUND, "FORBIDDEN": Kind.FORBIDDEN, "INSUFFICIENT_SCOPES": Kind.FORBIDDEN}
        said = str(first.get("message") or "the answer cannot be read")[:300]
        return GitHubError(
            f"GitHub could not answer for {what}: {said}", kinds.get(str(first.get("type")), Kind.BROKEN)
        )


def _items(body: Any, key: str | None) -> list[Any]:
    items = body.get(key) if key and isinstance(body, dict) else body
    return items if isinstance(items, list) else []


def _number(link: str | None) -> int | None:
    """The page that a link leads to."""
    page = httpx.URL(link).params.get("page", "") if link else ""
    return int(page) if page.isascii() and page.isdigit() and len(page) < 9 else None


def _unreachable(error: httpx.HTTPError) -> GitHubError:
    what = "did not answer in time" if isinstance(error, httpx.TimeoutException) else "could not be reached"
    detail = f": {error}" if never_sent(error) and str(error) else ""
    return GitHubError(f"GitHub {what}{detail}", Kind.UNREACHABLE, unsure=not never_sent(error))


def _json(response: httpx.Response) -> Any:
    """The answer, with what no database keeps (NUL, halves of surrogate pairs) replaced by U+FFFD."""
    try:
        body = response.json()
        # Only an escape can bring such characters: the bytes themselves are UTF-8.
        return _clean(body) if b"\\u" in response.content else body
    except (ValueError, RecursionError) as error:
        raise GitHubError("GitHub gave an answer that cannot be read.", Kind.BROKEN, unsure=True) from error


def _clean(value: Any) -> Any:
    match value:
        case str():
            whole = value.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
            return whole.replace("\0", "\N{REPLACEMENT CHARACTER}")
        case list():
            return [_clean(item) for item in value]
        case dict():
            return {_clean(key): _clean(item) for key, item in value.items()}
    return value
