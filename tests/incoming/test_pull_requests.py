"""A pull request that is renamed or labelled after its range was read: the next draft tells it as it is now."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.conftest import finished
from tests.github.conftest import OpenApi
from tests.github.enterprise import TOKEN, Enterprise, pull, serving
from tests.incoming.hub import Hub

Json = dict[str, Any]
BUG: Json = {"labels": {"nodes": [{"name": "bug"}]}}
FEATURE: Json = {"labels": {"nodes": [{"name": "feature"}]}}


@pytest.fixture(scope="module")
def openapi() -> OpenApi:
    return OpenApi()


@dataclass
class Stage:
    """A repository on GitHub with a webhook, its range v1.2.0…v1.3.0 of two pull requests, and what was read of it."""

    github: Enterprise
    hub: Hub
    range_id: str
    first: str
    second: str

    def tell(self, action: str, number: int, *, merged: bool = True, sha: str | None = None) -> httpx.Response:
        about = {"number": number, "merged": merged, "merge_commit_sha": sha}
        return self.hub.tell("pull_request", action=action, number=number, pull_request=about)

    def told(self, action: str, number: int, sha: str | None = None) -> None:
        assert self.tell(action, number, sha=sha).json() == {"status": "accepted"}
        self.hub.settled()

    def edit(self, sha: str, **values: Any) -> None:
        """On GitHub, without telling."""
        self.github.pulls[sha] = [self.github.pulls[sha][0] | values]

    def draft(self, persona: str = "engineer") -> Json:
        asked = self.hub.client.post(f"/api/drafts/{self.range_id}/generate", json={"persona": persona})
        assert asked.status_code == 201, asked.text
        return finished(self.hub.client, asked.json()["id"])

    def calls_of(self, what: Any) -> list[str]:
        """What GitHub is asked while something is done."""
        before = len(self.github.calls)
        what()
        return self.github.calls[before:]


@pytest.fixture
def stage(client: httpx.Client, tmp_path: Path, openapi: OpenApi) -> Iterator[Stage]:
    with serving(tmp_path, openapi) as github:
        shas = []
        for name in ("one", "two"):
            github.repo.commit(f"wip {name}", f"src/{name}.py")
            shas.append(github.repo.git("rev-parse", "HEAD"))
        github.repo.tag("v1.3.0")
        github.pulls = {
            shas[0]: [pull(21, "jane", title="Ad darkmode", **FEATURE)],
            shas[1]: [pull(22, "octo", title="Sort the list by name", **FEATURE)],
        }
        asked = {"fullName": "acme/myapp", "token": TOKEN, "apiUrl": github.api_url}
        repo = client.post("/api/repos", json=asked).json()
        hub = Hub(client, repo["id"], github.repo, repository={"id": 789012, "full_name": "acme/myapp"})
        hub.set(webhookSecret=hub.secret)
        made = client.post("/api/ranges", json={"repoId": repo["id"], "fromTag": "v1.2.0", "toTag": "v1.3.0"})
        assert made.status_code == 201, made.text
        yield Stage(github, hub, made.json()["id"], *shas)
        client.delete(f"/api/repos/{repo['id']}")


def test_a_new_title_is_in_the_next_draft_and_only_it_is_asked_for(stage: Stage) -> None:
    before = stage.draft()
    assert "Ad darkmode (#21)" in before["bodyMd"]
    stage.edit(stage.first, title="Add dark mode")
    assert "Ad darkmode" in stage.draft()["bodyMd"], "nobody told"
    stage.told("edited", 21)
    asked = len(stage.github.calls)
    after = stage.draft()
    assert "Add dark mode (#21)" in after["bodyMd"]
    assert "Sort the list by name (#22)" in after["bodyMd"]
    assert (stage.github.calls[asked:], stage.github.asked_again) == (["/api/graphql"], [[21]]), (
        "one pull request, in one call"
    )
    assert stage.hub.client.get(f"/api/drafts/{before['id']}").json() == before, "a finished draft stays as it is"


def test_an_edited_draft_stays_as_people_left_it(stage: Stage) -> None:
    mine = stage.draft()
    stage.hub.client.patch(f"/api/drafts/{mine['id']}", json={"bodyMd": "My own words"}).raise_for_status()
    stage.hub.client.post("/api/publish", json={"draftId": mine["id"], "channel": "hosted"}).raise_for_status()
    stage.edit(stage.first, title="Add dark mode")
    stage.told("edited", 21)
    assert "Add dark mode" in stage.draft()["bodyMd"]
    assert stage.hub.client.get(f"/api/drafts/{mine['id']}").json()["bodyMd"] == "My own words"


@pytest.mark.parametrize("action", ["labeled", "unlabeled"])
def test_a_new_label_moves_the_change_to_its_section(stage: Stage, action: str) -> None:
    assert "## Fixes" not in stage.draft()["bodyMd"]
    stage.edit(stage.second, **BUG)
    stage.told(action, 22)
    assert "## Fixes\n- Sort the list by name (#22)" in stage.draft()["bodyMd"]


def test_what_was_told_once_is_asked_for_once(stage: Stage) -> None:
    stage.told("edited", 21)
    stage.told("labeled", 21)
    stage.draft()
    assert stage.github.asked_again == [[21]]
    assert stage.calls_of(lambda: stage.draft("customer")) == [], "three personas read the range once"


def test_other_pull_requests_cost_nothing(stage: Stage) -> None:
    stage.told("edited", 1)
    stage.told("closed", 400, sha="a" * 40)
    assert stage.calls_of(stage.draft) == []
    assert stage.hub.events[-1]["status"] == "done"
    assert stage.hub.events[-1]["event"] == "pull_request"


@pytest.mark.parametrize("action", ["opened", "synchronize", "closed", "edited", "labeled"])
def test_one_that_is_not_merged_is_ignored(stage: Stage, action: str) -> None:
    assert stage.tell(action, 21, merged=False).json() == {"status": "ignored"}
    assert stage.hub.events == []


def test_one_that_github_had_not_linked_yet_when_the_range_was_read(stage: Stage) -> None:
    late = stage.github.pulls.pop(stage.second)
    made = stage.hub.client.post(
        "/api/ranges", json={"repoId": stage.hub.repo_id, "fromTag": "v1.1.0", "toTag": "v1.3.0"}
    )
    stage.range_id = made.json()["id"]
    assert "#22" not in stage.draft()["bodyMd"]
    stage.github.pulls[stage.second] = late
    stage.told("closed", 22, sha=stage.second)
    assert "Sort the list by name (#22)" in stage.draft()["bodyMd"]
    assert stage.calls_of(lambda: stage.draft("internal")) == [], "read anew once"


def test_one_that_github_shows_no_more_is_left_out(stage: Stage) -> None:
    stage.draft()
    del stage.github.pulls[stage.first]
    stage.told("edited", 21)
    assert "#21" not in stage.draft()["bodyMd"]


def test_while_github_is_away_a_draft_fails_rather_than_tell_the_old_title(stage: Stage) -> None:
    stage.told("edited", 21)
    stage.github.refuse = 429, {"message": "slow down"}, {"Retry-After": "1800"}
    assert "rate limit is exhausted until" in stage.draft()["error"]["message"]
    stage.github.refuse = None
    stage.edit(stage.first, title="Add dark mode")
    assert "Add dark mode" in stage.draft()["bodyMd"]


def test_a_number_that_is_none_is_ignored(stage: Stage) -> None:
    for number in (0, -1, 2**40):
        assert stage.tell("edited", number).json() == {"status": "ignored"}


def test_its_settings_were_not_changed(stage: Stage) -> None:
    before = stage.hub.client.get(f"/api/repos/{stage.hub.repo_id}").json()
    stage.told("edited", 21)
    assert stage.hub.client.get(f"/api/repos/{stage.hub.repo_id}").json() == before
