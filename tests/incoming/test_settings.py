"""A repository's settings: shown, changed, and refused where they do not go together."""

from collections.abc import Callable
from typing import Any

import httpx
import pytest

from releaseray.services.keys import Scope
from tests.conftest import Org, Server, make_org
from tests.repository import GitRepository

SECRET = "a secret of at least sixteen characters"


def patched(client: httpx.Client, repo_id: str, **settings: Any) -> httpx.Response:
    return client.patch(f"/api/repos/{repo_id}", json=settings)


def test_what_a_new_repository_does_by_itself_is_nothing(client: httpx.Client, repo_id: str) -> None:
    shown = client.get(f"/api/repos/{repo_id}").json()
    (listed,) = client.get("/api/repos").json()["repos"]
    assert {name: shown[name] for name in listed} == listed
    assert {name: value for name, value in shown.items() if name not in listed} == {
        "webhookSecretSet": False,
        "prereleases": False,
        "personas": ["engineer", "internal", "customer"],
        "channels": [],
        "channelPersonas": {},
        "automatic": False,
        "publicPage": True,
        "updatedAt": shown["updatedAt"],
    }


def test_settings_are_changed_one_by_one_and_the_secret_is_never_shown(
    server: Server, client: httpx.Client, repo_id: str
) -> None:
    changed = patched(client, repo_id, webhookSecret=SECRET, tagPattern="v*", personas=["customer", "engineer"])
    assert changed.status_code == 200
    assert SECRET not in changed.text
    assert changed.json()["webhookSecretSet"] is True
    again = patched(client, repo_id, automatic=True, prereleases=True, channels=["hosted"]).json()
    assert (again["tagPattern"], again["personas"]) == ("v*", ["engineer", "customer"])
    assert (again["channels"], again["channelPersonas"]) == (["hosted"], {"hosted": "customer"})
    assert client.get(f"/api/repos/{repo_id}").json() == again
    row = server.run(server.runtime.database.raw.fetchrow("SELECT * FROM repositories WHERE id = $1", repo_id))
    assert SECRET not in str(dict(row))
    cleared = patched(client, repo_id, webhookSecret=None, tagPattern=None).json()
    assert (cleared["webhookSecretSet"], "tagPattern" in cleared) == (False, False)


def test_every_channel_has_readers_of_its_own_unless_told_otherwise(client: httpx.Client, repo_id: str) -> None:
    channels = ["teams", "slack", "hosted", "intercom", "github"]
    usual = patched(client, repo_id, channels=channels).json()
    assert usual["channels"] == ["github", "intercom", "hosted", "slack", "teams"]
    assert usual["channelPersonas"] == {
        "github": "engineer",
        "intercom": "customer",
        "hosted": "customer",
        "slack": "internal",
        "teams": "internal",
    }
    own = patched(client, repo_id, channelPersonas={"slack": "engineer"}, channels=["slack", "hosted"]).json()
    assert own["channelPersonas"] == {"hosted": "customer", "slack": "engineer"}
    only = patched(client, repo_id, personas=["engineer"]).json()
    assert only["channelPersonas"] == {"hosted": "engineer", "slack": "engineer"}


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"automatic": True, "channels": ["hosted", "slack"]}, "channels"),
        ({"channelPersonas": {"slack": "customer"}, "personas": ["engineer"]}, "channelPersonas"),
    ],
)
def test_what_does_not_go_together_is_a_conflict(
    client: httpx.Client, repo_id: str, wrong: dict[str, Any], field: str
) -> None:
    before = client.get(f"/api/repos/{repo_id}").json()
    answer = patched(client, repo_id, **wrong)
    assert answer.status_code == 409
    assert list(answer.json()["details"]) == [field]
    assert client.get(f"/api/repos/{repo_id}").json() == before


def test_channels_may_be_named_before_they_are_set_up_but_not_publish_by_themselves(
    client: httpx.Client, repo_id: str
) -> None:
    assert patched(client, repo_id, channels=["slack"]).status_code == 200
    refused = patched(client, repo_id, automatic=True)
    assert (refused.status_code, list(refused.json()["details"])) == (409, ["automatic"])
    assert "PUT /api/channels/slack" in refused.json()["message"]
    hook = {"webhookUrl": "http://127.0.0.1:9/services/T/B/secret"}
    assert client.put("/api/channels/slack", json=hook).status_code == 200
    assert patched(client, repo_id, automatic=True).status_code == 200


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"webhookSecret": "too short"}, "webhookSecret"),
        ({"webhookSecret": "x" * 256}, "webhookSecret"),
        ({"webhookSecret": "sixteen or more\u0000 of them"}, "webhookSecret"),
        ({"tagPattern": ""}, "tagPattern"),
        ({"tagPattern": 7}, "tagPattern"),
        ({"prereleases": None}, "prereleases"),
        ({"prereleases": "yes"}, "prereleases"),
        ({"personas": []}, "personas"),
        ({"personas": ["robot"]}, "personas.0"),
        ({"channels": ["fax"]}, "channels.0"),
        ({"channels": None}, "channels"),
        ({"channelPersonas": {"slack": "robot"}}, "channelPersonas.slack"),
        ({"hidden": True}, "hidden"),
    ],
)
def test_bad_settings_are_refused_by_field(
    client: httpx.Client, repo_id: str, wrong: dict[str, Any], field: str
) -> None:
    answer = patched(client, repo_id, **wrong)
    assert answer.status_code == 400
    assert list(answer.json()["details"]) == [field]


def test_a_bad_key_in_channel_personas_is_named(client: httpx.Client, repo_id: str) -> None:
    answer = patched(client, repo_id, channelPersonas={"fax": "engineer"})
    assert answer.status_code == 400
    assert "fax" in str(answer.json()["details"])


def test_another_organizations_repository_is_not_there(repo_id: str, new_org: Callable[..., Org]) -> None:
    other = new_org().client
    for answer in (
        other.get(f"/api/repos/{repo_id}"),
        patched(other, repo_id, automatic=True),
        other.get(f"/api/repos/{repo_id}/events"),
    ):
        assert answer.status_code == 404
        assert answer.json() == other.get(f"/api/repos/{repo_id}").json()


def test_who_may_not_publish_may_not_have_it_done(server: Server, git_repo: GitRepository) -> None:
    with make_org(server, (Scope.READ, Scope.WRITE)).client as client:
        id = client.post("/api/repos", json={"url": str(git_repo.path)}).json()["id"]
        assert patched(client, id, webhookSecret=SECRET, automatic=True).status_code == 200
        refused = patched(client, id, channels=["hosted"])
        assert (refused.status_code, "publish" in refused.json()["message"]) == (403, True)
        assert client.get(f"/api/repos/{id}").json()["channels"] == []


def test_test_mode_changes_nothing(client: httpx.Client, repo_id: str) -> None:
    before = client.get(f"/api/repos/{repo_id}").json()
    simulated = client.patch(
        f"/api/repos/{repo_id}", json={"automatic": True, "tagPattern": "x*"}, headers={"X-Test-Mode": "true"}
    )
    assert (simulated.status_code, simulated.json()["tagPattern"]) == (200, "x*")
    assert client.get(f"/api/repos/{repo_id}").json() == before
