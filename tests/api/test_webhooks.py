"""Outgoing webhooks: what receivers get, how they verify it, and what happens when they fail."""

import base64
import hashlib
import hmac
import itertools
import json
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest
from standardwebhooks.webhooks import Webhook
from tests.conftest import Org, Server, finished
from tests.processes import wait_until
from tests.receiver import Received, Receiver

ALL = ["draft.generated", "draft.published", "range.created"]


def subscribe(client: httpx.Client, receiver: Receiver, events: list[str] | None = None) -> dict[str, Any]:
    answer = client.post("/api/webhooks", json={"url": f"{receiver.url}/hooks", "events": events or ALL})
    assert answer.status_code == 201, answer.text
    return dict(answer.json())


def deliveries(client: httpx.Client, webhook: dict[str, Any], **query: str) -> list[dict[str, Any]]:
    return list(client.get(f"/api/webhooks/{webhook['id']}/deliveries", params=query).json()["deliveries"])


def ping(client: httpx.Client, webhook: dict[str, Any]) -> str:
    answer = client.post(f"/api/webhooks/{webhook['id']}/ping")
    assert answer.status_code == 200, answer.text
    return str(answer.json()["id"])


def detail(client: httpx.Client, webhook: dict[str, Any], delivery_id: str) -> dict[str, Any]:
    return dict(client.get(f"/api/webhooks/{webhook['id']}/deliveries/{delivery_id}").json())


def make_due(server: Server, delivery_id: str) -> None:
    """As if its pause were over."""
    statement = "UPDATE deliveries SET due_at = now() WHERE id = $1 AND due_at IS NOT NULL"
    server.run(server.runtime.database.raw.execute(statement, delivery_id))


def test_an_organization_has_twenty_at_most_however_many_are_asked_for_at_once(
    client: httpx.Client, receiver: Receiver
) -> None:
    def create(number: int) -> httpx.Response:
        return client.post("/api/webhooks", json={"url": f"{receiver.url}/hooks/{number}", "events": ALL})

    with ThreadPoolExecutor(30) as pool:
        answers = list(pool.map(create, range(30)))
    assert sorted(answer.status_code for answer in answers) == [201] * 20 + [409] * 10
    assert client.get("/api/webhooks").json()["total"] == 20


def test_the_three_events_of_a_release_arrive_as_documented(
    client: httpx.Client, receiver: Receiver, repo_id: str
) -> None:
    subscribe(client, receiver)
    body = {"repoId": repo_id, "fromTag": "v1.0.0", "toTag": "v1.1.0"}
    range_id = client.post("/api/ranges", json=body).json()["id"]
    draft = client.post(f"/api/drafts/{range_id}/generate", json={"persona": "engineer"}).json()
    finished(client, draft["id"])
    publication = client.post("/api/publish", json={"draftId": draft["id"], "channel": "hosted"}).json()
    wait_until(lambda: len(receiver.requests) == 3)
    told = {request.json["event"]: request.json for request in receiver.requests}
    about = {"draftId": draft["id"], "persona": "engineer", "releaseRangeId": range_id}
    assert list(told["draft.generated"]) == ["event", "timestamp", "data"]
    assert told["draft.generated"]["data"] == about
    assert datetime.fromisoformat(told["draft.generated"]["timestamp"]).tzinfo == UTC
    where = {"publicationId": publication["id"], "channel": "hosted", "url": publication["url"]}
    assert told["draft.published"]["data"] == {**about, **where}
    tags = {"releaseRangeId": range_id, "repoId": repo_id, "fromTag": "v1.0.0", "toTag": "v1.1.0"}
    assert told["range.created"]["data"] == tags


def test_only_what_was_subscribed_to_is_told(client: httpx.Client, receiver: Receiver, draft: dict[str, Any]) -> None:
    webhook = subscribe(client, receiver, ["draft.published"])
    client.post(f"/api/drafts/{draft['releaseRangeId']}/generate", json={"persona": "internal"})
    client.post("/api/publish", json={"draftId": draft["id"], "channel": "hosted"})
    wait_until(lambda: receiver.requests)
    assert [delivery["event"] for delivery in deliveries(client, webhook)] == ["draft.published"]


def test_what_is_refused_tells_nobody(client: httpx.Client, receiver: Receiver, range_id: str) -> None:
    webhook = subscribe(client, receiver)
    again = client.post("/api/ranges", json={"repoId": client.get("/api/repos").json()["repos"][0]["id"],
                                             "fromTag": "v1.0.0", "toTag": "v1.1.0"})  # fmt: skip
    assert again.status_code == 200
    assert deliveries(client, webhook) == []


