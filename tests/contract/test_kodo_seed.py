"""The release tracking documentation's own request against the live server: same keys, same order, same types."""

import json
from collections.abc import Callable
from datetime import datetime

import httpx
import pytest
from tests.conftest import Org, Server

REQUEST = """
{
    "version": "1.2.3",
    "service_id": "svc_abc123",
    "environment": "production",
    "commit_sha": "a1b2c3d4e5f6g7h8",
    "repository": "https://github.com/org/repo"
}
"""
RESPONSE = """
{
  "id": "rel_abc123",
  "version": "1.2.3",
  "service_id": "svc_abc123",
  "environment": "production",
  "deployed_at": "2024-01-15T10:00:00Z",
  "commit_sha": "a1b2c3d4e5f6g7h8",
  "repository": "https://github.com/org/repo",
  "deployed_by": null,
  "error_count": 0,
  "new_errors": 0,
  "regressed_errors": 0
}
"""


@pytest.fixture
def service_id(client: httpx.Client) -> str:
    answer = client.post("/api/v1/services", json={"name": "checkout"})
    assert answer.status_code == 201, answer.text
    return str(answer.json()["id"])


def test_the_documented_call(server: Server, org: Org, service_id: str) -> None:
    sent = {**json.loads(REQUEST), "service_id": service_id}
    answer = httpx.post(
        f"{server.url}/api/v1/releases", headers={"X-API-Key": org.key, "Content-Type": "application/json"}, json=sent
    )
    made, documented = answer.json(), json.loads(RESPONSE)
    assert answer.status_code == 201
    assert list(made) == list(documented)
    own = {"id": made["id"], "service_id": service_id, "deployed_at": made["deployed_at"]}
    assert made == {**documented, **own}
    assert made["id"].startswith("rel_")
    assert datetime.fromisoformat(made["deployed_at"]).microsecond == 0
    assert made["deployed_at"].endswith("Z")


def test_what_is_left_out_has_the_documented_default(client: httpx.Client, service_id: str) -> None:
    made = client.post("/api/v1/releases", json={"version": "2024-01-15-abc", "service_id": service_id}).json()
    assert list(made) == list(json.loads(RESPONSE))
    assert made["environment"] == "production"
    assert (made["commit_sha"], made["repository"], made["deployed_by"]) == (None, None, None)


def test_every_documented_field_is_kept(client: httpx.Client, service_id: str) -> None:
    sent = {**json.loads(REQUEST), "service_id": service_id, "environment": "staging", "deployed_by": "ci@example.com"}
    made = client.post("/api/v1/releases", json=sent).json()
    assert {name: made[name] for name in sent} == sent


@pytest.mark.parametrize("field", ["version", "service_id"])
def test_a_required_field_is_required(client: httpx.Client, service_id: str, field: str) -> None:
    sent = {**json.loads(REQUEST), "service_id": service_id}
    del sent[field]
    answer = client.post("/api/v1/releases", json=sent)
    assert answer.status_code == 400
    assert answer.json()["details"] == {field: "is required"}


def test_test_mode_answers_as_documented(new_org: Callable[..., Org]) -> None:
    client = new_org().client
    answer = client.post("/api/v1/releases", json=json.loads(REQUEST), headers={"X-Test-Mode": "true"})
    assert (answer.status_code, answer.json()) == (201, json.loads(RESPONSE))
    assert list(answer.json()) == list(json.loads(RESPONSE))
    assert client.get("/api/v1/releases").json()["total"] == 0
