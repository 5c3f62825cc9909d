"""Where git cannot fetch, GitHub's API tells the history: through the front door, from an emulator that keeps state."""

from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from pydantic import SecretStr
from tests import conftest
from tests.conftest import Org, finished
from tests.github.emulated import SEED, TOKEN, emulating
from tests.github.keys import private_pem

from releaseray.settings import Settings

Json = dict[str, Any]
APP: Json = {
    "app_id": 7,
    "slug": "releaseray",
    "name": "ReleaseRay",
    "permissions": {"contents": "read", "metadata": "read", "issues": "read", "pull_requests": "read"},
    "installations": [{"installation_id": 4711, "account": "acme", "repository_selection": "all"}],
}
PRIVATE = {"owner": "acme", "name": "private", "auto_init": True, "private": True}


@pytest.fixture(scope="module")
def hub(tmp_path_factory: pytest.TempPathFactory) -> Iterator[httpx.Client]:
    """The emulator as its owner calls it."""
    github = SEED["github"] | {
        "repos": [*SEED["github"]["repos"], PRIVATE],
        "apps": [APP | {"private_key": private_pem()}],
    }
    with emulating(SEED | {"github": github}, tmp_path_factory.mktemp("emulator")) as port:
        headers = {"Authorization": f"Bearer {TOKEN}"}
        with httpx.Client(base_url=f"http://127.0.0.1:{port}", headers=headers, timeout=30) as client:
            yield client


def api_url(hub: httpx.Client) -> str:
    return str(hub.base_url).rstrip("/")


def tell(hub: httpx.Client, method: str, path: str, body: Json) -> Json:
    answer = hub.request(method, path, json=body)
    assert answer.is_success, answer.text
    told: Json = answer.json()
    return told


def head(hub: httpx.Client, path: str) -> str:
    return str(hub.get(f"{path}/git/ref/heads/main").json()["object"]["sha"])


def release(hub: httpx.Client, path: str, tag: str) -> None:
    tell(hub, "POST", f"{path}/git/refs", {"ref": f"refs/tags/{tag}", "sha": head(hub, path)})


def merge(hub: httpx.Client, path: str, name: str, title: str, closes: str) -> int:
    """A pull request with a label, which closes a new issue."""
    issue = tell(hub, "POST", f"{path}/issues", {"title": closes})
    tell(hub, "POST", f"{path}/git/refs", {"ref": f"refs/heads/{name}", "sha": head(hub, path)})
    file = {"message": title, "content": "YQ==", "branch": name}
    tell(hub, "PUT", f"{path}/contents/{name}.txt", file)
    asked = {"title": title, "head": name, "base": "main", "body": f"Fixes #{issue['number']}"}
    pull = tell(hub, "POST", f"{path}/pulls", asked)
    tell(hub, "POST", f"{path}/issues/{pull['number']}/labels", {"labels": ["bug"]})
    tell(hub, "PUT", f"{path}/pulls/{pull['number']}/merge", {"merge_method": "merge"})
    return int(pull["number"])


def calls_left(hub: httpx.Client) -> int:
    return int(hub.get("/zen").headers["x-ratelimit-remaining"])


def test_from_a_token_to_three_drafts(client: httpx.Client, hub: httpx.Client) -> None:
    path = "/repos/acme/myapp"
    release(hub, path, "v1.0.0")
    number = merge(hub, path, "tabs", "Fix crash when a tab sleeps", "Logged out over lunch")
    release(hub, path, "v1.1.0")
    answer = client.post("/api/repos", json={"fullName": "acme/myapp", "token": TOKEN, "apiUrl": api_url(hub)})
    assert answer.status_code == 201, answer.text
    repo = answer.json()
    assert repo["githubRepoId"] == hub.get(path).json()["id"]
    tags = client.get(f"/api/repos/{repo['id']}/tags").json()["tags"]
    assert {tag["name"] for tag in tags} == {"v1.0.0", "v1.1.0"}
    made = client.post("/api/ranges", json={"repoId": repo["id"], "fromTag": "v1.0.0", "toTag": "v1.1.0"})
    assert made.status_code == 201, made.text
    counted = client.get(f"/api/ranges/{made.json()['id']}").json()
    assert (counted["prCount"], counted["issueCount"]) == (1, 1)
    left = calls_left(hub)
    for persona in ("engineer", "internal", "customer"):
        asked = client.post(f"/api/drafts/{made.json()['id']}/generate", json={"persona": persona})
        draft = finished(client, asked.json()["id"])
        assert draft["bodyMd"]
        if persona == "engineer":
            assert f"## Fixes\n- Fix crash when a tab sleeps (#{number})" in draft["bodyMd"]
    assert left - calls_left(hub) == 1 + 2, "the first draft reads what two commits change, and nothing is read again"
    assert client.delete(f"/api/repos/{repo['id']}").status_code == 200


def test_a_private_repository_as_the_app(settings: Settings, org: Org, hub: httpx.Client) -> None:
    path = "/repos/acme/private"
    release(hub, path, "v1.0.0")
    merge(hub, path, "dark", "Let there be light", "It is dark")
    release(hub, path, "v1.1.0")
    own: Json = {
        "github_app_id": "7",
        "github_app_private_key": SecretStr(private_pem()),
        "github_app_api_url": api_url(hub),
        "github_app_organization": org.id,
    }
    body = {"fullName": "acme/private", "apiUrl": api_url(hub)}
    assert org.client.post("/api/repos", json=body).status_code == 409
    headers = org.client.headers
    with (
        conftest.serving(settings.model_copy(update=own)) as server,
        httpx.Client(base_url=server.url, headers=headers, timeout=60) as client,
    ):
        repo = client.post("/api/repos", json=body).json()
        made = client.post("/api/ranges", json={"repoId": repo["id"], "fromTag": "v1.0.0", "toTag": "v1.1.0"})
        assert made.status_code == 201, made.text
        assert client.get(f"/api/ranges/{made.json()['id']}").json()["prCount"] == 1
