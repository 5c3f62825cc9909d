"""Drafts: generation reported by the draft endpoint, polling, waiting, editing, listing."""

import time
from typing import Any

import httpx
import pytest
from tests.conftest import Server, finished
from tests.repository import GitRepository


def test_the_seed_poll_loop_is_correct(client: httpx.Client, range_id: str) -> None:
    draft = client.post(f"/api/drafts/{range_id}/generate", json={"persona": "engineer"}).json()
    while draft.get("status") == "processing":
        time.sleep(0.05)
        draft = client.get(f"/api/drafts/{draft['id']}").json()
    assert "#12" in draft["bodyMd"]
    assert draft["persona"] == "engineer"
    assert draft["flags"]["contributors"] == ["Jane Doe"]


@pytest.mark.parametrize("persona", ["engineer", "internal", "customer"])
def test_each_persona_gets_a_draft_of_its_own(client: httpx.Client, range_id: str, persona: str) -> None:
    made = client.post(f"/api/drafts/{range_id}/generate", json={"persona": persona})
    draft = finished(client, made.json()["id"])
    assert draft["persona"] == persona
    assert draft["bodyMd"].strip()
    if persona == "customer":
        assert "#12" not in draft["bodyMd"]


def test_waiting_returns_as_soon_as_the_draft_is_finished(client: httpx.Client, range_id: str) -> None:
    made = client.post(f"/api/drafts/{range_id}/generate", json={"persona": "customer"})
    assert made.headers["Retry-After"] == "1"
    assert made.headers["Location"] == f"/api/drafts/{made.json()['id']}"
    began = time.monotonic()
    draft = client.get(f"/api/drafts/{made.json()['id']}", headers={"Prefer": "wait=30"}).json()
    assert "bodyMd" in draft
    assert time.monotonic() - began < 20


def test_asking_again_while_it_runs_returns_the_same_draft(server: Server, client: httpx.Client, range_id: str) -> None:
    async def hold(draft_id: str) -> None:
        statement = "UPDATE drafts SET lease_until = now() + interval '1 hour', status = 'processing' WHERE id = $1"
        await server.runtime.database.raw.execute(statement, draft_id)

    path = f"/api/drafts/{range_id}/generate"
    first = client.post(path, json={"persona": "engineer"})
    finished(client, first.json()["id"])
    server.run(hold(first.json()["id"]))
    again = client.post(path, json={"persona": "engineer"})
    assert (first.status_code, again.status_code) == (201, 200)
    assert again.json()["id"] == first.json()["id"]
    listed = client.get("/api/drafts", params={"releaseRangeId": range_id, "status": "processing"}).json()
    assert [draft["status"] for draft in listed["drafts"]] == ["processing"]


def test_asking_again_afterwards_leaves_the_edited_draft_alone(client: httpx.Client, draft: dict[str, Any]) -> None:
    client.patch(f"/api/drafts/{draft['id']}", json={"bodyMd": "Edited by hand."})
    path = f"/api/drafts/{draft['releaseRangeId']}/generate"
    other = finished(client, client.post(path, json={"persona": "engineer"}).json()["id"])
    assert other["id"] != draft["id"]
    assert client.get(f"/api/drafts/{draft['id']}").json()["bodyMd"] == "Edited by hand."


def test_a_draft_that_cannot_be_made_says_why(client: httpx.Client, git_repo: GitRepository, range_id: str) -> None:
    git_repo.path.rename(git_repo.path.with_name("moved"))
    made = client.post(f"/api/drafts/{range_id}/generate", json={"persona": "engineer"}).json()
    draft = finished(client, made["id"])
    assert list(draft) == ["id", "status", "error"]
    assert draft["status"] == "failed"
    assert draft["error"]["error"] == "Generation failed"
    assert "acme/myapp" in draft["error"]["message"]
    listed = client.get("/api/drafts", params={"releaseRangeId": range_id, "status": "failed"}).json()
    assert [item["id"] for item in listed["drafts"]] == [made["id"]]
    assert client.get("/api/drafts", params={"releaseRangeId": range_id}).json()["drafts"] == []


