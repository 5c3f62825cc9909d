"""Every JSON example of the ReleaseRay documentation against live answers: same keys, same order, same types."""

import json
from collections.abc import Callable
from typing import Any

import httpx
import pytest
from tests.conftest import Org, Server, finished

DRAFT = """
{"id": "draft_abc123", "releaseRangeId": "range_xyz789", "persona": "engineer",
 "bodyMd": "## Features\\n- Added OAuth2 support...",
 "flags": {"highlights": ["OAuth2 PKCE"], "upgradeInstructions": "Run `npm install @auth/core@latest`",
           "contributors": ["johndoe"]},
 "createdAt": "2025-11-03T14:32:00Z", "updatedAt": "2025-11-03T14:35:00Z"}
"""
DRAFT_WITHOUT_UPGRADE = """
{"id": "draft_abc123", "releaseRangeId": "range_xyz789", "persona": "engineer",
 "bodyMd": "## Features\\n- Added OAuth2 support...",
 "flags": {"highlights": ["OAuth2 PKCE", "Performance improvement"], "contributors": ["johndoe", "janedoe"]},
 "createdAt": "2025-11-03T14:32:00Z", "updatedAt": "2025-11-03T14:35:00Z"}
"""
GENERATED = '{"id": "draft_abc123", "status": "processing", "estimatedTime": 30}'
EDITED = """
{"id": "draft_abc123", "bodyMd": "## Features\\n- Added OAuth2 PKCE support (updated)",
 "updatedAt": "2025-11-03T15:00:00Z"}
"""
RANGE = """
{"id": "range_xyz789", "repoId": "repo_123", "fromTag": "v1.0.0", "toTag": "v1.1.0",
 "compareUrl": "https://github.com/owner/repo/compare/v1.0.0...v1.1.0", "createdAt": "2025-11-03T10:00:00Z"}
"""
RANGE_DETAIL = """
{"id": "range_xyz789", "repoId": "repo_123", "fromTag": "v1.0.0", "toTag": "v1.1.0",
 "compareUrl": "https://github.com/owner/repo/compare/v1.0.0...v1.1.0", "prCount": 23, "issueCount": 12,
 "createdAt": "2025-11-03T10:00:00Z"}
"""
PUBLISHED = """
{"id": "pub_def456", "status": "completed", "url": "https://github.com/owner/repo/releases/tag/v1.2.0",
 "publishedAt": "2025-11-03T16:30:00Z"}
"""
REPO = """
{"id": "repo_123", "orgId": "org_456", "githubRepoId": 789012, "fullName": "acme/myapp", "defaultBranch": "main",
 "createdAt": "2025-10-01T08:00:00Z"}
"""
TAG = '{"name": "v1.2.0", "sha": "abc123def456", "date": "2025-11-03T10:00:00Z"}'
STATS = """
{"currentMonth": "2025-11", "activeRepos": 5, "draftsGenerated": 42, "publishedReleases": 38, "apiCalls": 1234,
 "billingTier": "growth", "usagePercentage": 75}
"""
UNAUTHORIZED = """
{"error": "Unauthorized", "message": "Invalid API key. Generate a new key in Settings → API Keys."}
"""
NOT_FOUND = """
{"error": "Not found", "message": "Draft draft_abc123 not found or you don't have access."}
"""


def shape(value: Any, path: str = "$") -> Any:
    """Keys in their order and types of values, all the way down."""
    if isinstance(value, dict):
        return [(key, shape(item, f"{path}.{key}")) for key, item in value.items()]
    if isinstance(value, list):
        return [shape(item, f"{path}[]") for item in value[:1]]
    return type(value).__name__


def documented(text: str, **other: Any) -> Any:
    return shape({**json.loads(text), **other})


def test_get_draft(draft: dict[str, Any]) -> None:
    assert shape(draft) == documented(DRAFT_WITHOUT_UPGRADE)


def test_get_draft_with_upgrade_instructions(client: httpx.Client, repo_id: str, git_repo: Any) -> None:
    git_repo.commit("feat!: drop Python 3.9\n\nBREAKING CHANGE: run on Python 3.11 or newer", "setup.cfg")
    git_repo.tag("v2.0.0")
    range_id = client.post("/api/ranges", json={"repoId": repo_id, "fromTag": "v1.2.0", "toTag": "v2.0.0"}).json()["id"]
    made = client.post(f"/api/drafts/{range_id}/generate", json={"persona": "engineer"}).json()
    assert shape(finished(client, made["id"])) == documented(DRAFT)


def test_list_drafts(client: httpx.Client, draft: dict[str, Any]) -> None:
    body = client.get("/api/drafts", params={"releaseRangeId": draft["releaseRangeId"]}).json()
    assert next(iter(body)) == "drafts"
    assert shape(body["drafts"]) == [documented(DRAFT_WITHOUT_UPGRADE)]


def test_generate(client: httpx.Client, range_id: str) -> None:
    answer = client.post(f"/api/drafts/{range_id}/generate", json={"persona": "customer"})
    assert answer.status_code == 201
    assert shape(answer.json()) == documented(GENERATED)


