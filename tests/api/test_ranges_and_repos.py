"""Connecting repositories, their tags, and ranges between tags."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import pytest
from tests.conftest import Org, make_org, serving
from tests.repository import GitRepository

from releaseray.settings import Settings


def create(client: httpx.Client, repo_id: str, from_tag: str, to_tag: str) -> httpx.Response:
    return client.post("/api/ranges", json={"repoId": repo_id, "fromTag": from_tag, "toTag": to_tag})


def test_pull_requests_and_issues_are_counted(client: httpx.Client, range_id: str) -> None:
    body = client.get(f"/api/ranges/{range_id}").json()
    assert (body["prCount"], body["issueCount"]) == (3, 3)


def test_a_range_that_exists_is_returned(client: httpx.Client, repo_id: str, range_id: str) -> None:
    again = create(client, repo_id, "v1.0.0", "v1.1.0")
    assert (again.status_code, again.json()["id"]) == (200, range_id)
    assert client.get("/api/ranges", params={"repoId": repo_id}).json()["total"] == 1


@pytest.mark.parametrize(
    ("from_tag", "to_tag", "field"),
    [
        ("v0.9.0", "v1.1.0", "fromTag"),
        ("v1.0.0", "v9.9.9", "toTag"),
        ("v1.0.0", "v1.0.0", "toTag"),
        ("v1.2.0", "v1.1.0", "fromTag"),
        ("", "v1.1.0", "fromTag"),
        ("v1.0.0", "x" * 256, "toTag"),
        ("--upload-pack=touch", "v1.1.0", "fromTag"),
    ],
)
def test_what_is_no_range_is_refused_by_field(
    client: httpx.Client, repo_id: str, from_tag: str, to_tag: str, field: str
) -> None:
    answer = create(client, repo_id, from_tag, to_tag)
    assert answer.status_code == 400
    assert list(answer.json()["details"]) == [field]


def test_many_organizations_may_connect_repositories_of_one_name(
    new_org: Callable[..., Org], git_repo: GitRepository
) -> None:
    answers = [new_org().client.post("/api/repos", json={"url": str(git_repo.path)}) for _ in range(12)]
    assert {answer.status_code for answer in answers} == {201}


def test_two_unknown_tags_are_both_named(client: httpx.Client, repo_id: str) -> None:
    assert list(create(client, repo_id, "a", "b").json()["details"]) == ["fromTag", "toTag"]


def test_a_tag_made_after_connecting_is_found(client: httpx.Client, repo_id: str, git_repo: GitRepository) -> None:
    git_repo.commit("Explain errors (#16)", "src/errors.py")
    git_repo.tag("v1.3.0")
    assert client.get(f"/api/repos/{repo_id}/tags").json()["tags"][0]["name"] == "v1.3.0"
    assert create(client, repo_id, "v1.2.0", "v1.3.0").status_code == 201


def test_ranges_sorted_by_name_are_in_version_order(
    client: httpx.Client, repo_id: str, git_repo: GitRepository
) -> None:
    for version in ("v1.9.0", "v1.10.0", "v1.11.0-rc.1", "v1.11.0"):
        git_repo.commit(f"Work for {version}", "src/app.py")
        git_repo.tag(version)
        assert create(client, repo_id, "v1.2.0", version).status_code == 201
    listed = client.get("/api/ranges", params={"repoId": repo_id, "sort": "name", "order": "asc"}).json()
    assert [item["toTag"] for item in listed["ranges"]] == ["v1.9.0", "v1.10.0", "v1.11.0-rc.1", "v1.11.0"]


def test_pages_follow_each_other_by_link(client: httpx.Client, repo_id: str) -> None:
    for from_tag, to_tag in (("v1.0.0", "v1.1.0"), ("v1.1.0", "v1.2.0"), ("v1.0.0", "v1.2.0")):
        create(client, repo_id, from_tag, to_tag)
    url, seen = f"/api/ranges?repoId={repo_id}&limit=1&order=asc", []
    while url:
        answer = client.get(url)
        seen += [item["toTag"] for item in answer.json()["ranges"]]
        url = answer.links.get("next", {}).get("url", "")
    assert seen == ["v1.1.0", "v1.2.0", "v1.2.0"]
    assert answer.links["prev"]["url"].endswith("offset=1")


@pytest.mark.parametrize("query", ["limit=0", "limit=101", "limit=x", "offset=-1", "sort=size", "order=up", "page=2"])
def test_bad_query_parameters_are_refused_by_name(client: httpx.Client, repo_id: str, query: str) -> None:
    answer = client.get(f"/api/ranges?repoId={repo_id}&{query}")
    assert answer.status_code == 400
    assert list(answer.json()["details"]) == [query.partition("=")[0]]


def test_connecting_twice_is_one_repository(client: httpx.Client, repo_id: str, git_repo: GitRepository) -> None:
    again = client.post("/api/repos", json={"url": f"file://{git_repo.path}"})
    assert (again.status_code, again.json()["id"]) == (200, repo_id)


def test_a_repository_is_described_by_its_remote(client: httpx.Client, repo_id: str) -> None:
    repo = client.get("/api/repos").json()["repos"][0]
    assert (repo["fullName"], repo["defaultBranch"], repo["githubRepoId"]) == ("acme/myapp", "main", None)


def test_without_a_remote_there_is_no_compare_url(client: httpx.Client, tmp_path: Path) -> None:
    repo = GitRepository(tmp_path / "alone")
    for version in ("1.0", "1.1"):
        repo.commit(f"Version {version}", "a.txt")
        repo.tag(version)
    connected = client.post("/api/repos", json={"url": str(repo.path)}).json()
    assert connected["fullName"] == "local/alone"
    assert create(client, connected["id"], "1.0", "1.1").json()["compareUrl"] is None


@pytest.mark.parametrize(
    ("body", "field", "status"),
    [
        ({"url": "/nowhere/at/all"}, "url", 409),
        ({"url": "http://127.0.0.1:1/x.git"}, "url", 409),
        ({"url": "https://user:secret@host.invalid/x.git"}, "url", 409),
        ({"url": "ext::sh -c id"}, "url", 400),
        ({"url": "--upload-pack=id"}, "url", 400),
        ({"fullName": "not a name"}, "fullName", 400),
        ({"fullName": "a/b", "url": "/x"}, "body", 400),
        ({}, "body", 400),
    ],
)
def test_what_cannot_be_connected_is_refused(
    client: httpx.Client, body: dict[str, Any], field: str, status: int
) -> None:
    answer = client.post("/api/repos", json=body)
    assert answer.status_code == status
    assert list(answer.json()["details"]) == [field]
    assert "secret" not in answer.text
    assert client.get("/api/repos").json()["total"] == 0


def test_the_operator_limits_which_paths_may_be_named(settings: Settings, tmp_path: Path) -> None:
    inside, outside = GitRepository.acme(tmp_path / "open" / "a"), GitRepository.acme(tmp_path / "closed" / "b")
    with serving(settings.model_copy(update={"repo_paths": (tmp_path / "open",)})) as server:
        org = make_org(server)
        with org.client as client:
            assert client.post("/api/repos", json={"url": str(inside.path)}).status_code == 201
            refused = client.post("/api/repos", json={"url": str(outside.path)})
            assert refused.status_code == 409
            traversal = f"{tmp_path}/open/../closed/b"
            assert client.post("/api/repos", json={"url": traversal}).status_code == 409


def test_disconnecting_removes_everything_made_of_it(client: httpx.Client, repo_id: str, draft: dict[str, Any]) -> None:
    url = client.post("/api/publish", json={"draftId": draft["id"], "channel": "hosted"}).json()["url"]
    page = httpx.URL(url).path
    assert client.get(page).status_code == 200
    gone = client.delete(f"/api/repos/{repo_id}")
    assert (gone.status_code, gone.json()) == (200, {"id": repo_id, "deleted": True})
    for path in (f"/api/drafts/{draft['id']}", f"/api/ranges/{draft['releaseRangeId']}", page):
        assert client.get(path).status_code == 404
    assert client.get("/api/repos").json()["repos"] == []
