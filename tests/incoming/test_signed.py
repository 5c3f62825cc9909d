"""Who may tell us something: signatures, repetitions, sizes, and whose repository it is."""

import json
from collections.abc import Callable
from uuid import uuid4

import httpx
import pytest

from releaseray.settings import Settings
from releaseray.webhooks.github_signature import sign
from tests.conftest import Org, make_org, serving
from tests.incoming.hub import PATH, Hub
from tests.repository import GitRepository

MOST = 10 * 2**20


def padded(hub: Hub, size: int) -> bytes:
    """A payload of exactly so many bytes."""
    text = json.dumps({"repository": hub.repository, "zen": ""})
    return text.replace('"zen": ""', f'"zen": "{"x" * (size - len(text))}"').encode()


def test_a_ping_is_answered(hub: Hub) -> None:
    answer = hub.tell("ping", zen="Keep it logically awesome.")
    assert (answer.status_code, answer.json()) == (200, {"status": "pong"})
    assert hub.tell_form("ping", zen="It's not fully shipped until it's fast.").json() == {"status": "pong"}


@pytest.mark.parametrize("kind", ["star", "watch", "an_event_of_next_year", "pull_request", "workflow_run"])
def test_what_we_do_not_act_on_is_accepted_and_ignored(hub: Hub, kind: str) -> None:
    answer = hub.tell(kind, action="created")
    assert (answer.status_code, answer.json()) == (202, {"status": "ignored"})
    assert hub.events == []


@pytest.mark.parametrize(
    "signature", ["", "sha256=", "sha1=abc", "sha256=" + "0" * 64, "sha256=" + "g" * 64, sign(b"other", "secret")]
)
def test_what_is_not_signed_is_refused_as_if_the_repository_were_not_there(hub: Hub, signature: str) -> None:
    known = hub.post("ping", padded(hub, 200), signature=signature)
    stranger = Hub(hub.client, hub.repo_id, hub.git, repository={"id": 999, "full_name": "nobody/nothing"})
    unknown = stranger.post("ping", padded(stranger, 200), signature=signature)
    assert known.status_code == unknown.status_code == 401
    assert known.json() == unknown.json()
    assert list(known.json()) == ["error", "message"]
    assert known.headers["WWW-Authenticate"] == unknown.headers["WWW-Authenticate"]
    assert hub.events == []


def test_the_signature_covers_the_raw_body(hub: Hub) -> None:
    body = padded(hub, 200)
    assert hub.post("ping", body, signature=sign(body, hub.secret)).status_code == 200
    assert hub.post("ping", body + b" ", signature=sign(body, hub.secret)).status_code == 401
    assert hub.post("ping", body, signature=sign(body, hub.secret).upper()).status_code == 401


def test_an_unknown_repository_whoever_signs_it(hub: Hub) -> None:
    stranger = Hub(hub.client, hub.repo_id, hub.git, repository={"id": 9, "full_name": "acme/other"})
    assert stranger.tell("ping").status_code == 401
    body = json.dumps({"zen": "no repository at all"}).encode()
    assert hub.post("ping", body).status_code == 401


def test_without_a_secret_nothing_is_taken(hub: Hub) -> None:
    assert hub.set(webhookSecret=None)["webhookSecretSet"] is False
    assert hub.tell("ping").status_code == 401
    assert hub.post("ping", padded(hub, 200), signature=sign(padded(hub, 200), "")).status_code == 401


def test_a_new_secret_takes_the_old_ones_place(hub: Hub) -> None:
    hub.set(webhookSecret="another secret, also long enough")
    assert hub.tell("ping").status_code == 401
    assert Hub(hub.client, hub.repo_id, hub.git, "another secret, also long enough").tell("ping").status_code == 200


