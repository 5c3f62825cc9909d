"""What HTTP itself asks of an API: methods, headers and bodies as clients really send them."""

from typing import Any

import httpx
import pytest

from releaseray.notes.versions import sort_key


@pytest.mark.parametrize("path", ["/api/repos", "/api/drafts/{draft_id}", "/api/stats", "/api/v1/services"])
def test_head_is_get_without_the_body(client: httpx.Client, draft: dict[str, Any], path: str) -> None:
    path = path.format(draft_id=draft["id"])
    head, got = client.head(path), client.get(path)
    assert (head.status_code, head.content) == (200, b"")
    assert int(head.headers["X-RateLimit-Remaining"]) == int(got.headers["X-RateLimit-Remaining"]) + 1
    of_the_body = ("content-type", "content-length", "etag", "link")
    assert {name: head.headers.get(name) for name in of_the_body} == {
        name: got.headers.get(name) for name in of_the_body
    }


def test_head_of_what_is_not_there(client: httpx.Client) -> None:
    assert client.head("/api/drafts/draft_nothing").status_code == 404
    refused = client.head("/api/publish")
    assert (refused.status_code, refused.headers["Allow"]) == (405, "POST")


def test_a_method_that_is_not_taken(client: httpx.Client) -> None:
    refused = client.delete("/api/drafts/draft_nothing")
    assert (refused.status_code, refused.headers["Allow"]) == (405, "GET, HEAD, PATCH")


@pytest.mark.parametrize("value", ["1", "yes", "on", "TRUE ish", "", "simulate"])
def test_a_test_mode_that_is_neither_on_nor_off_does_nothing(client: httpx.Client, repo_id: str, value: str) -> None:
    before = client.get("/api/stats").json()
    refused = client.delete(f"/api/repos/{repo_id}", headers={"X-Test-Mode": value})
    assert (refused.status_code, refused.json()["error"]) == (400, "Invalid request")
    assert refused.json()["details"] == {"X-Test-Mode": "should be 'true' or 'false'"}
    assert client.get(f"/api/repos/{repo_id}").status_code == 200
    assert client.get("/api/stats").json()["activeRepos"] == before["activeRepos"]


@pytest.mark.parametrize(("value", "deleted"), [("True", False), ("TRUE", False), ("False", True), ("false", True)])
def test_a_test_mode_in_any_case(client: httpx.Client, repo_id: str, value: str, deleted: bool) -> None:
    assert client.delete(f"/api/repos/{repo_id}", headers={"X-Test-Mode": value}).status_code == 200
    assert client.get(f"/api/repos/{repo_id}").status_code == (404 if deleted else 200)


@pytest.mark.parametrize("body", [b"[" * 100_000, b'{"name": ' * 50_000])
def test_json_that_is_nested_without_end(client: httpx.Client, body: bytes) -> None:
    refused = client.post("/api/repos", content=body, headers={"Content-Type": "application/json"})
    assert (refused.status_code, refused.json()["error"]) == (400, "Invalid request")
    assert "nested too deeply" in refused.json()["details"]["body"]


def test_a_list_where_an_object_is_wanted(client: httpx.Client) -> None:
    refused = client.post("/api/v1/errors", json=[{"message": "boom"}])
    assert refused.json()["details"] == {"body": "must be a JSON object"}


@pytest.mark.parametrize(
    ("value", "words"),
    [
        ("2026-11-22T00:00:00+02:00", "must be a time such as 2025-11-03T14:32:00Z"),
        ("2026-13-22T00:00:00Z", "must be a time such as 2025-11-03T14:32:00Z"),
        ("1795335460", "must be a time such as 2025-11-03T14:32:00Z"),
        ("2026-11-22T00:00:00", "must say its time zone, as 2025-11-03T14:32:00Z does"),
    ],
)
def test_times_that_are_none(client: httpx.Client, value: str, words: str) -> None:
    """The first has a plus sign, which stands for a blank in a query."""
    refused = client.get(f"/api/v1/errors?from={value}")
    assert (refused.status_code, refused.json()["details"]) == (400, {"from": words})


@pytest.mark.parametrize("value", [1_900_000_000, 1.9e9, "1900000000", True])
def test_a_key_ends_at_a_time_that_is_written_out(client: httpx.Client, value: Any) -> None:
    refused = client.post("/api/keys", json={"name": "CI", "expiresAt": value})
    assert (refused.status_code, list(refused.json()["details"])) == (400, ["expiresAt"])


@pytest.mark.parametrize("name", ["a\nb", "a\x1b[2Jb", "\t"])
def test_a_key_has_a_name_that_a_list_can_show(client: httpx.Client, name: str) -> None:
    refused = client.post("/api/keys", json={"name": name})
    assert refused.json()["details"] == {"name": "must not have control characters in it"}


def test_tags_are_sorted_as_every_list(client: httpx.Client, repo_id: str) -> None:
    def names(**query: str) -> list[str]:
        answer = client.get(f"/api/repos/{repo_id}/tags", params=query)
        assert answer.status_code == 200, answer.text
        return [tag["name"] for tag in answer.json()["tags"]]

    assert names(sort="createdAt") == names(sort="updatedAt") == names()
    assert names(sort="createdAt", order="asc") == names()[::-1]
    assert names(sort="name") == sorted(names(), key=sort_key, reverse=True)
    assert names(sort="name", order="asc", limit="2") == sorted(names(), key=sort_key)[:2]
