"""`Idempotency-Key`: the first answer again, for the same request only."""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import httpx
import pytest
from tests.conftest import Org


def test_the_same_request_gets_the_first_answer_again(client: httpx.Client) -> None:
    headers = {"Idempotency-Key": "deploy-42"}
    first = client.post("/api/keys", json={"name": "CI"}, headers=headers)
    again = client.post("/api/keys", json={"name": "CI"}, headers=headers)
    assert (first.status_code, again.status_code) == (201, 201)
    assert again.json() == first.json()
    assert again.headers["Idempotent-Replayed"] == "true"
    assert client.get("/api/keys").json()["total"] == 2


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
