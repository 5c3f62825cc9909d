"""Channels: set up with their secrets kept, published through, updated in place."""

import json
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx
import pytest
from tests.conftest import Server
from tests.processes import wait_until
from tests.receiver import Answer, Received, Receiver

TOKEN = "xoxb-very-secret"


class Slack:
    """Answers as Slack's Web API does, and keeps the channel's messages by `ts`."""

    def __init__(self, receiver: Receiver) -> None:
        self.receiver = receiver
        self.messages: dict[str, dict[str, Any]] = {}
        self.error: str | None = None
        receiver.answer = self._answer

    def _answer(self, request: Received) -> Answer:
        method = request.path.rpartition("/")[2]
        if self.error:
            return 200, json.dumps({"ok": False, "error": self.error})
        if method == "chat.postMessage":
            ts = f"17.{len(self.messages):06}"
            self.messages[ts] = request.json
            return 200, json.dumps({"ok": True, "channel": "C1", "ts": ts})
        if method == "chat.update":
            self.messages[request.json["ts"]] = request.json
            return 200, json.dumps({"ok": True})
        if method == "chat.getPermalink":
            return 200, json.dumps({"ok": True, "permalink": "https://acme.slack.com/archives/C1/p17"})
        return 200, json.dumps({"ok": True, "user": "releaseray", "team": "Acme"})

    def set_up(self, client: httpx.Client) -> None:
        body = {"botToken": TOKEN, "channelId": "C1", "apiUrl": f"{self.receiver.url}/api"}
        answer = client.put("/api/channels/slack", json=body)
        assert answer.status_code == 200, answer.text


@pytest.fixture
def slack(client: httpx.Client, receiver: Receiver) -> Slack:
    slack = Slack(receiver)
    slack.set_up(client)
    return slack


def publish(client: httpx.Client, draft_id: str, **more: Any) -> httpx.Response:
    body = {"draftId": draft_id, "channel": "slack", **more}
    return client.post("/api/publish", json=body)


def test_a_channel_is_set_up_shown_without_its_secrets_and_removed(client: httpx.Client, slack: Slack) -> None:
    shown = client.get("/api/channels/slack").json()
    assert list(shown) == ["channel", "settings", "createdAt", "updatedAt"]
    assert shown["settings"] == {"channelId": "C1", "apiUrl": f"{slack.receiver.url}/api"}
    listed = client.get("/api/channels")
    assert listed.json() == {"channels": [shown], "total": 1, "hasMore": False}
    assert TOKEN not in listed.text
    assert client.delete("/api/channels/slack").json() == {"channel": "slack", "deleted": True}
    gone = client.get("/api/channels/slack")
    assert gone.status_code == 404
    assert "PUT /api/channels/slack" in gone.json()["message"]
    assert client.delete("/api/channels/slack").status_code == 404


def test_secrets_are_encrypted_at_rest(server: Server, client: httpx.Client, slack: Slack) -> None:
    rows = server.run(server.runtime.database.raw.fetch("SELECT * FROM channel_setups"))
    assert rows
    assert TOKEN not in str([dict(row) for row in rows])


@pytest.mark.parametrize(
    ("status", "channel", "body", "field"),
    [
        (400, "slack", {"webhookUrl": "https://hooks.slack.com/x", "botToken": TOKEN, "channelId": "C1"}, "body"),
        (400, "slack", {"botToken": TOKEN}, "body"),
        (409, "slack", {"webhookUrl": "http://169.254.169.254/latest"}, "webhookUrl"),
        (409, "slack", {"webhookUrl": "http://[::ffff:10.0.0.1]/"}, "webhookUrl"),
        (400, "teams", {"webhookUrl": "ftp://example.com/"}, "webhookUrl"),
        (409, "github", {"token": "github_pat_1", "apiUrl": "http://user@example.com/"}, "apiUrl"),
        (400, "github", {"token": "github_pat_1", "surprise": 1}, "surprise"),
        (400, "slack", {"botToken": "xoxb-\u2026secret", "channelId": "C1"}, "botToken"),
        (400, "intercom", {"accessToken": "dG9rOjE=", "region": "mars", "senderId": 1, "newsfeedId": 2}, "region"),
    ],
)
def test_bad_settings_are_refused_by_field(
    client: httpx.Client, status: int, channel: str, body: dict[str, Any], field: str
) -> None:
    answer = client.put(f"/api/channels/{channel}", json=body)
    assert answer.status_code == status, answer.text
    assert list(answer.json()["details"]) == [field]
    assert TOKEN not in answer.text
    assert client.get("/api/channels").json()["total"] == 0


def test_settings_can_be_tried(client: httpx.Client, slack: Slack) -> None:
    tried = client.post("/api/channels/slack/test").json()
    assert tried == {"channel": "slack", "ok": True, "message": "The token is valid: releaseray in Acme."}
    slack.error = "invalid_auth"
    tried = client.post("/api/channels/slack/test").json()
    assert (tried["ok"], tried["message"]) == (False, "Slack refused auth.test: invalid_auth")


