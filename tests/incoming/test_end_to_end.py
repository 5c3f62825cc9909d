"""From a tag on GitHub to a release there and a message in Slack, and back again: over real HTTP, with an emulator of
both that keeps what it is told and sends webhooks of its own."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.conftest import Server
from tests.github.emulated import SEED, TOKEN, emulating
from tests.incoming.hub import PATH
from tests.processes import wait_until

Json = dict[str, Any]
REPO = "/repos/acme/myapp"
SECRET = "what GitHub signs the webhooks of acme/myapp with"


class GitHub:
    """What people do there."""

    def __init__(self, http: httpx.Client) -> None:
        self.http = http
        self.url = str(http.base_url).rstrip("/")

    def tell(self, method: str, path: str, body: Json) -> Json:
        answer = self.http.request(method, path, json=body)
        assert answer.is_success, answer.text
        told: Json = answer.json()
        return told

    @property
    def head(self) -> str:
        return str(self.http.get(f"{REPO}/git/ref/heads/main").json()["object"]["sha"])

    def tag(self, name: str) -> None:
        self.tell("POST", f"{REPO}/git/refs", {"ref": f"refs/tags/{name}", "sha": self.head})

    def merge(self, branch: str, title: str) -> None:
        self.tell("POST", f"{REPO}/git/refs", {"ref": f"refs/heads/{branch}", "sha": self.head})
        file = {"message": title, "content": "YQ==", "branch": branch}
        self.tell("PUT", f"{REPO}/contents/{branch}.txt", file)
        pull = self.tell("POST", f"{REPO}/pulls", {"title": title, "head": branch, "base": "main", "body": ""})
        self.tell("PUT", f"{REPO}/pulls/{pull['number']}/merge", {"merge_method": "merge"})

    def send_webhooks_to(self, url: str) -> None:
        config = {"url": f"{url}{PATH}", "secret": SECRET, "content_type": "json"}
        self.tell("POST", f"{REPO}/hooks", {"config": config, "events": ["*"]})

    @property
    def releases(self) -> list[Json]:
        return list(self.http.get(f"{REPO}/releases").json())


class Slack:
    """What its readers see."""

    def __init__(self, http: httpx.Client) -> None:
        self._http = http
        self.url = str(http.base_url).rstrip("/")
        channels = http.post("/conversations.list").json()["channels"]
        self.channel = next(str(found["id"]) for found in channels if found["name"] == "general")

    @property
    def messages(self) -> list[Json]:
        """Those with blocks: the channel's greetings have none."""
        found = self._http.post("/conversations.history", data={"channel": self.channel}).json()["messages"]
        return [message for message in found if message.get("blocks")]


def calling(url: str) -> httpx.Client:
    return httpx.Client(base_url=url, headers={"Authorization": f"Bearer {TOKEN}"}, timeout=30)


@pytest.fixture
def emulator(tmp_path: Path) -> Iterator[tuple[GitHub, Slack]]:
    with (
        emulating(SEED, tmp_path) as port,
        calling(f"http://127.0.0.1:{port}") as github,
        calling(f"http://127.0.0.1:{port + 1}/api") as slack,
    ):
        yield GitHub(github), Slack(slack)


def connected(client: httpx.Client, github: GitHub, slack: Slack) -> str:
    """The repository, set up to draft and publish by itself."""
    client.put("/api/channels/github", json={"token": TOKEN, "apiUrl": github.url}).raise_for_status()
    bot = {"botToken": TOKEN, "channelId": slack.channel, "apiUrl": slack.url}
    client.put("/api/channels/slack", json=bot).raise_for_status()
    asked = {"fullName": "acme/myapp", "token": TOKEN, "apiUrl": github.url}
    repo_id = str(client.post("/api/repos", json=asked).raise_for_status().json()["id"])
    settings = {"webhookSecret": SECRET, "automatic": True, "channels": ["github", "slack"]}
    client.patch(f"/api/repos/{repo_id}", json=settings).raise_for_status()
    return repo_id


def drafts_by_persona(client: httpx.Client, repo_id: str) -> dict[str, str]:
    (made,) = client.get("/api/ranges", params={"repoId": repo_id}).json()["ranges"]
    assert (made["fromTag"], made["toTag"]) == ("v1.0.0", "v1.1.0")
    found = client.get("/api/drafts", params={"releaseRangeId": made["id"]}).json()["drafts"]
    return {draft["persona"]: draft["id"] for draft in found}


def published_again(client: httpx.Client, draft_id: str, channel: str, text: str) -> None:
    client.patch(f"/api/drafts/{draft_id}", json={"bodyMd": text}).raise_for_status()
    answer = client.post("/api/publish", json={"draftId": draft_id, "channel": channel})
    assert (answer.status_code, answer.json()["status"]) == (200, "completed")


def test_a_tag_becomes_a_release_and_a_message_that_edits_update_in_place(
    server: Server, client: httpx.Client, emulator: tuple[GitHub, Slack]
) -> None:
    github, slack = emulator
    github.tag("v1.0.0")
    github.merge("dark", "Add dark mode")
    repo_id = connected(client, github, slack)
    github.send_webhooks_to(server.url)
    github.tag("v1.1.0")
    wait_until(lambda: github.releases and slack.messages, 60)
    (release,), (message,) = github.releases, slack.messages
    assert (release["tag_name"], release["draft"], "ark mode" in release["body"]) == ("v1.1.0", False, True)
    assert "v1.1.0" in message["text"]
    drafts = drafts_by_persona(client, repo_id)
    assert set(drafts) == {"engineer", "internal", "customer"}

    published_again(client, drafts["engineer"], "github", "## Dark mode\n\nAt last, says the engineer.")
    published_again(client, drafts["internal"], "slack", "## Dark mode\n\nAt last, says support.")
    ((edited,), (updated,)) = github.releases, slack.messages
    assert (edited["id"], "At last, says the engineer." in edited["body"]) == (release["id"], True)
    assert (updated["ts"], "At last, says support." in str(updated["blocks"])) == (message["ts"], True)

    events = client.get(f"/api/repos/{repo_id}/events", params={"order": "asc"}).json()["events"]
    assert [event["event"] for event in events[:1]] == ["create"]
    wait_until(lambda: all(event["status"] != "pending" for event in _events(client, repo_id)))
    assert {event["note"] for event in _events(client, repo_id)[1:]} <= {"v1.1.0: drafted before."}
    assert len(drafts_by_persona(client, repo_id)) == 3


def _events(client: httpx.Client, repo_id: str) -> list[Json]:
    return list(client.get(f"/api/repos/{repo_id}/events", params={"order": "asc"}).json()["events"])
