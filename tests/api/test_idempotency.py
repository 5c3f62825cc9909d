"""`Idempotency-Key`: the first answer again, for the same request only."""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
import pytest
from tests.conftest import Org, Server, serving

from releaseray.settings import Settings


def test_the_same_request_gets_the_first_answer_again(client: httpx.Client) -> None:
    headers = {"Idempotency-Key": "deploy-42"}
    first = client.post("/api/keys", json={"name": "CI"}, headers=headers)
    again = client.post("/api/keys", json={"name": "CI"}, headers=headers)
    assert (first.status_code, again.status_code) == (201, 201)
    assert again.json() == first.json()
    assert again.headers["Idempotent-Replayed"] == "true"
    assert client.get("/api/keys").json()["total"] == 2


def remembered(server: Server, key: str) -> bytes:
    query = "SELECT body FROM idempotency_records WHERE key = $1"
    body: bytes = server.run(server.runtime.database.raw.fetchval(query, key))
    return body


def test_an_answer_with_a_secret_is_not_kept_in_plain_text(server: Server, client: httpx.Client) -> None:
    """Of a key nothing is stored that opens anything, and the secret of a webhook only sealed."""
    key = client.post("/api/keys", json={"name": "CI"}).json()["id"]
    hook = {"url": "https://ci.acme.com/hooks", "events": ["draft.generated"]}
    webhook = client.post("/api/webhooks", json=hook).json()["id"]
    posts: list[tuple[str, dict[str, Any], str]] = [
        ("/api/keys", {"name": "CI"}, "key"),
        (f"/api/keys/{key}/rotate", {}, "key"),
        ("/api/webhooks", hook, "secret"),
        (f"/api/webhooks/{webhook}/rotate", {}, "secret"),
    ]
    for path, body, field in posts:
        name = f"once-{path}-{uuid4()}"
        first = client.post(path, json=body, headers={"Idempotency-Key": name})
        assert first.json()[field].encode() not in remembered(server, name)
        again = client.post(path, json=body, headers={"Idempotency-Key": name})
        assert (again.status_code, again.content) == (first.status_code, first.content)
    plain = f"plain-{uuid4()}"
    client.post("/api/v1/services", json={"name": plain}, headers={"Idempotency-Key": plain})
    assert plain.encode() in remembered(server, plain)


def test_an_answer_whose_secret_cannot_be_opened_any_more_is_told_apart(
    server: Server, client: httpx.Client, settings: Settings, tmp_path: Path
) -> None:
    headers = {**client.headers, "Idempotency-Key": f"elsewhere-{uuid4()}"}
    assert client.post("/api/keys", json={"name": "CI"}, headers=headers).status_code == 201
    with serving(settings.model_copy(update={"data_dir": tmp_path})) as other:
        refused = httpx.post(f"{other.url}/api/keys", json={"name": "CI"}, headers=headers)
    assert (refused.status_code, refused.json()["error"]) == (409, "Conflict")
    assert "with another Idempotency-Key" in refused.json()["message"]


def test_another_body_under_the_same_key_is_a_conflict(client: httpx.Client) -> None:
    headers = {"Idempotency-Key": "deploy-42"}
    client.post("/api/keys", json={"name": "CI"}, headers=headers)
    answer = client.post("/api/keys", json={"name": "CD"}, headers=headers)
    assert answer.status_code == 409
    assert client.get("/api/keys").json()["total"] == 2


def test_many_at_once_make_one_thing(client: httpx.Client) -> None:
    barrier = threading.Barrier(8)

    def post(_: int) -> httpx.Response:
        barrier.wait()
        return client.post("/api/keys", json={"name": "CI"}, headers={"Idempotency-Key": "at-once"})

    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(post, range(8)))
    assert {answer.status_code for answer in answers} <= {201, 409}
    assert len({answer.json()["key"] for answer in answers if answer.status_code == 201}) == 1
    assert client.get("/api/keys").json()["total"] == 2


@pytest.mark.parametrize("wish", ["a range", "a draft"])
def test_very_many_requests_at_once_do_not_wait_for_each_other(
    client: httpx.Client, repo_id: str, range_id: str, wish: str
) -> None:
    """Each holds a transaction for its key, and reads beside it what it needs for its answer."""
    asked: dict[str, tuple[str, dict[str, str]]] = {
        "a range": ("/api/ranges", {"repoId": repo_id, "fromTag": "v1.0.0", "toTag": "v1.1.0"}),
        "a draft": (f"/api/drafts/{range_id}/generate", {"persona": "engineer"}),
    }
    path, body = asked[wish]

    def post(number: int) -> int:
        return client.post(path, json=body, headers={"Idempotency-Key": f"{wish}-{number}"}, timeout=15).status_code

    with ThreadPoolExecutor(60) as pool:
        assert set(pool.map(post, range(60))) <= {200, 201}


def test_a_refused_request_is_not_remembered(client: httpx.Client) -> None:
    headers = {"Idempotency-Key": "deploy-43"}
    assert client.post("/api/keys", json={"name": ""}, headers=headers).status_code == 400
    assert client.post("/api/keys", json={"name": "CI"}, headers=headers).status_code == 201


def test_keys_of_two_organizations_do_not_meet(new_org: Callable[..., Org]) -> None:
    headers = {"Idempotency-Key": "deploy-44"}
    made = [new_org().client.post("/api/keys", json={"name": "CI"}, headers=headers).json()["id"] for _ in range(2)]
    assert made[0] != made[1]


def test_an_over_long_key_is_refused_by_name(client: httpx.Client) -> None:
    answer = client.post("/api/keys", json={"name": "CI"}, headers={"Idempotency-Key": "x" * 256})
    assert answer.status_code == 400
    assert list(answer.json()["details"]) == ["Idempotency-Key"]


def test_a_replayed_generation_is_the_same_draft(client: httpx.Client, range_id: str) -> None:
    path, headers = f"/api/drafts/{range_id}/generate", {"Idempotency-Key": "draft-once"}
    first = client.post(path, json={"persona": "engineer"}, headers=headers)
    client.get(f"/api/drafts/{first.json()['id']}", headers={"Prefer": "wait=20"})
    again = client.post(path, json={"persona": "engineer"}, headers=headers)
    assert again.json()["id"] == first.json()["id"]