def test_a_draft_is_published_and_its_message_edited_in_place(
    client: httpx.Client, slack: Slack, draft: dict[str, Any]
) -> None:
    first = publish(client, draft["id"])
    assert first.status_code == 201
    assert list(first.json()) == ["id", "status", "url", "publishedAt"]
    assert (first.json()["status"], first.json()["url"]) == ("completed", "https://acme.slack.com/archives/C1/p17")
    assert first.headers["Location"] == f"/api/publish/{first.json()['id']}"
    client.patch(f"/api/drafts/{draft['id']}", json={"bodyMd": "## Better words"})
    again = publish(client, draft["id"])
    assert (again.status_code, again.json()["id"]) == (200, first.json()["id"])
    (message,) = slack.messages.values()
    assert "Better words" in json.dumps(message)
    assert client.get("/api/stats").json()["publishedReleases"] == 1


def test_a_vendor_that_refuses_fails_with_its_reason(client: httpx.Client, slack: Slack, draft: dict[str, Any]) -> None:
    slack.error = "channel_not_found"
    failed = publish(client, draft["id"]).json()
    problem = {"error": "Publishing failed", "message": "Slack refused chat.postMessage: channel_not_found"}
    assert failed == {"id": failed["id"], "status": "failed", "error": problem}
    assert client.get(f"/api/publish/{failed['id']}").json() == failed
    slack.error = None
    assert publish(client, draft["id"]).json()["status"] == "completed"


def test_a_vendor_that_stumbles_is_asked_again(client: httpx.Client, slack: Slack, draft: dict[str, Any]) -> None:
    slack.error = "ratelimited"
    threading.Timer(1, setattr, (slack, "error", None)).start()
    assert publish(client, draft["id"]).json()["status"] == "completed"
    assert len(slack.messages) == 1


def test_a_slow_vendor_is_reported_later(client: httpx.Client, slack: Slack, draft: dict[str, Any]) -> None:
    answer = slack.receiver.answer
    slow = threading.Event()

    def held(request: Received) -> Answer:
        slow.wait(13)
        return answer(request)

    slack.receiver.answer = held
    asked = publish(client, draft["id"])
    assert asked.json() == {"id": asked.json()["id"], "status": "processing"}
    assert asked.headers["Retry-After"] == "2"
    slow.set()
    wait_until(lambda: client.get(f"/api/publish/{asked.json()['id']}").json()["status"] == "completed")
    assert len(slack.messages) == 1


def test_an_edit_during_the_call_is_published_too(client: httpx.Client, slack: Slack, draft: dict[str, Any]) -> None:
    answer = slack.receiver.answer
    begun, go_on = threading.Event(), threading.Event()

    def held(request: Received) -> Answer:
        begun.set()
        go_on.wait(8)
        return answer(request)

    slack.receiver.answer = held
    with ThreadPoolExecutor() as pool:
        first = pool.submit(publish, client, draft["id"])
        assert begun.wait(10)
        client.patch(f"/api/drafts/{draft['id']}", json={"bodyMd": "## Newest words"})
        second = pool.submit(publish, client, draft["id"])
        time.sleep(0.3)
        go_on.set()
        assert {first.result().json()["status"], second.result().json()["status"]} == {"completed"}
    (message,) = slack.messages.values()
    assert "Newest words" in json.dumps(message)


def test_an_idempotency_key_replays_the_final_answer_and_refuses_while_it_runs(
    client: httpx.Client, slack: Slack, draft: dict[str, Any]
) -> None:
    answer = slack.receiver.answer
    begun, go_on = threading.Event(), threading.Event()

    def held(request: Received) -> Answer:
        begun.set()
        go_on.wait(8)
        return answer(request)

    def ask() -> httpx.Response:
        body, headers = {"draftId": draft["id"], "channel": "slack"}, {"Idempotency-Key": "out-once"}
        return client.post("/api/publish", json=body, headers=headers)

    slack.receiver.answer = held
    with ThreadPoolExecutor() as pool:
        first = pool.submit(ask)
        assert begun.wait(10)
        assert ask().status_code == 409
        go_on.set()
    replayed = ask()
    assert (replayed.status_code, replayed.json()) == (201, first.result().json())
    assert replayed.headers["Idempotent-Replayed"] == "true"
    assert len(slack.messages) == 1


def test_test_mode_publishes_nothing(client: httpx.Client, slack: Slack, draft: dict[str, Any]) -> None:
    body = {"draftId": draft["id"], "channel": "slack"}
    answer = client.post("/api/publish", json=body, headers={"X-Test-Mode": "true"})
    assert answer.json()["status"] == "completed"
    assert not slack.receiver.requests
