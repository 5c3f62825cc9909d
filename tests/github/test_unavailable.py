"""A repository that cannot be read any more says why and what to do, until it can be read again."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from tests.conftest import Server, finished
from tests.github.conftest import OpenApi
from tests.github.enterprise import TOKEN, Enterprise, serving
from tests.incoming.hub import Hub

Json = dict[str, Any]
Refusal = tuple[int, Json, dict[str, str]]
NOT_SHOWN: Refusal = 404, {"message": "Not Found"}, {}
FORBIDDEN: Refusal = 403, {"message": "Resource not accessible by personal access token"}, {}


@pytest.fixture
def hub(tmp_path: Path, openapi: OpenApi) -> Iterator[Enterprise]:
    with serving(tmp_path, openapi) as server:
        yield server


def connect(client: httpx.Client, hub: Enterprise, **other: str) -> httpx.Response:
    asked = {"fullName": "acme/myapp", "token": TOKEN, "apiUrl": hub.api_url} | other
    return client.post("/api/repos", json=asked)


@pytest.fixture
def repo(client: httpx.Client, hub: Enterprise) -> Iterator[str]:
    id = connect(client, hub).json()["id"]
    yield id
    client.delete(f"/api/repos/{id}")


def make_range(client: httpx.Client, repo_id: str, to_tag: str = "v1.1.0") -> httpx.Response:
    return client.post("/api/ranges", json={"repoId": repo_id, "fromTag": "v1.0.0", "toTag": to_tag})


@pytest.fixture
def made(client: httpx.Client, repo: str) -> str:
    return str(make_range(client, repo).json()["id"])


def unavailable(client: httpx.Client, repo_id: str) -> str | None:
    shown: str | None = client.get(f"/api/repos/{repo_id}").json().get("unavailable")
    return shown


def generate(client: httpx.Client, range_id: str) -> httpx.Response:
    return client.post(f"/api/drafts/{range_id}/generate", json={"persona": "engineer"})


def refused(answer: httpx.Response) -> tuple[str, str]:
    """The field that is named, and what is said of it."""
    assert answer.status_code == 409, answer.text
    ((named, said),) = answer.json()["details"].items()
    assert said in answer.json()["message"]
    return named, said


def revoke(hub: Enterprise) -> None:
    hub.tokens, hub.needs = set(), "Basic none"


def restore(hub: Enterprise) -> None:
    hub.tokens, hub.needs, hub.refuse = {TOKEN}, "Basic eC1hY2Nlc3MtdG9rZW46Z2hwX3RvcHNlY3JldA==", None


def refuse(refusal: Refusal) -> Callable[[Enterprise], None]:
    def change(hub: Enterprise) -> None:
        hub.refuse, hub.needs = refusal, "Basic none"

    return change


@pytest.mark.parametrize(
    ("happens", "why", "advice"),
    [
        (revoke, "GitHub does not accept the token", "Connect it again with a token"),
        (refuse(NOT_SHOWN), "GitHub does not show acme/myapp", "connect it again, by its present name"),
        (refuse(FORBIDDEN), "not accessible by personal access token", "Connect it again with a token"),
    ],
)
def test_once_it_is_refused_everything_says_why_and_what_to_do_until_it_is_not(
    client: httpx.Client, hub: Enterprise, repo: str, made: str, happens: Any, why: str, advice: str
) -> None:
    happens(hub)
    named, said = refused(client.get(f"/api/repos/{repo}/tags"))
    assert (named, why in said, advice in said) == ("repoId", True, True)
    assert unavailable(client, repo) == said
    assert refused(generate(client, made)) == ("rangeId", said)
    assert refused(make_range(client, repo, "v1.2.0")) == ("repoId", said)
    assert make_range(client, repo).json()["id"] == made, "what was made of it stays"
    restore(hub)
    answer = generate(client, made)
    assert answer.status_code == 201, "it recovers by being read, without anybody doing anything here"
    assert "bodyMd" in finished(client, answer.json()["id"])
    assert unavailable(client, repo) is None


def test_a_range_that_was_read_costs_no_call_to_see_whether_it_is_readable(
    client: httpx.Client, hub: Enterprise, repo: str, made: str
) -> None:
    revoke(hub)
    calls = len(hub.calls)
    assert "bodyMd" in finished(client, generate(client, made).json()["id"]), "nobody has refused anything yet"
    assert len(hub.calls) == calls


def test_what_passes_by_itself_is_not_held_against_it(client: httpx.Client, hub: Enterprise, repo: str) -> None:
    hub.needs, hub.refuse = "Basic none", (503, {"message": "unicorn"}, {})
    refused(client.get(f"/api/repos/{repo}/tags"))
    hub.refuse = 403, {"message": "slow down"}, {"Retry-After": "60"}
    refused(client.get(f"/api/repos/{repo}/tags"))
    assert unavailable(client, repo) is None


def test_a_wrong_token_on_connecting_again_says_nothing_about_the_repository(
    client: httpx.Client, hub: Enterprise, repo: str
) -> None:
    assert refused(connect(client, hub, token="ghp_wrong"))[0] == "token"
    assert unavailable(client, repo) is None


def test_connecting_again_with_a_token_that_works_ends_it(client: httpx.Client, hub: Enterprise, repo: str) -> None:
    revoke(hub)
    refused(client.get(f"/api/repos/{repo}/tags"))
    hub.tokens, hub.needs = {"ghp_renewed"}, "Basic eC1hY2Nlc3MtdG9rZW46Z2hwX3JlbmV3ZWQ="
    assert connect(client, hub, token="ghp_renewed").status_code == 200
    assert unavailable(client, repo) is None


def test_a_renamed_one_names_its_new_name_until_the_webhook_or_somebody_says_so(
    client: httpx.Client, hub: Enterprise, repo: str, made: str
) -> None:
    hub.rename("acme/newapp")
    said = "acme/myapp was renamed or moved. It is now acme/newapp; connect it by that name."
    assert refused(client.get(f"/api/repos/{repo}/tags")) == ("repoId", said)
    assert refused(generate(client, made)) == ("rangeId", said)
    webhooks = Hub(client, repo, hub.repo, repository={"id": 789012, "full_name": "acme/newapp"})
    webhooks.set(webhookSecret=webhooks.secret)
    webhooks.tell("repository", action="renamed", changes={"repository": {"name": {"from": "myapp"}}})
    webhooks.settled()
    assert unavailable(client, repo) is None


def test_what_a_webhook_told_is_what_is_said(client: httpx.Client, hub: Enterprise, repo: str, made: str) -> None:
    webhooks = Hub(client, repo, hub.repo, repository={"id": 789012, "full_name": "acme/myapp"})
    webhooks.set(webhookSecret=webhooks.secret)
    webhooks.tell("repository", action="deleted")
    webhooks.settled()
    hub.refuse, hub.needs = NOT_SHOWN, "Basic none"
    for answer in (client.get(f"/api/repos/{repo}/tags"), generate(client, made), make_range(client, repo, "v1.2.0")):
        assert "acme/myapp was deleted on GitHub on" in refused(answer)[1]
    restore(hub)
    assert client.get(f"/api/repos/{repo}/tags").status_code == 200
    assert unavailable(client, repo) is None, "it was brought back, and GitHub tells nobody"


def test_a_draft_whose_repository_is_refused_meanwhile_fails_with_what_to_do(
    server: Server, client: httpx.Client, hub: Enterprise, repo: str, made: str
) -> None:
    server.run(server.runtime.database.raw.execute("DELETE FROM github_cache"))
    hub.refuse = FORBIDDEN
    failed = finished(client, generate(client, made).json()["id"])
    assert failed["status"] == "failed"
    assert "Connect it again with a token" in failed["error"]["message"]
    assert unavailable(client, repo)


def test_its_settings_can_be_changed_and_it_can_be_let_go_all_the_same(
    client: httpx.Client, hub: Enterprise, repo: str
) -> None:
    before = client.get(f"/api/repos/{repo}").json()
    revoke(hub)
    refused(client.get(f"/api/repos/{repo}/tags"))
    after = client.get(f"/api/repos/{repo}").json()
    assert after.pop("unavailable")
    assert after == before, "that it is out of reach is no change of its settings"
    assert client.patch(f"/api/repos/{repo}", json={"tagPattern": "v*"}).status_code == 200
    assert client.delete(f"/api/repos/{repo}").status_code == 200
