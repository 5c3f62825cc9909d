"""A pull request that says which error it fixes, as GitHub tells it and not git, resolves it where it is deployed."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from tests.api.v1.conftest import Reporter, new_reporter
from tests.conftest import Server
from tests.github.conftest import OpenApi
from tests.github.emulated import SEED, TOKEN, emulating
from tests.github.enterprise import TOKEN as ENTERPRISE_TOKEN
from tests.github.enterprise import Enterprise, pull, serving
from tests.processes import wait_until

Json = dict[str, Any]
REPO = "/repos/acme/myapp"
SAYING = (
    "Fixes {id}",
    "What it does.\r\n\r\nCloses: {id}\r\n",
    "Resolves {base}/api/v1/errors/{id} and tidies up",
    "Fixed error [{id}]({base}/api/v1/errors/{id})",
)


@pytest.fixture
def reporter(server: Server, client: httpx.Client) -> Reporter:
    return new_reporter(server, client)


@pytest.fixture
def hub(tmp_path: Path, openapi: OpenApi) -> Iterator[Enterprise]:
    with serving(tmp_path, openapi) as server:
        yield server


@pytest.fixture
def emulator(tmp_path: Path) -> Iterator[httpx.Client]:
    """A GitHub that git cannot fetch from."""
    with emulating(SEED, tmp_path) as port:
        headers = {"Authorization": f"Bearer {TOKEN}"}
        with httpx.Client(base_url=f"http://127.0.0.1:{port}", headers=headers, timeout=30) as http:
            yield http


def connect(client: httpx.Client, api_url: str, token: str) -> None:
    body = {"fullName": "acme/myapp", "token": token, "apiUrl": api_url}
    answer = client.post("/api/repos", json=body)
    assert answer.status_code == 201, answer.text


def shown(client: httpx.Client, error_id: str) -> Json:
    error: Json = client.get(f"/api/v1/errors/{error_id}").json()
    return error


def broken(client: httpx.Client, reporter: Reporter, version: str) -> str:
    """The id of an error of the release that runs."""
    reporter.deploy(version, repository="acme/myapp")
    reporter.raised(release=version)
    reporter.wait_for((1, 1, 0), version)
    (error,) = client.get("/api/v1/errors", params={"service_id": reporter.id}).json()["errors"]
    return str(error["id"])


@pytest.mark.parametrize("saying", SAYING)
def test_in_the_words_of_its_description(
    server: Server, client: httpx.Client, reporter: Reporter, hub: Enterprise, saying: str
) -> None:
    connect(client, hub.api_url, ENTERPRISE_TOKEN)
    error_id = broken(client, reporter, "1.2.0")
    sha = hub.repo.commit("Check amounts", "src/cart.py")
    body = saying.format(id=error_id, base=server.runtime.settings.base_url.rstrip("/"))
    hub.pulls = {sha: [pull(31, "jane", title="Check amounts", body=body)]}
    hub.repo.tag("v1.3.0")
    release = reporter.deploy("1.3.0", repository="acme/myapp")
    wait_until(lambda: shown(client, error_id)["status"] == "resolved", shown=lambda: shown(client, error_id))
    error = shown(client, error_id)
    assert (error["resolution"]["resolved_in"], error["resolution"]["release"]) == ("release", "1.3.0")
    assert [(change["after"], change["by"]) for change in error["history"]] == [("resolved", "pull request #31")]
    assert client.get(f"/api/v1/releases/{release['id']}").json()["range"]["to_tag"] == "v1.3.0"
    reporter.raised(release="1.3.0")
    reporter.wait_for((1, 0, 1), "1.3.0")


@pytest.mark.parametrize(
    ("title", "body"),
    [
        ("Check amounts", "See {id}"),
        ("Check amounts", "> Fixes {id}"),
        ("Check amounts", "This does not fix {id}."),
        ('Revert "Check amounts"', "Fixes {id}"),
        ("Check amounts", "Fixes https://elsewhere.example/api/v1/errors/{id}"),
    ],
)
def test_a_mention_resolves_nothing(
    client: httpx.Client, reporter: Reporter, hub: Enterprise, title: str, body: str
) -> None:
    connect(client, hub.api_url, ENTERPRISE_TOKEN)
    error_id = broken(client, reporter, "1.2.0")
    sha = hub.repo.commit("Check amounts", "src/cart.py")
    hub.pulls = {sha: [pull(31, "jane", title=title, body=body.format(id=error_id))]}
    hub.repo.tag("v1.3.0")
    release = reporter.deploy("1.3.0", repository="acme/myapp")
    wait_until(lambda: client.get(f"/api/v1/releases/{release['id']}").json()["range"] is not None)
    reporter.raised(release="1.3.0", function="refund")
    reporter.wait_for((1, 1, 0), "1.3.0")
    (new,) = client.get("/api/v1/errors", params={"service_id": reporter.id, "release": "1.3.0"}).json()["errors"]
    wait_until(lambda: shown(client, new["id"])["suspects"] is not None)  # so the deploy was read
    assert (shown(client, error_id)["status"], shown(client, error_id)["history"]) == ("new", [])


def test_another_services_error_is_left_to_that_service(
    server: Server, client: httpx.Client, reporter: Reporter, hub: Enterprise
) -> None:
    connect(client, hub.api_url, ENTERPRISE_TOKEN)
    other = new_reporter(server, client, "search")
    mine, theirs = broken(client, reporter, "1.2.0"), broken(client, other, "1.2.0")
    sha = hub.repo.commit("Check amounts", "src/cart.py")
    hub.pulls = {sha: [pull(31, "jane", body=f"Fixes {mine}, {theirs}")]}
    hub.repo.tag("v1.3.0")
    reporter.deploy("1.3.0", repository="acme/myapp")
    wait_until(lambda: shown(client, mine)["status"] == "resolved")
    assert shown(client, theirs)["status"] == "new"
    other.deploy("1.3.0", repository="acme/myapp")
    wait_until(lambda: shown(client, theirs)["status"] == "resolved")


def test_without_a_clone_the_api_tells_it(client: httpx.Client, reporter: Reporter, emulator: httpx.Client) -> None:
    def tell(method: str, path: str, body: Json) -> Json:
        answer = emulator.request(method, f"{REPO}{path}", json=body)
        assert answer.is_success, answer.text
        told: Json = answer.json()
        return told

    def head() -> str:
        return str(emulator.get(f"{REPO}/git/ref/heads/main").json()["object"]["sha"])

    tell("POST", "/git/refs", {"ref": "refs/tags/v1.0.0", "sha": head()})
    connect(client, str(emulator.base_url).rstrip("/"), TOKEN)
    error_id = broken(client, reporter, "1.0.0")
    tell("POST", "/git/refs", {"ref": "refs/heads/cart", "sha": head()})
    tell("PUT", "/contents/cart.txt", {"message": "Check amounts", "content": "YQ==", "branch": "cart"})
    asked = {"title": "Check amounts", "head": "cart", "base": "main", "body": f"Fixes {error_id}"}
    number = tell("POST", "/pulls", asked)["number"]
    tell("PUT", f"/pulls/{number}/merge", {"merge_method": "merge"})
    tell("POST", "/git/refs", {"ref": "refs/tags/v1.1.0", "sha": head()})
    reporter.deploy("1.1.0", repository="acme/myapp")
    wait_until(lambda: shown(client, error_id)["status"] == "resolved", shown=lambda: shown(client, error_id))
    assert shown(client, error_id)["history"][0]["by"] == f"pull request #{number}"
