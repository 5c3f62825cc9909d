"""Two organizations: nothing of one is seen, changed or even confirmed to exist by the other."""

import re
from collections.abc import Callable
from typing import Any

import httpx
import pytest
from pydantic.alias_generators import to_camel
from tests.conftest import Org

NOBODYS = {
    "draft_id": "draft_0000000000000000000000",
    "range_id": "range_0000000000000000000000",
    "repo_id": "repo_0000000000000000000000",
    "publication_id": "pub_0000000000000000000000",
    "key_id": "key_0000000000000000000000",
    "webhook_id": "whk_0000000000000000000000",
    "delivery_id": "evt_0000000000000000000000",
}
CALLS: list[tuple[str, str, Any]] = [
    ("GET", "/api/drafts?releaseRangeId={range_id}", None),
    ("GET", "/api/drafts/{draft_id}", None),
    ("PATCH", "/api/drafts/{draft_id}", {"bodyMd": "mine now"}),
    ("POST", "/api/drafts/{range_id}/generate", {"persona": "engineer"}),
    ("GET", "/api/ranges?repoId={repo_id}", None),
    ("GET", "/api/ranges/{range_id}", None),
    ("POST", "/api/ranges", {"repoId": "{repo_id}", "fromTag": "v1.0.0", "toTag": "v1.2.0"}),
    ("POST", "/api/publish", {"draftId": "{draft_id}", "channel": "hosted"}),
    ("GET", "/api/publish/{publication_id}", None),
    ("GET", "/api/repos/{repo_id}", None),
    ("PATCH", "/api/repos/{repo_id}", {"webhookSecret": "0123456789abcdef"}),
    ("GET", "/api/repos/{repo_id}/events", None),
    ("GET", "/api/repos/{repo_id}/tags", None),
    ("DELETE", "/api/repos/{repo_id}", None),
    ("POST", "/api/keys/{key_id}/rotate", {}),
    ("DELETE", "/api/keys/{key_id}", None),
    ("GET", "/api/channels/slack", None),
    ("DELETE", "/api/channels/slack", None),
    ("POST", "/api/channels/slack/test", None),
    ("GET", "/api/webhooks/{webhook_id}", None),
    ("PATCH", "/api/webhooks/{webhook_id}", {"url": "https://elsewhere.example/"}),
    ("DELETE", "/api/webhooks/{webhook_id}", None),
    ("POST", "/api/webhooks/{webhook_id}/rotate", {}),
    ("POST", "/api/webhooks/{webhook_id}/ping", None),
    ("POST", "/api/webhooks/{webhook_id}/replay", {"since": "2026-01-01T00:00:00Z"}),
    ("GET", "/api/webhooks/{webhook_id}/deliveries", None),
    ("GET", "/api/webhooks/{webhook_id}/deliveries/{delivery_id}", None),
    ("POST", "/api/webhooks/{webhook_id}/deliveries/{delivery_id}/replay", None),
]


@pytest.fixture
def theirs(client: httpx.Client, repo_id: str, range_id: str, draft: dict[str, Any]) -> dict[str, str]:
    """One of everything, of another organization."""
    publication = client.post("/api/publish", json={"draftId": draft["id"], "channel": "hosted"}).json()
    key = client.post("/api/keys", json={"name": "theirs"}).json()
    client.put("/api/channels/slack", json={"webhookUrl": "https://hooks.slack.com/services/theirs"})
    body = {"url": "https://ci.acme.test/hooks", "events": ["draft.published"]}
    webhook = client.post("/api/webhooks", json=body).json()
    delivery = client.post(f"/api/webhooks/{webhook['id']}/ping").json()
    return {
        "draft_id": draft["id"],
        "range_id": range_id,
        "repo_id": repo_id,
        "publication_id": publication["id"],
        "key_id": key["id"],
        "webhook_id": webhook["id"],
        "delivery_id": delivery["id"],
    }


def call(client: httpx.Client, method: str, path: str, body: Any, ids: dict[str, str]) -> httpx.Response:
    filled = {k: v.format(**ids) for k, v in body.items()} if body else body
    return client.request(method, path.format(**ids), json=filled)


def test_every_endpoint_answers_as_if_it_did_not_exist(
    theirs: dict[str, str], client: httpx.Client, new_org: Callable[..., Org]
) -> None:
    mine = new_org().client
    for method, path, body in CALLS:
        foreign = call(mine, method, path, body, theirs)
        missing = call(mine, method, path, body, NOBODYS)
        assert foreign.status_code == missing.status_code == 404, (method, path)
        normal = foreign.text
        for name, value in theirs.items():
            normal = normal.replace(value, NOBODYS[name])
        assert normal == missing.text, (method, path)
    assert client.get(f"/api/drafts/{theirs['draft_id']}").json()["bodyMd"] != "mine now"
    assert client.get("/api/repos").json()["total"] == 1


def test_lists_show_only_what_is_ones_own(theirs: dict[str, str], new_org: Callable[..., Org]) -> None:
    mine = new_org().client
    assert mine.get("/api/repos").json() == {"repos": [], "total": 0, "hasMore": False}
    assert [key["name"] for key in mine.get("/api/keys").json()["keys"]] == ["tests"]
    assert mine.get("/api/stats").json()["draftsGenerated"] == 0


def test_every_documented_operation_is_tried(client: httpx.Client) -> None:
    """A new endpoint with an id in its path must be added to `CALLS`."""
    document = client.get("/openapi.json").json()
    with_ids = {
        (method.upper(), path)
        for path, methods in document["paths"].items()
        for method in methods
        if "{" in path and path.startswith("/api/") and not path.startswith("/api/v1/")
    }
    tried = {
        (method, re.sub(r"\{(\w+)\}", lambda name: f"{{{to_camel(name[1])}}}", path.split("?")[0]))
        for method, path, _ in CALLS
        if "{" in path.split("?")[0]
    }
    assert with_ids <= tried
