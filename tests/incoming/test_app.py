"""The GitHub App's webhooks: signed by its secret, and only for the organization that an installation belongs to."""

import itertools
import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

import httpx
import pytest
from pydantic import SecretStr

from releaseray.settings import Settings
from releaseray.webhooks.github_signature import sign
from tests.conftest import Org, Server, make_org, serving
from tests.incoming.hub import PATH
from tests.incoming.test_samples import samples
from tests.processes import wait_until
from tests.repository import GitRepository

SECRET = "the App's own webhook secret"
REPOSITORY = {"id": 7, "full_name": "acme/myapp"}
_numbers = itertools.count(1_000)


@dataclass(frozen=True)
class App:
    """A server that is a GitHub App, and the organization that its new installations belong to."""

    server: Server
    org: Org

    def send(self, kind: str, payload: dict[str, Any], secret: str = SECRET) -> httpx.Response:
        body = json.dumps({**payload, "nonce": str(uuid4())}).encode()
        headers = {"X-GitHub-Event": kind, "X-GitHub-Delivery": str(uuid4()), "X-Hub-Signature-256": sign(body, secret)}
        return self.org.client.post(f"{self.server.url}{PATH}", content=body, headers=headers)

    def installation(self, id: int, action: str, **more: Any) -> None:
        """Tell of an installation, and wait until it was acted on."""
        kind = "installation_repositories" if action in ("added", "removed") else "installation"
        told = {"action": action, "installation": {"id": id, "account": {"login": "acme"}}, **more}
        assert self.send(kind, told).json() == {"status": "accepted"}
        waiting = "SELECT 1 FROM incoming_events WHERE due_at IS NOT NULL AND org_id = $1"
        wait_until(lambda: not self.fetch(waiting, self.org.id))

    def fetch(self, query: str, *arguments: Any) -> list[dict[str, Any]]:
        return [dict(row) for row in self.server.run(self.server.runtime.database.raw.fetch(query, *arguments))]

    def kept(self, id: int) -> list[dict[str, Any]]:
        return self.fetch("SELECT org_id, account, suspended FROM github_installations WHERE id = $1", id)


@pytest.fixture(scope="module")
def app(server: Server, settings: Settings) -> Iterator[App]:
    org = make_org(server)
    own = {"github_app_webhook_secret": SecretStr(SECRET), "github_app_organization": org.id}
    with serving(settings.model_copy(update=own)) as app_server, org.client:
        yield App(app_server, org)


@pytest.fixture
def installed(app: App) -> int:
    """An installation that was just made."""
    id = next(_numbers)
    app.installation(id, "created", repositories=[REPOSITORY])
    return id


@pytest.fixture
def through(app: App, installed: int, git_repo: GitRepository) -> Iterator[str]:
    """A repository that is read as that installation."""
    id = app.org.client.post("/api/repos", json={"url": str(git_repo.path)}).json()["id"]
    app.fetch("UPDATE repositories SET installation_id = $2, github_repo_id = 7 WHERE id = $1", id, installed)
    yield id
    app.org.client.delete(f"/api/repos/{id}")


def unavailable(app: App, repo_id: str) -> str | None:
    shown = app.org.client.get(f"/api/repos/{repo_id}").json()
    return None if "unavailable" not in shown else str(shown["unavailable"])


def test_an_installation_is_kept_suspended_and_forgotten(app: App, installed: int) -> None:
    assert app.kept(installed) == [{"org_id": app.org.id, "account": "acme", "suspended": False}]
    app.installation(installed, "suspend")
    assert app.kept(installed)[0]["suspended"] is True
    app.installation(installed, "unsuspend")
    assert app.kept(installed)[0]["suspended"] is False
    app.installation(installed, "deleted", repositories=[REPOSITORY])
    assert app.kept(installed) == []


def test_repositories_say_that_the_app_may_not_read_them_any_more(app: App, installed: int, through: str) -> None:
    assert unavailable(app, through) is None
    app.installation(installed, "removed", repositories_removed=[REPOSITORY])
    assert "may not read it" in (unavailable(app, through) or "")
    app.installation(installed, "added", repositories_added=[REPOSITORY])
    assert unavailable(app, through) is None
    app.installation(installed, "suspend")
    assert "suspended" in (unavailable(app, through) or "")
    app.installation(installed, "unsuspend")
    assert unavailable(app, through) is None
    app.installation(installed, "deleted")
    assert "uninstalled" in (unavailable(app, through) or "")


def test_a_tag_that_the_app_is_told_of(app: App, installed: int, through: str, git_repo: GitRepository) -> None:
    git_repo.commit("Add dark mode (#20)", "src/app.py")
    git_repo.tag("v1.3.0")
    told = {"ref": "v1.3.0", "ref_type": "tag", "repository": REPOSITORY, "installation": {"id": installed}}
    assert app.send("create", told).json() == {"status": "accepted"}
    wait_until(lambda: app.org.client.get("/api/ranges", params={"repoId": through}).json()["total"] == 1)


def test_of_an_installation_or_repository_that_nobody_has_nothing_is_kept(app: App, installed: int) -> None:
    stranger = {"ref": "v1", "ref_type": "tag", "repository": {"id": 8, "full_name": "acme/other"}}
    for id in (installed, next(_numbers)):
        assert app.send("create", {**stranger, "installation": {"id": id}}).json() == {"status": "ignored"}
    unknown = {"action": "suspend", "installation": {"id": next(_numbers)}}
    assert app.send("installation", unknown).json() == {"status": "ignored"}


def test_the_secret_of_the_app_signs_for_installations_only(app: App, installed: int, through: str) -> None:
    told = {"action": "deleted", "installation": {"id": installed}, "repository": REPOSITORY}
    assert app.send("installation", told, "another secret").status_code == 401
    assert app.send("repository", {"action": "deleted", "repository": REPOSITORY}).status_code == 401
    own = "a secret of the repository alone"
    app.org.client.patch(f"/api/repos/{through}", json={"webhookSecret": own})
    assert app.send("installation", told, own).json() == {"status": "ignored"}
    assert app.kept(installed) != []


def test_every_real_sample_that_tells_an_installation_is_taken(app: App) -> None:
    for kind, payload in samples():
        if "installation" in payload:
            answer = app.send(kind, payload)
            assert answer.status_code in (200, 202), (kind, payload.get("action"), answer.text)


def test_the_app_installed_anew_reads_what_it_read_before(app: App, installed: int, through: str) -> None:
    app.installation(installed, "deleted", repositories=[REPOSITORY])
    assert "uninstalled" in (unavailable(app, through) or "")
    anew = next(_numbers)
    app.installation(anew, "created", repositories=[{"id": 8, "full_name": "acme/other"}])
    assert unavailable(app, through) is not None, "it was not given this one"
    app.installation(anew, "deleted")
    anew = next(_numbers)
    app.installation(anew, "created", repositories=[REPOSITORY])
    assert unavailable(app, through) is None
    assert app.fetch("SELECT installation_id FROM repositories WHERE id = $1", through)[0]["installation_id"] == anew
