"""What a release manager meets who sets everything up by hand: each refusal says what to write instead."""

from typing import Any

import httpx
import pytest
from tests.receiver import Receiver

Json = dict[str, Any]


@pytest.mark.parametrize(
    ("body", "field", "said"),
    [
        ({"fullName": "acme"}, "fullName", "must be owner/name, as in acme/myapp"),
        ({"fullName": "https://github.com/acme/myapp"}, "fullName", "must be owner/name, as in acme/myapp"),
        ({"url": "myapp"}, "url", "must be a Git URL, as https://git.acme.com/myapp.git"),
        ({"fullName": "acme/myapp\n"}, "fullName", "must be owner/name, as in acme/myapp"),
        ({"fullName": "acme/myapp", "token": "ghp_pasted\n"}, "token", "must be ASCII without spaces"),
        ({"url": "https://git.acme.com/myapp.git\n"}, "url", "must be a Git URL"),
        ({"fullName": "acme/myapp", "token": "two words"}, "token", "must be ASCII without spaces"),
        ({"fullName": "acme/myapp", "apiUrl": "github.acme.com"}, "apiUrl", "must be the address of an API"),
    ],
)
def test_connecting(client: httpx.Client, body: Json, field: str, said: str) -> None:
    answer = client.post("/api/repos", json=body)
    assert answer.status_code == 400
    assert answer.json()["details"][field].startswith(said)


@pytest.mark.parametrize("body", [{"webhookSecret": "sixteen characters\n"}, {"tagPattern": "v\t*"}])
def test_settings(client: httpx.Client, repo_id: str, body: Json) -> None:
    answer = client.patch(f"/api/repos/{repo_id}", json=body)
    assert answer.status_code == 400
    assert list(answer.json()["details"].values()) == ["must not have control characters in it"]


@pytest.mark.parametrize("url", ["ci.acme.com/hooks", "https://ci.acme.com/hooks\n"])
def test_a_webhooks_address(client: httpx.Client, url: str) -> None:
    answer = client.post("/api/webhooks", json={"url": url, "events": ["draft.published"]})
    assert answer.json()["details"]["url"].startswith("must be an address that begins with https://")


def test_a_channel_that_is_not_set_up_is_named_with_what_to_send(client: httpx.Client, draft: Json) -> None:
    answer = client.post("/api/publish", json={"draftId": draft["id"], "channel": "github"})
    assert answer.status_code == 409
    assert "Send PUT /api/channels/github" in answer.json()["details"]["channel"]
    assert answer.json()["message"] == answer.json()["details"]["channel"]


def test_a_hidden_page_is_named_with_what_to_send(client: httpx.Client, repo_id: str, draft: Json) -> None:
    client.patch(f"/api/repos/{repo_id}", json={"publicPage": False}).raise_for_status()
    answer = client.post("/api/publish", json={"draftId": draft["id"], "channel": "hosted"})
    assert answer.status_code == 409
    assert f"Send PATCH /api/repos/{repo_id}" in answer.json()["details"]["channel"]


def test_a_draft_that_is_not_finished_is_named(client: httpx.Client, range_id: str) -> None:
    asked = client.post(f"/api/drafts/{range_id}/generate", json={"persona": "customer"}).json()
    answer = client.post("/api/publish", json={"draftId": asked["id"], "channel": "hosted"})
    assert answer.status_code in (201, 409)
    assert answer.status_code == 201 or list(answer.json()["details"]) == ["draftId"]


def test_a_secret_is_rotated_without_a_body_and_both_sign(client: httpx.Client, receiver: Receiver) -> None:
    made = client.post("/api/webhooks", json={"url": receiver.url, "events": ["draft.published"]}).json()
    rotated = client.post(f"/api/webhooks/{made['id']}/rotate")
    assert rotated.status_code == 200, rotated.text
    assert rotated.json()["secret"] not in ("", made["secret"])
    at_once = client.post(f"/api/webhooks/{made['id']}/rotate", json={"gracePeriodSeconds": 0})
    assert at_once.status_code == 200
    wrong = client.post(f"/api/webhooks/{made['id']}/rotate", json={"graceHours": 1})
    assert (wrong.status_code, wrong.json()["details"]) == (400, {"graceHours": "unknown field"})
