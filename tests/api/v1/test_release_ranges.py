"""The range between two releases of a service whose repository is connected: there by itself, and the right one."""

from typing import Any

import httpx
import pytest
from tests.api.v1.conftest import Reporter, new_reporter
from tests.conftest import Server
from tests.processes import wait_until
from tests.repository import GitRepository

from releaseray.models import Release, Service
from releaseray.notes.history import Tag
from releaseray.services.release_ranges import tag_of

URL = "https://github.com/acme/myapp"


def page(client: httpx.Client, release: dict[str, Any]) -> dict[str, Any]:
    made: dict[str, Any] = client.get(f"/api/v1/releases/{release['id']}").json()
    return made


def range_of(client: httpx.Client, release: dict[str, Any]) -> dict[str, Any]:
    """The range on a release's page, once it is there."""
    wait_until(lambda: page(client, release)["range"] is not None, shown=lambda: page(client, release))
    made: dict[str, Any] = page(client, release)["range"]
    return made


def ranges(client: httpx.Client, repo_id: str) -> list[tuple[str, str]]:
    found = client.get("/api/ranges", params={"repoId": repo_id, "sort": "createdAt", "order": "asc"}).json()
    return [(one["fromTag"], one["toTag"]) for one in found["ranges"]]


def test_a_deploy_makes_its_range(client: httpx.Client, reporter: Reporter, repo_id: str) -> None:
    reporter.deploy("1.0.0", repository=URL)
    release = reporter.deploy("1.1.0", repository=URL)
    made = range_of(client, release)
    assert list(made) == ["id", "from_tag", "to_tag", "compare_url"]
    assert (made["from_tag"], made["to_tag"]) == ("v1.0.0", "v1.1.0")
    assert made["compare_url"] == f"{URL}/compare/v1.0.0...v1.1.0"
    same = {"repoId": repo_id, "fromTag": "v1.0.0", "toTag": "v1.1.0"}
    asked = client.post("/api/ranges", json=same)
    assert (asked.status_code, asked.json()["id"]) == (200, made["id"])


def test_a_range_that_is_there_is_the_one(
    client: httpx.Client, reporter: Reporter, repo_id: str, range_id: str
) -> None:
    reporter.deploy("1.0.0", repository=URL)
    release = reporter.deploy("1.1.0", repository=URL)
    assert range_of(client, release)["id"] == range_id
    reporter.deploy("1.2.0", repository=URL)
    wait_until(lambda: len(ranges(client, repo_id)) == 2)


def test_going_back_and_forth_makes_no_more(client: httpx.Client, reporter: Reporter, repo_id: str) -> None:
    for version in ("1.0.0", "1.1.0", "1.0.0", "1.1.0", "1.2.0"):
        release = reporter.deploy(version, repository=URL)
    again = {"version": "1.2.0", "service_id": reporter.id, "repository": URL}
    assert client.post("/api/v1/releases", json=again).status_code == 409
    range_of(client, release)
    assert ranges(client, repo_id) == [("v1.0.0", "v1.1.0"), ("v1.1.0", "v1.2.0")]


def test_a_canary_has_a_range_of_its_own(client: httpx.Client, reporter: Reporter, repo_id: str) -> None:
    reporter.deploy("1.0.0", "canary", repository=URL)
    reporter.deploy("1.1.0", repository=URL)
    canary = reporter.deploy("1.2.0", "canary", repository=URL)
    production = reporter.deploy("1.2.0", repository=URL)
    assert range_of(client, canary)["from_tag"] == "v1.0.0"
    assert range_of(client, production)["from_tag"] == "v1.1.0"
    assert page(client, canary)["previous_release"]["version"] == "1.0.0"


def test_without_tags_commits_are_the_ends(
    client: httpx.Client, reporter: Reporter, repo_id: str, git_repo: GitRepository
) -> None:
    first = git_repo.commit("Add a wish list (#16)", "src/wishes.py")
    second = git_repo.commit("Sort the wish list (#17)", "src/wishes.py")
    reporter.deploy("build-7", repository=URL, commit_sha=first)
    release = reporter.deploy("build-8", repository=URL, commit_sha=second[:10])
    made = range_of(client, release)
    assert (made["from_tag"], made["to_tag"]) == (first[:12], second[:12])
    assert made["compare_url"] == f"{URL}/compare/{first[:12]}...{second[:12]}"