def test_each_organization_hears_what_its_own_secret_signed(
    hub: Hub, git_repo: GitRepository, new_org: Callable[..., Org]
) -> None:
    """Two organizations connected the same repository; GitHub sends an event, by one id, to the webhook of each."""
    other = Hub.connected(new_org().client, git_repo)
    id = str(uuid4())
    assert hub.push("v1.2.0", created=False).json() == {"status": "accepted"}
    assert [event["event"] for event in hub.settled()] == ["push"]
    assert other.events == []
    assert other.announce("v1.2.0", id).json() == {"status": "accepted"}
    assert hub.announce("v1.2.0", id).json() == {"status": "accepted"}
    assert [event["event"] for event in other.settled()] == ["create"]
    assert len(hub.settled()) == 2


def test_a_delivery_that_comes_again_is_a_duplicate(hub: Hub) -> None:
    id = str(uuid4())
    body = json.dumps({"repository": hub.repository, "ref": "v1.2.0", "ref_type": "tag"}).encode()
    assert hub.post("create", body, delivery=id).json() == {"status": "accepted"}
    again = hub.post("create", body, delivery=id)
    assert (again.status_code, again.json()) == (200, {"status": "duplicate"})
    assert [event["delivery"] for event in hub.settled()] == [id]


def test_a_replay_under_another_id_is_refused(hub: Hub) -> None:
    body = json.dumps({"repository": hub.repository, "ref": "v1.2.0", "ref_type": "tag"}).encode()
    hub.post("create", body)
    replayed = hub.post("create", body)
    assert (replayed.status_code, replayed.json()["error"]) == (409, "Conflict")
    assert len(hub.settled()) == 1


@pytest.mark.parametrize("body", [b"", b"{", b"null", b"[1]", b"\xff\xfe", b"payload=", b"payload=%7B", b"[" * 50_000])
def test_a_body_that_is_no_payload(hub: Hub, body: bytes) -> None:
    answer = hub.post("push", body)
    assert answer.status_code == 400
    assert list(answer.json()["details"]) == ["body"]


@pytest.mark.parametrize("name", ["X-GitHub-Event", "X-GitHub-Delivery"])
@pytest.mark.parametrize("value", ["", "x" * 256, "two words"])
def test_headers_that_are_not_githubs(hub: Hub, name: str, value: str) -> None:
    answer = hub.post("ping", padded(hub, 200), **{name: value})
    assert answer.status_code == 400
    assert list(answer.json()["details"]) == [name]


@pytest.mark.parametrize("chunked", [False, True])
def test_ten_megabytes_and_not_a_byte_more(hub: Hub, chunked: bool) -> None:
    for size, status in ((MOST, 200), (MOST + 1, 413)):
        body = padded(hub, size)
        assert len(body) == size
        headers = {"X-GitHub-Event": "ping", "X-GitHub-Delivery": "1", "X-Hub-Signature-256": sign(body, hub.secret)}
        content = iter([body[: size // 2], body[size // 2 :]]) if chunked else body
        answer = httpx.post(f"{hub.client.base_url}{PATH}", content=content, headers=headers, timeout=60)
        assert answer.status_code == status
    assert answer.json()["error"] == "Payload too large"


@pytest.mark.parametrize("method", ["GET", "PUT", "PATCH", "DELETE", "OPTIONS"])
def test_only_post_is_taken(hub: Hub, method: str) -> None:
    answer = httpx.request(method, f"{hub.client.base_url}{PATH}")
    assert (answer.status_code, answer.headers["Allow"]) == (405, "POST")


def test_an_address_that_keeps_failing_is_refused(settings: Settings, git_repo: GitRepository) -> None:
    with (
        serving(settings.model_copy(update={"unauthorized_per_minute": 5})) as server,
        make_org(server).client as client,
    ):
        hub = Hub.connected(client, git_repo)
        there = {"X-Forwarded-For": "203.0.113.59"}
        answers = [hub.post("ping", b"{}", signature="sha256=" + "0" * 64, **there) for _ in range(7)]
        assert [answer.status_code for answer in answers] == [401] * 5 + [429] * 2
        assert answers[-1].json()["retryAfter"] == int(answers[-1].headers["Retry-After"])
        body = padded(hub, 200)
        assert hub.post("ping", body, **there).status_code == 429, "who fails so often is not read any more"
        assert hub.post("ping", body, **{"X-Forwarded-For": "203.0.113.60"}).status_code == 200