def test_signatures_are_verified_by_the_library_and_by_hand(client: httpx.Client, receiver: Receiver) -> None:
    webhook = subscribe(client, receiver)
    ping(client, webhook)
    wait_until(lambda: receiver.requests)
    (request,) = receiver.requests
    assert Webhook(webhook["secret"]).verify(request.body, request.headers)
    signed = f"{request.headers['webhook-id']}.{request.headers['webhook-timestamp']}.".encode() + request.body
    key = base64.b64decode(webhook["secret"].removeprefix("whsec_"))
    mine = base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()
    assert request.headers["webhook-signature"] == f"v1,{mine}"


def test_a_secret_is_shown_once_and_two_are_valid_while_it_is_rotated(
    server: Server, client: httpx.Client, receiver: Receiver
) -> None:
    webhook = subscribe(client, receiver)
    path = f"/api/webhooks/{webhook['id']}"
    assert "secret" not in client.get(path).json()
    new = client.post(f"{path}/rotate", json={"gracePeriodSeconds": 3600}).json()["secret"]
    ping(client, webhook)
    wait_until(lambda: receiver.requests)
    for secret in (webhook["secret"], new):
        assert Webhook(secret).verify(receiver.requests[0].body, receiver.requests[0].headers)
    newest = client.post(f"{path}/rotate", json={"gracePeriodSeconds": 0}).json()["secret"]
    ping(client, webhook)
    wait_until(lambda: len(receiver.requests) == 2)
    assert Webhook(newest).verify(receiver.requests[1].body, receiver.requests[1].headers)
    assert " " not in receiver.requests[1].headers["webhook-signature"]
    rows = server.run(server.runtime.database.raw.fetch("SELECT * FROM webhooks WHERE id = $1", webhook["id"]))
    assert "whsec_" not in str(dict(rows[0]))


def test_a_receiver_that_fails_five_times_gets_it_in_the_end_under_one_id(
    server: Server, client: httpx.Client, receiver: Receiver
) -> None:
    statuses = itertools.chain([500, 302, 429, 503, 404], itertools.repeat(204))
    receiver.answer = lambda request: (next(statuses), "")
    webhook = subscribe(client, receiver)
    id = ping(client, webhook)
    for attempt in range(1, 7):
        wait_until(lambda: len(detail(client, webhook, id)["attempts"]) == attempt)  # noqa: B023 - called at once
        make_due(server, id)
    found = detail(client, webhook, id)
    assert found["status"] == "delivered"
    assert [attempt["status"] for attempt in found["attempts"]] == [500, 302, 429, 503, 404, 204]
    assert {request.headers["webhook-id"] for request in receiver.requests} == {id}
    assert "failingSince" not in client.get(f"/api/webhooks/{webhook['id']}").json()


def test_the_first_retry_comes_after_seconds_and_the_log_says_why(client: httpx.Client, receiver: Receiver) -> None:
    receiver.answer = lambda request: (500, "out of cheese")
    webhook = subscribe(client, receiver)
    id = ping(client, webhook)
    wait_until(lambda: detail(client, webhook, id)["attempts"])
    found = detail(client, webhook, id)
    assert found["status"] == "pending"
    (attempt,) = found["attempts"]
    assert (attempt["status"], attempt["answer"]) == (500, "out of cheese")
    assert attempt["headers"]["webhook-id"] == id
    assert json.loads(found["body"])["event"] == "ping"
    pause = datetime.fromisoformat(found["nextAttemptAt"]) - datetime.fromisoformat(attempt["at"])
    assert timedelta(seconds=4) <= pause <= timedelta(seconds=8)
    assert "failingSince" in client.get(f"/api/webhooks/{webhook['id']}").json()


def test_gone_switches_off_with_a_notice_until_it_is_enabled_again(client: httpx.Client, receiver: Receiver) -> None:
    receiver.answer = lambda request: (410, "")
    webhook = subscribe(client, receiver)
    path = f"/api/webhooks/{webhook['id']}"
    id = ping(client, webhook)
    wait_until(lambda: not client.get(path).json()["enabled"])
    assert "410 Gone" in client.get(path).json()["notice"]
    assert detail(client, webhook, id)["status"] == "failed"
    assert client.post(f"{path}/ping").status_code == 409
    receiver.answer = lambda request: (200, "")
    on = client.patch(path, json={"enabled": True}).json()
    assert (on["enabled"], "notice" in on) == (True, False)
    assert client.post(f"{path}/deliveries/{id}/replay").json()["status"] == "pending"
    wait_until(lambda: detail(client, webhook, id)["status"] == "delivered")
    assert [request.headers["webhook-id"] for request in receiver.requests] == [id, id]


