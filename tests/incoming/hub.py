"""A repository whose webhooks reach us: what GitHub sends about it, signed as GitHub signs."""

import json
from dataclasses import dataclass, field
from secrets import token_hex
from typing import Any
from urllib.parse import urlencode
from uuid import uuid4

import httpx

from releaseray.webhooks.github_signature import sign
from tests.processes import wait_until
from tests.repository import GitRepository

PATH = "/api/webhooks/github"
Json = dict[str, Any]


@dataclass(frozen=True)
class Hub:
    """The webhooks of `acme/myapp`, connected by a path and set up with a secret of their own, for other tests connect
    repositories of that name too. `git` is what a push changes."""

    client: httpx.Client
    repo_id: str
    git: GitRepository
    secret: str = field(default_factory=lambda: token_hex(16))
    repository: Json = field(default_factory=lambda: {"id": 7, "full_name": "acme/myapp", "default_branch": "main"})

    @classmethod
    def connected(cls, client: httpx.Client, git: GitRepository, **settings: Any) -> "Hub":
        """Connect the repository and change its settings."""
        answer = client.post("/api/repos", json={"url": str(git.path)})
        assert answer.status_code in (200, 201), answer.text
        hub = cls(client, answer.json()["id"], git)
        hub.set(webhookSecret=hub.secret, **settings)
        return hub

    def set(self, **settings: Any) -> Json:
        answer = self.client.patch(f"/api/repos/{self.repo_id}", json=settings)
        assert answer.status_code == 200, answer.text
        return dict(answer.json())

    def post(
        self, kind: str, body: bytes, *, delivery: str | None = None, signature: str | None = None, **headers: str
    ) -> httpx.Response:
        """Send a body as it is, without any key."""
        own = {
            "X-GitHub-Event": kind,
            "X-GitHub-Delivery": delivery or str(uuid4()),
            "X-Hub-Signature-256": sign(body, self.secret) if signature is None else signature,
            "Content-Type": "application/json",
        }
        request = self.client.build_request("POST", PATH, content=body, headers={**own, **headers})
        del request.headers["Authorization"]
        return self.client.send(request)

    def tell(self, kind: str, *, delivery: str | None = None, **payload: Any) -> httpx.Response:
        """Send an event about the repository; no two bodies are the same, as with GitHub."""
        body = json.dumps({"repository": self.repository, "nonce": str(uuid4()), **payload}).encode()
        return self.post(kind, body, delivery=delivery)

    def tell_form(self, kind: str, **payload: Any) -> httpx.Response:
        """The same as the form that GitHub sends unless told otherwise."""
        body = urlencode({"payload": json.dumps({"repository": self.repository, **payload})}).encode()
        return self.post(kind, body, **{"Content-Type": "application/x-www-form-urlencoded"})

    def release(self, tag: str, message: str = "Add dark mode (#20)") -> None:
        """Commit something and tag it, as a push from somewhere would."""
        self.git.commit(message, "src/app.py")
        self.git.tag(tag)

    def announce(self, tag: str, delivery: str | None = None) -> httpx.Response:
        """`create` of a tag."""
        return self.tell("create", delivery=delivery, ref=tag, ref_type="tag")

    def push(self, tag: str, **payload: Any) -> httpx.Response:
        """`push` of a tag, which was created unless the payload says otherwise."""
        return self.tell("push", **{"ref": f"refs/tags/{tag}", "after": "a" * 40, "created": True, **payload})

    @property
    def events(self) -> list[Json]:
        """What the API shows of received webhooks, oldest first."""
        answer = self.client.get(f"/api/repos/{self.repo_id}/events", params={"order": "asc", "limit": 100})
        assert answer.status_code == 200, answer.text
        return list(answer.json()["events"])

    def settled(self, seconds: float = 30) -> list[Json]:
        """The events once all are acted on."""
        wait_until(lambda: all(event["status"] != "pending" for event in self.events), seconds)
        return self.events

    @property
    def ranges(self) -> list[Json]:
        return list(self.client.get("/api/ranges", params={"repoId": self.repo_id}).json()["ranges"])

    def drafts(self, range_id: str) -> list[Json]:
        """The finished drafts of a range."""
        return list(self.client.get("/api/drafts", params={"releaseRangeId": range_id}).json()["drafts"])

    def drafted(self, count: int) -> list[Json]:
        """The drafts of the newest range, once there are so many."""
        wait_until(lambda: self.ranges and len(self.drafts(self.ranges[0]["id"])) >= count)
        return self.drafts(self.ranges[0]["id"])