def test_a_backport_comes_in_between(
    client: httpx.Client, reporter: Reporter, repo_id: str, git_repo: GitRepository
) -> None:
    reporter.deploy("1.0.0", repository=URL)
    newer = reporter.deploy("1.1.0", repository=URL)
    assert range_of(client, newer)["from_tag"] == "v1.0.0"
    git_repo.git("checkout", "-q", "-b", "1.0", "v1.0.0")
    git_repo.commit("Keep sessions alive (#18)", "src/session.py")
    git_repo.tag("v1.0.1")
    backport = reporter.deploy("1.0.1", repository=URL)
    assert (range_of(client, backport)["from_tag"], range_of(client, newer)["from_tag"]) == ("v1.0.0", "v1.0.1")
    assert page(client, newer)["previous_release"]["id"] == backport["id"]


def test_two_services_in_one_repository_have_tags_of_their_own(
    server: Server, client: httpx.Client, repo_id: str, git_repo: GitRepository
) -> None:
    services = {name: new_reporter(server, client, name) for name in ("shop", "billing")}
    releases = {}
    for version in ("2.0.0", "2.1.0"):
        for name, service in services.items():
            git_repo.commit(f"Change {name}", f"{name}/app.py")
            git_repo.tag(f"{name}@{version}")
            releases[name] = service.deploy(version, repository=URL)
    for name, release in releases.items():
        made = range_of(client, release)
        assert (made["from_tag"], made["to_tag"]) == (f"{name}@2.0.0", f"{name}@2.1.0")


@pytest.mark.parametrize(
    ("version", "tags", "expected"),
    [
        ("1.2.3", ["1.2.2", "v1.2.3"], "v1.2.3"),
        ("v1.2.3", ["1.2.3"], "1.2.3"),
        ("1.2.3", ["v1.2.3", "shop-v1.2.3", "api-v1.2.3"], "shop-v1.2.3"),
        ("1.2.3", ["api@1.2.3", "shop@1.2.3"], "shop@1.2.3"),
        ("shop@1.2.3", ["api/v1.2.3", "shop/v1.2.3"], "shop/v1.2.3"),
        ("web@1.2.3", ["shop-1.2.3", "web-1.2.3"], "web-1.2.3"),
        ("web@1.2.3", ["v1.2.3"], "v1.2.3"),
        ("1.2.3+build.7", ["shop-1.2.3"], "shop-1.2.3"),
        ("2024-01-15", ["shop-2024-01-15"], "shop-2024-01-15"),
        ("codename", ["codename"], "codename"),
        ("1.2.3", ["api@1.2.3"], None),
        ("1.2.3", ["1.2.3-rc.1", "v11.2.3"], None),
        ("2024.1", ["shop-2024.1-rc1"], None),
    ],
)
def test_the_tag_of_a_version(version: str, tags: list[str], expected: str | None) -> None:
    release = Release(org_id="", service_id="", version=version, version_key="", environment="production")
    found = tag_of(Service(org_id="", name="Shop"), release, [Tag(name, "0" * 40, 0) for name in tags])
    assert (found.name if found else None) == expected


def test_of_several_tags_the_one_at_the_commit_counts() -> None:
    sha = "a1b2c3d4" * 5
    tags = [Tag("v1.2.3", "0" * 40, 0), Tag("nightly", sha, 0), Tag("1.2.3", sha, 0)]
    release = Release(
        org_id="", service_id="", version="1.2.3", version_key="", environment="production", commit_sha=sha[:9]
    )
    found = tag_of(Service(org_id="", name="shop"), release, tags)
    assert found == tags[2]


def test_what_is_not_connected_has_none(client: httpx.Client, reporter: Reporter, repo_id: str) -> None:
    reporter.deploy("1.0.0", repository="https://github.com/acme/elsewhere")
    elsewhere = reporter.deploy("1.1.0", repository="https://github.com/acme/elsewhere")
    reporter.deploy("1.0.0", "staging", repository=URL)
    range_of(client, reporter.deploy("1.1.0", "staging", repository=URL))
    assert page(client, elsewhere)["range"] is None