def test_an_edit_of_what_somebody_else_changed_is_refused(client: httpx.Client, draft: dict[str, Any]) -> None:
    path = f"/api/drafts/{draft['id']}"
    read = client.get(path).headers["ETag"]
    assert client.patch(path, json={"bodyMd": "First."}, headers={"If-Match": read}).status_code == 200
    refused = client.patch(path, json={"bodyMd": "Second."}, headers={"If-Match": read})
    assert (refused.status_code, refused.json()["error"]) == (412, "Precondition failed")
    assert client.get(path).json()["bodyMd"] == "First."


def test_an_unchanged_draft_is_not_sent_again(client: httpx.Client, draft: dict[str, Any]) -> None:
    path = f"/api/drafts/{draft['id']}"
    etag = client.get(path).headers["ETag"]
    assert client.get(path, headers={"If-None-Match": etag}).status_code == 304
    client.patch(path, json={"bodyMd": "Changed."})
    assert client.get(path, headers={"If-None-Match": etag}).status_code == 200


def test_a_draft_in_the_making_cannot_be_edited_or_published(
    server: Server, client: httpx.Client, draft: dict[str, Any]
) -> None:
    statement = "UPDATE drafts SET status = 'processing', lease_until = now() + interval '1 hour' WHERE id = $1"
    server.run(server.runtime.database.raw.execute(statement, draft["id"]))
    assert client.patch(f"/api/drafts/{draft['id']}", json={"bodyMd": "Too early."}).status_code == 409
    assert client.post("/api/publish", json={"draftId": draft["id"], "channel": "hosted"}).status_code == 409


def test_lists_are_filtered_and_sorted(client: httpx.Client, range_id: str) -> None:
    for persona in ("internal", "engineer", "customer"):
        finished(client, client.post(f"/api/drafts/{range_id}/generate", json={"persona": persona}).json()["id"])
    where = {"releaseRangeId": range_id}

    def personas(**more: str) -> list[str]:
        drafts = client.get("/api/drafts", params={**where, **more}).json()["drafts"]
        return [draft["persona"] for draft in drafts]

    assert personas() == ["customer", "engineer", "internal"]
    assert personas(order="asc") == ["internal", "engineer", "customer"]
    assert personas(sort="name", order="asc") == ["customer", "engineer", "internal"]
    assert personas(persona="internal") == ["internal"]


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "persona"),
        ({"persona": 1}, "persona"),
        ({"persona": "engineer", "model": "x"}, "model"),
        ([], "body"),
    ],
)
def test_bad_bodies_are_refused_by_field(client: httpx.Client, range_id: str, body: Any, field: str) -> None:
    answer = client.post(f"/api/drafts/{range_id}/generate", json=body)
    assert answer.status_code == 400
    assert list(answer.json()["details"]) == [field]


@pytest.mark.parametrize("text", ["", "nul \0 inside", 7, None, "x" * 500_001, "\ud800"])
def test_bad_texts_are_refused(client: httpx.Client, draft: dict[str, Any], text: Any) -> None:
    content = httpx.Response(200, json={"bodyMd": text}).content if text != "\ud800" else b'{"bodyMd":"\\ud800"}'
    answer = client.patch(f"/api/drafts/{draft['id']}", content=content, headers={"Content-Type": "application/json"})
    assert answer.status_code == 400
    assert list(answer.json()["details"]) == ["bodyMd"]


def test_a_body_that_is_too_large_is_refused(client: httpx.Client, draft: dict[str, Any]) -> None:
    answer = client.patch(f"/api/drafts/{draft['id']}", json={"bodyMd": "x" * 1_100_000})
    assert (answer.status_code, answer.json()["error"]) == (413, "Payload too large")


def test_broken_json_says_where(client: httpx.Client, draft: dict[str, Any]) -> None:
    headers = {"Content-Type": "application/json"}
    answer = client.patch(f"/api/drafts/{draft['id']}", content=b'{"bodyMd": ', headers=headers)
    assert answer.status_code == 400
    assert "is not valid JSON" in answer.json()["details"]["body"]