def test_days_of_failure_switch_off(server: Server, client: httpx.Client, receiver: Receiver) -> None:
    receiver.answer = lambda request: (500, "")
    webhook = subscribe(client, receiver)
    id = ping(client, webhook)
    wait_until(lambda: detail(client, webhook, id)["attempts"])
    long_ago = "UPDATE webhooks SET failing_since = now() - interval '5 days' WHERE id = $1"
    server.run(server.runtime.database.raw.execute(long_ago, webhook["id"]))
    make_due(server, id)
    wait_until(lambda: not client.get(f"/api/webhooks/{webhook['id']}").json()["enabled"])
    assert "it has failed since" in client.get(f"/api/webhooks/{webhook['id']}").json()["notice"]


def test_all_since_a_time_are_replayed(client: httpx.Client, receiver: Receiver) -> None:
    webhook = subscribe(client, receiver)
    ids = {ping(client, webhook) for _ in range(3)}
    wait_until(lambda: len(deliveries(client, webhook, status="delivered")) == 3)
    path = f"/api/webhooks/{webhook['id']}/replay"
    hour = datetime.now(UTC) - timedelta(hours=1)
    assert client.post(path, json={"since": hour.isoformat(), "status": "failed"}).json() == {"replayed": 0}
    assert client.post(path, json={"since": hour.isoformat()}).json() == {"replayed": 3}
    wait_until(lambda: len(receiver.requests) == 6)
    assert {request.headers["webhook-id"] for request in receiver.requests} == ids


def test_a_hanging_receiver_of_one_delays_nobody_else(
    client: httpx.Client, receiver: Receiver, new_org: Callable[..., Org]
) -> None:
    """A hundred events wait behind a receiver that never answers; another organization's event arrives at once."""
    with Receiver().running() as fast:
        release: list[bool] = []

        def hang(request: Received) -> tuple[int, str]:
            wait_until(lambda: release, 60)
            return 200, ""

        receiver.answer = hang
        slow = subscribe(client, receiver)
        for _ in range(100):
            ping(client, slow)
        wait_until(lambda: len(receiver.requests) >= 8)
        other = new_org().client
        webhook = subscribe(other, fast)
        id = ping(other, webhook)
        wait_until(lambda: fast.requests, 5)
        wait_until(lambda: detail(other, webhook, id)["status"] == "delivered", 5)
        assert len(receiver.requests) < 30
        release.append(True)


@pytest.mark.parametrize(
    ("status", "body", "field"),
    [
        (409, {"url": "http://127.0.0.2:8080/", "events": ALL}, "url"),
        (409, {"url": "http://2130706433/", "events": ALL}, "url"),
        (409, {"url": "https://me@example.com/", "events": ALL}, "url"),
        (400, {"url": "gopher://example.com/", "events": ALL}, "url"),
        (400, {"url": "https://example.com/", "events": []}, "events"),
        (400, {"url": "https://example.com/", "events": ["draft.eaten"]}, "events.0"),
        (400, {"url": "https://example.com/"}, "events"),
    ],
)
def test_bad_webhooks_are_refused_by_field(client: httpx.Client, status: int, body: dict[str, Any], field: str) -> None:
    answer = client.post("/api/webhooks", json=body)
    assert answer.status_code == status
    assert list(answer.json()["details"]) == [field]
    assert client.get("/api/webhooks").json()["total"] == 0


def test_a_webhook_is_changed_and_removed_with_its_deliveries(client: httpx.Client, receiver: Receiver) -> None:
    webhook = subscribe(client, receiver)
    path = f"/api/webhooks/{webhook['id']}"
    ping(client, webhook)
    changed = client.patch(path, json={"events": ["range.created"], "enabled": False}).json()
    assert (changed["events"], changed["enabled"]) == (["range.created"], False)
    assert client.get("/api/webhooks").json()["webhooks"] == [changed]
    assert client.delete(path).json() == {"id": webhook["id"], "deleted": True}
    assert client.get(f"{path}/deliveries").status_code == 404
