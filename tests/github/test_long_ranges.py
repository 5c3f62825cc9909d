"""A long range of a repository without a clone, from a GitHub that takes its time: no request waits for long."""

import asyncio
import json
import re
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from tests.conftest import Org, finished
from tests.conftest import serving as serving_ours
from tests.receiver import Answer, Received, Receiver

from releaseray.errors import Conflict
from releaseray.services import readings
from releaseray.services.readings import Readings
from releaseray.settings import Settings

Json = dict[str, Any]
OLD, PERSON = 300, {"name": "Ada", "email": "ada@example.com", "date": "2026-11-01T10:00:00Z"}


def sha(number: int) -> str:
    return f"{number:040x}"


def raw(number: int) -> Json:
    about = {"author": PERSON, "committer": PERSON, "message": f"wip {number}"}
    return {"sha": sha(number), "commit": about, "parents": [{"sha": sha(number - 1)}]}


class SlowGitHub:
    """`acme/long`, which git cannot fetch: v1.0.0 after 300 commits, v1.1.0 after `size` more, ten a pull request. Each
    call takes `pause` seconds; `calls` counts them, `at_once` is how many came together at most."""

    def __init__(self, size: int, pause: float) -> None:
        self.size, self.pause = size, pause
        self.calls: Counter[str] = Counter()
        self.at_once = self._now = 0
        self._lock = threading.Lock()

    def __call__(self, request: Received) -> Answer:
        if not request.path.startswith("/api/"):
            return 404, "no git here"
        with self._lock:
            self.calls[f"{request.path} {request.body.decode()}"] += 1
            self._now += 1
            self.at_once = max(self.at_once, self._now)
        time.sleep(self.pause)
        with self._lock:
            self._now -= 1
        if request.path == "/api/graphql":
            return 200, json.dumps({"data": self._graphql(request.json)})
        return self._rest(urlsplit(request.path))

    def _graphql(self, asked: Json) -> Json:
        query = asked["query"]
        if "search(" in query:
            return {name: {"issueCount": 1} for name in asked["variables"]}
        if "refs(" in query:
            tags = [("v1.0.0", OLD), ("v1.1.0", OLD + self.size)]
            nodes = [{"name": name, "target": self._commit(number)} for name, number in tags]
            return {"repository": {"refs": {"nodes": nodes, "pageInfo": {"hasNextPage": False}}}}
        found = {
            alias: {"associatedPullRequests": {"nodes": [self._pull(int(oid, 16) // 10)]}}
            for alias, oid in re.findall(r'(c\d+): object\(oid: "([0-9a-f]{40})"\)', query)
        }
        return {"repository": {"nameWithOwner": "acme/long", **found}}

    def _commit(self, number: int) -> Json:
        return {"__typename": "Commit", "oid": sha(number), "committedDate": f"2026-11-0{number % 9 + 1}T10:00:00Z"}

    def _pull(self, number: int) -> Json:
        about = {"number": number, "title": f"Pull {number}", "merged": True, "mergedAt": "2026-11-01T10:00:00Z"}
        return about | {"baseRepository": {"nameWithOwner": "acme/long"}, "author": {"login": "ada"}}

    def _rest(self, url: Any) -> Answer:
        path, query = url.path.removeprefix("/api/v3/repos/acme/long"), parse_qs(url.query)
        if path.startswith("/compare/"):
            return self._paged(url, range(OLD + 1, OLD + self.size + 1), query, "commits")
        if path == "/commits":
            return self._paged(url, range(int(query["sha"][0], 16), 0, -1), query)
        if path.startswith("/commits/"):
            return 200, json.dumps(raw(int(path.removeprefix("/commits/"), 16)) | {"files": []})
        about = {"id": 5, "full_name": "acme/long", "default_branch": "main"}
        found: Json = {"": about, "/contents/": [], "/git/ref/heads/main": {"object": {"sha": sha(OLD + self.size)}}}
        return (200, json.dumps(found[path])) if path in found else (404, "{}")

    def _paged(self, url: Any, numbers: range, query: Any, key: str | None = None) -> Answer:
        size, page = int(query["per_page"][0]), int(query.get("page", ["1"])[0])
        last, base = -(-len(numbers) // size), re.sub(r"&page=\d+", "", url.query)
        names = {"next": page + 1, "last": last} if page < last else {}
        link = ", ".join(f'<http://github{url.path}?{base}&page={n}>; rel="{rel}"' for rel, n in names.items())
        here = [raw(number) for number in numbers[(page - 1) * size : page * size]]
        return 200, json.dumps({"status": "ahead", key: here} if key else here), {"Link": link}


@contextmanager
def github(size: int, pause: float) -> Iterator[tuple[SlowGitHub, str]]:
    hub = SlowGitHub(size, pause)
    with Receiver(hub).running() as receiver:
        yield hub, f"{receiver.url}/api/v3"


@pytest.fixture
def patient(org: Org, settings: Settings) -> Iterator[httpx.Client]:
    """A client of a server that lets nobody wait for a range longer than a second."""
    own = settings.model_copy(update={"range_seconds": 1})
    with (
        serving_ours(own) as server,
        httpx.Client(base_url=server.url, headers=org.client.headers, timeout=60) as client,
    ):
        yield client


def connect(client: httpx.Client, api_url: str) -> str:
    asked = {"fullName": "acme/long", "token": "ghp_long", "apiUrl": api_url}
    answer = client.post("/api/repos", json=asked)
    assert answer.status_code == 201, answer.text
    return str(answer.json()["id"])


def ask(client: httpx.Client, repo_id: str) -> httpx.Response:
    return client.post("/api/ranges", json={"repoId": repo_id, "fromTag": "v1.0.0", "toTag": "v1.1.0"})


def test_a_slow_reading_goes_on_for_who_asks_again(patient: httpx.Client) -> None:
    with github(2_000, 0.25) as (hub, api_url):
        repo_id = connect(patient, api_url)
        hub.calls.clear()
        answer = ask(patient, repo_id)
        assert answer.status_code == 409, answer.text
        asked_by_then = sum(hub.calls.values())
        why = "Reading it takes longer than 1 seconds. It goes on; ask again."
        assert answer.json()["details"] == {"repoId": why}
        assert answer.headers["retry-after"] == "10"
        ends = time.monotonic() + 120
        while answer.status_code == 409 and time.monotonic() < ends:
            answer = ask(patient, repo_id)
        assert answer.status_code == 201, answer.text
        assert ask(patient, repo_id).json()["id"] == answer.json()["id"]
        assert sum(hub.calls.values()) > asked_by_then, "it was answered while the reading went on"
        assert max(hub.calls.values()) == 1, "asking again asked GitHub again"
        assert not any("/commits/" in call for call in hub.calls), "nobody asked yet what the commits change"
        assert 2 <= hub.at_once <= 6
        counted = patient.get(f"/api/ranges/{answer.json()['id']}").json()
        assert counted["prCount"] == 201


def test_a_long_range_takes_few_calls_and_its_draft_adds_what_is_missing(client: httpx.Client) -> None:
    with github(400, 0) as (hub, api_url):
        repo_id = connect(client, api_url)
        hub.calls.clear()
        made = ask(client, repo_id).json()
        assert sum(hub.calls.values()) < 30
        hub.calls.clear()
        draft = client.post(f"/api/drafts/{made['id']}/generate", json={"persona": "engineer"}).json()
        assert "bodyMd" in finished(client, draft["id"])
        assert sum(hub.calls.values()) == 400, "what each commit changes, and nothing that was read before"
        hub.calls.clear()
        draft = client.post(f"/api/drafts/{made['id']}/generate", json={"persona": "customer"}).json()
        assert "bodyMd" in finished(client, draft["id"])
        assert not hub.calls


def test_a_range_that_nobody_could_wait_for_says_where_to_begin(client: httpx.Client) -> None:
    with github(10_050, 0) as (_, api_url):
        answer = ask(client, connect(client, api_url))
    assert answer.status_code == 409
    assert list(answer.json()["details"]) == ["fromTag"]
    assert "more than 10,000 commits" in answer.json()["message"]
    assert "Begin at a later tag" in answer.json()["message"]


def test_github_that_breaks_off_on_the_way_is_an_error_and_asking_again_begins_anew(client: httpx.Client) -> None:
    with github(300, 0) as (hub, api_url):
        repo_id = connect(client, api_url)
        hub._paged = lambda *_: (502, "bad gateway")  # type: ignore[method-assign]  # once
        answer = ask(client, repo_id)
        assert (answer.status_code, list(answer.json()["details"])) == (409, ["repoId"])
        del hub._paged
        assert ask(client, repo_id).status_code == 201


async def test_one_organization_cannot_have_everything_read_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(readings, "MOST", 2)
    reading = Readings()

    async def for_ever() -> None:
        await asyncio.sleep(60)

    async def at_once() -> str:
        return "done"

    for what in ("a", "b", "a"):
        with pytest.raises(readings.TakesLonger):
            await reading.get("org_1", what, for_ever, 0.01)
    with pytest.raises(Conflict, match="2 ranges are being read already"):
        await reading.get("org_1", "c", at_once, 1)
    assert await reading.get("org_2", "c", at_once, 1) == "done"
    await reading.close()
    assert await reading.get("org_1", "a", at_once, 1) == "done"