def test_update(client: httpx.Client, draft: dict[str, Any]) -> None:
    body = {"bodyMd": "## Features\n- Added OAuth2 PKCE support (updated)"}
    answer = client.patch(f"/api/drafts/{draft['id']}", json=body)
    assert shape(answer.json()) == documented(EDITED)


def test_list_ranges(client: httpx.Client, repo_id: str, range_id: str) -> None:
    body = client.get("/api/ranges", params={"repoId": repo_id, "limit": 1}).json()
    assert shape(body) == [("ranges", [documented(RANGE)]), ("total", "int"), ("hasMore", "bool")]


def test_a_page_with_more_after_it_says_where_it_goes_on(client: httpx.Client, repo_id: str, range_id: str) -> None:
    client.post("/api/ranges", json={"repoId": repo_id, "fromTag": "v1.1.0", "toTag": "v1.2.0"})
    body = client.get("/api/ranges", params={"repoId": repo_id, "limit": 1}).json()
    assert list(body) == ["ranges", "total", "hasMore", "nextOffset"]
    assert (body["total"], body["hasMore"], body["nextOffset"]) == (2, True, 1)


def test_get_range(client: httpx.Client, range_id: str) -> None:
    assert shape(client.get(f"/api/ranges/{range_id}").json()) == documented(RANGE_DETAIL)


def test_create_range(client: httpx.Client, repo_id: str) -> None:
    answer = client.post("/api/ranges", json={"repoId": repo_id, "fromTag": "v1.1.0", "toTag": "v1.2.0"})
    assert answer.status_code == 201
    assert shape(answer.json()) == documented(RANGE)
    assert answer.json()["compareUrl"] == "https://github.com/acme/myapp/compare/v1.1.0...v1.2.0"


def test_publish(client: httpx.Client, draft: dict[str, Any]) -> None:
    answer = client.post("/api/publish", json={"draftId": draft["id"], "channel": "hosted", "draft": False})
    assert answer.status_code == 201
    assert shape(answer.json()) == documented(PUBLISHED)


def test_list_repos(client: httpx.Client, repo_id: str) -> None:
    body = client.get("/api/repos").json()
    assert shape(body["repos"]) == [documented(REPO, githubRepoId=None)]


def test_tags(client: httpx.Client, repo_id: str) -> None:
    body = client.get(f"/api/repos/{repo_id}/tags").json()
    assert shape(body["tags"]) == [documented(TAG)]
    assert [tag["name"] for tag in body["tags"]] == ["v1.2.0", "v1.1.0", "v1.0.0"]


def test_stats(client: httpx.Client) -> None:
    assert shape(client.get("/api/stats").json()) == documented(STATS)


def test_an_invalid_key(server: Server) -> None:
    answer = httpx.get(f"{server.url}/api/drafts", headers={"Authorization": "Bearer nonsense"})
    assert answer.status_code == 401
    assert answer.json() == json.loads(UNAUTHORIZED)
    assert answer.headers["WWW-Authenticate"] == "Bearer"


def test_a_draft_that_is_not_there(client: httpx.Client) -> None:
    answer = client.get("/api/drafts/draft_abc123")
    assert answer.status_code == 404
    assert answer.json() == json.loads(NOT_FOUND)


@pytest.mark.parametrize("path", ["/api/drafts", "/api/ranges"])
def test_a_required_parameter_is_required_even_where_a_sample_leaves_it_out(client: httpx.Client, path: str) -> None:
    answer = client.get(path)
    field = "releaseRangeId" if path == "/api/drafts" else "repoId"
    assert answer.status_code == 400
    assert answer.json() == {
        "error": "Invalid request",
        "message": f"{field}: is required",
        "details": {field: "is required"},
    }


def test_the_error_format_names_the_field(client: httpx.Client, range_id: str) -> None:
    answer = client.post(f"/api/drafts/{range_id}/generate", json={"persona": "robot"})
    assert answer.status_code == 400
    assert list(answer.json()) == ["error", "message", "details"]
    assert list(answer.json()["details"]) == ["persona"]


def test_test_mode_answers_as_documented(new_org: Callable[..., Org]) -> None:
    client = new_org().client
    client.headers["X-Test-Mode"] = "true"
    generated = client.post("/api/drafts/range_xyz/generate", json={"persona": "engineer"})
    assert (generated.status_code, generated.json()) == (201, json.loads(GENERATED))
    fetched = client.get("/api/drafts/draft_abc123").json()
    assert (fetched, list(fetched)) == (json.loads(DRAFT), list(json.loads(DRAFT)))
    assert client.get("/api/ranges/range_xyz789").json() == json.loads(RANGE_DETAIL)
    assert client.get("/api/stats").json()["apiCalls"] == json.loads(STATS)["apiCalls"]
    assert client.post("/api/drafts/range_xyz/generate", json={"persona": "robot"}).status_code == 400
    del client.headers["X-Test-Mode"]
    assert client.get("/api/stats").json()["apiCalls"] == 1
