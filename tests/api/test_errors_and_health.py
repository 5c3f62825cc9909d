"""What every answer has in common, and what operators ask of a process."""

import re

import httpx
import pytest
from tests.conftest import Server


@pytest.mark.parametrize("path", ["/api/nothing", "/nothing", "/api/drafts/draft_1/generate/more"])
def test_what_is_not_there(client: httpx.Client, path: str) -> None:
    answer = client.get(path)
    assert answer.status_code == 404
    assert answer.json() == {"error": "Not found", "message": f"There is nothing at {path}."}


@pytest.mark.parametrize(
    ("method", "path", "allowed"),
    [
        ("PUT", "/api/drafts/draft_1", "GET, HEAD, PATCH"),
        ("DELETE", "/api/stats", "GET, HEAD"),
        ("GET", "/api/publish", "POST"),
        ("PATCH", "/api/repos", "GET, HEAD, POST"),
    ],
)
def test_a_wrong_method_is_told_the_right_ones(client: httpx.Client, method: str, path: str, allowed: str) -> None:
    answer = client.request(method, path)
    assert (answer.status_code, answer.json()["error"]) == (405, "Method not allowed")
    assert answer.headers["Allow"] == allowed


def test_every_answer_has_a_request_id(server: Server, client: httpx.Client) -> None:
    for answer in (client.get("/api/stats"), client.get("/nothing"), httpx.get(f"{server.url}/api/stats")):
        assert re.fullmatch(r"[0-9a-f]{16}", answer.headers["X-Request-Id"])
    mine = client.get("/api/stats", headers={"X-Request-Id": "deploy-42.a"})
    assert mine.headers["X-Request-Id"] == "deploy-42.a"
    forged = client.get("/api/stats", headers={"X-Request-Id": 'x" injected'})
    assert "injected" not in forged.headers["X-Request-Id"]


@pytest.mark.parametrize("id", ["draft_", "draft_x-y", "range_abc", "draft_" + "a" * 60, "draft_%00", "..%2fkeys"])
def test_an_id_of_the_wrong_form_is_not_found(client: httpx.Client, id: str) -> None:
    assert client.get(f"/api/drafts/{id}").status_code == 404


@pytest.mark.parametrize("value", ["range_%00", "a" * 300, ""])
def test_a_hostile_id_in_the_query_is_refused(client: httpx.Client, value: str) -> None:
    answer = client.get(f"/api/drafts?releaseRangeId={value}")
    assert answer.status_code == 400
    assert list(answer.json()["details"]) == ["releaseRangeId"]


def test_health_needs_no_key(server: Server) -> None:
    assert httpx.get(f"{server.url}/healthz").json() == {"status": "ok"}
    ready = httpx.get(f"{server.url}/readyz")
    assert ready.status_code == 200
    assert ready.json() == {"status": "ok", "checks": {"database": "ok", "redis": "ok", "migrations": "ok"}}


def test_metrics_count_requests_by_operation(server: Server, client: httpx.Client) -> None:
    client.get("/api/stats")
    text = httpx.get(f"{server.url}/metrics").text
    assert re.search(r'releaseray_http_requests_total\{method="GET",operation="stats.get",status="200"\} \d', text)


def test_test_mode_checks_the_form_of_ids(client: httpx.Client) -> None:
    client.headers["X-Test-Mode"] = "true"
    assert client.get("/api/drafts/draft_anything").status_code == 200
    assert client.get("/api/drafts/nonsense").status_code == 404
    assert client.delete("/api/repos/repo_1").json() == {"id": "repo_1", "deleted": True}
    made = client.post("/api/ranges", json={"repoId": "repo_9", "fromTag": "a", "toTag": "b"})
    assert (made.status_code, made.json()["fromTag"], made.json()["repoId"]) == (201, "a", "repo_9")
    edited = client.patch("/api/drafts/draft_7", json={"bodyMd": "mine"}).json()
    assert (edited["id"], edited["bodyMd"]) == ("draft_7", "mine")
    listed = client.get("/api/ranges?repoId=repo_9").json()
    assert list(listed)[:3] == ["ranges", "total", "hasMore"]
    del client.headers["X-Test-Mode"]
    assert client.get("/api/repos").json()["total"] == 0
