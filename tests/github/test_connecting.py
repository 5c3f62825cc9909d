"""A repository on GitHub, connected with a token: through the front door, over real HTTP, from a real clone."""

import json
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import httpx
import pytest
from tests.conftest import Org, Server, finished
from tests.github.conftest import OpenApi
from tests.github.enterprise import TOKEN, Enterprise, pull, serving

Json = dict[str, Any]


@pytest.fixture
def hub(tmp_path: Path, openapi: OpenApi) -> Iterator[Enterprise]:
    with serving(tmp_path, openapi) as server:
        yield server


def connect(client: httpx.Client, hub: Enterprise, **other: Any) -> httpx.Response:
    asked = {"fullName": "acme/myapp", "token": TOKEN, "apiUrl": hub.api_url} | other
    return client.post("/api/repos", json={name: value for name, value in asked.items() if value})


def make_range(client: httpx.Client, repo_id: str, from_tag: str = "v1.0.0", to_tag: str = "v1.1.0") -> httpx.Response:
    return client.post("/api/ranges", json={"repoId": repo_id, "fromTag": from_tag, "toTag": to_tag})


def draft(client: httpx.Client, range_id: str, persona: str) -> Json:
    asked = client.post(f"/api/drafts/{range_id}/generate", json={"persona": persona})
    assert asked.status_code == 201, asked.text
    return finished(client, asked.json()["id"])


def refused(answer: httpx.Response) -> tuple[int, str, str]:
    """Status, the field that is named, and what is said of it."""
    ((named, said),) = answer.json()["details"].items()
    return answer.status_code, named, said


def test_it_is_described_as_github_has_it(client: httpx.Client, org: Org, hub: Enterprise) -> None:
    answer = connect(client, hub, fullName="ACME/myapp")
    repo = answer.json()
    assert answer.status_code == 201
    assert list(repo) == ["id", "orgId", "githubRepoId", "fullName", "defaultBranch", "createdAt"]
    assert (repo["orgId"], repo["githubRepoId"]) == (org.id, 789012)
    assert (repo["fullName"], repo["defaultBranch"]) == ("acme/myapp", "main")
    tags = client.get(f"/api/repos/{repo['id']}/tags").json()["tags"]
    assert [tag["name"] for tag in tags] == ["v1.2.0", "v1.1.0", "v1.0.0"]


def release_by(hub: Enterprise, *authors: str) -> list[str]:
    """v1.3.0, made of a commit by each author; their shas."""
    for name in authors:
        (hub.repo.path / "src" / f"{name}.py").write_text("x = 1\n")
        hub.repo.git("add", "-A")
        hub.repo.git("commit", "-q", f"--author={name.title()} <{name}@example.com>", "-m", f"wip of {name}")
    hub.repo.tag("v1.3.0")
    return [hub.sha(f"v1.3.0~{age}") for age in reversed(range(len(authors)))]


def test_what_github_knows_is_in_the_range_and_its_drafts(client: httpx.Client, hub: Enterprise) -> None:
    jane, octo, moved = release_by(hub, "jane", "octo", "moved")
    issue = {"number": 30, "title": "Crash", "repository": {"nameWithOwner": "acme/myapp"}, "labels": {"nodes": []}}
    hub.pulls = {
        jane: [pull(21, "jane", title="Add sign-in with passkeys", labels={"nodes": [{"name": "feature"}]})],
        octo: [
            pull(
                22,
                "octo",
                title="Fix crash when a tab sleeps",
                labels={"nodes": [{"name": "bug"}]},
                closingIssuesReferences={"nodes": [issue]},
            )
        ],
        moved: [pull(23, "moved", title="Sort the list by name")],
    }
    hub.earlier = {"jane": 8, "moved": 3}
    made = make_range(client, connect(client, hub).json()["id"], "v1.2.0", "v1.3.0").json()
    counted = client.get(f"/api/ranges/{made['id']}").json()
    assert counted["compareUrl"] == f"http://127.0.0.1:{hub.server_port}/acme/myapp/compare/v1.2.0...v1.3.0"
    assert (counted["prCount"], counted["issueCount"]) == (3, 1)
    asked = len(hub.calls)
    engineer, internal, customer = (draft(client, made["id"], name) for name in ("engineer", "internal", "customer"))
    assert "## Fixes\n- Fix crash when a tab sleeps (#22)" in engineer["bodyMd"]
    assert "**First contributions:** Octo\n" in engineer["bodyMd"]
    assert set(engineer["flags"]["contributors"]) == {"Jane", "Octo", "Moved"}
    assert "passkeys" in internal["bodyMd"]
    assert "passkeys" in customer["bodyMd"]
    assert hub.calls[asked:] == [], "a range that was read once was read again"


def test_a_token_is_sealed_and_never_shown(
    server: Server, client: httpx.Client, hub: Enterprise, caplog: pytest.LogCaptureFixture
) -> None:
    made = connect(client, hub)
    repo_id = made.json()["id"]
    said = [made, connect(client, hub), client.get("/api/repos"), client.get(f"/api/repos/{repo_id}/tags")]
    hub.tokens.clear()
    hub.needs = "Basic none"
    said += [connect(client, hub), client.get(f"/api/repos/{repo_id}/tags"), make_range(client, repo_id)]
    assert [answer.status_code for answer in said] == [201, 200, 200, 200, 409, 409, 409]
    assert not any(TOKEN in f"{answer.text}{answer.headers}" for answer in said)
    assert TOKEN not in caplog.text
    assert hub.commands, "no git was seen at work"
    assert not any(TOKEN in command for command in hub.commands)
    row = server.run(server.runtime.database.raw.fetchrow("SELECT * FROM repositories WHERE id = $1", repo_id))
    assert TOKEN not in str(row)
    kept = [
        path for path in server.runtime.mirrors.rglob("*") if path.is_file() and TOKEN.encode() in path.read_bytes()
    ]
    assert kept == []


def test_a_token_is_renewed_by_one_that_works(client: httpx.Client, hub: Enterprise) -> None:
    repo = connect(client, hub).json()
    assert refused(connect(client, hub, token="ghp_wrong"))[:2] == (409, "token")
    assert client.get(f"/api/repos/{repo['id']}/tags").status_code == 200
    hub.tokens = {"ghp_renewed"}
    hub.needs = "Basic eC1hY2Nlc3MtdG9rZW46Z2hwX3JlbmV3ZWQ="
    assert refused(client.get(f"/api/repos/{repo['id']}/tags"))[1:] == (
        "repoId",
        "GitHub does not accept the token: it was revoked, has expired or is wrong. "
        "Connect it again with a token that may read it.",
    )
    renewed = connect(client, hub, token="ghp_renewed")
    assert (renewed.status_code, renewed.json()["id"]) == (200, repo["id"])
    assert client.get(f"/api/repos/{repo['id']}/tags").status_code == 200


def test_connecting_twice_at_once_connects_once(client: httpx.Client, hub: Enterprise) -> None:
    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(lambda _: connect(client, hub), range(4)))
    assert sorted(answer.status_code for answer in answers) == [200, 200, 200, 201]
    assert len({answer.json()["id"] for answer in answers}) == 1


def test_a_wrong_token(client: httpx.Client, hub: Enterprise) -> None:
    assert refused(connect(client, hub, token="ghp_wrong")) == (
        409,
        "token",
        "GitHub does not accept the token: it was revoked, has expired or is wrong.",
    )


def test_a_token_that_may_not(client: httpx.Client, hub: Enterprise) -> None:
    said = {"message": "Resource not accessible by personal access token"}
    hub.refuse = 403, said, {"X-Accepted-GitHub-Permissions": "metadata=read"}
    status, named, why = refused(connect(client, hub))
    assert (status, named) == (409, "token")
    assert "not accessible" in why
    assert "It needs: metadata=read." in why


def test_a_private_repository_without_a_token(client: httpx.Client, hub: Enterprise) -> None:
    status, named, why = refused(connect(client, hub, token=None))
    assert (status, named) == (409, "fullName")
    assert "needs a token that may read it" in why


def test_a_renamed_repository_is_connected_by_its_new_name_and_stays_the_same(
    client: httpx.Client, hub: Enterprise
) -> None:
    repo = connect(client, hub).json()
    range_id = make_range(client, repo["id"]).json()["id"]
    hub.rename("acme/newapp")
    told = "acme/myapp was renamed or moved. It is now acme/newapp; connect it by that name."
    assert refused(connect(client, hub)) == (409, "fullName", told)
    assert refused(client.get(f"/api/repos/{repo['id']}/tags")) == (409, "repoId", told)
    again = connect(client, hub, fullName="acme/newapp")
    assert (again.status_code, again.json()) == (200, repo | {"fullName": "acme/newapp"})
    assert client.get(f"/api/repos/{repo['id']}/tags").status_code == 200
    assert [one["id"] for one in client.get(f"/api/ranges?repoId={repo['id']}").json()["ranges"]] == [range_id]


def test_an_exhausted_limit_says_until_when(client: httpx.Client, hub: Enterprise) -> None:
    ends = int(time.time()) + 1800
    limited = {"X-RateLimit-Remaining": "0", "X-RateLimit-Reset": str(ends)}
    hub.refuse = 403, {"message": "API rate limit exceeded"}, limited
    answer = connect(client, hub)
    status, named, why = refused(answer)
    until = time.strftime("%Y-%m-%dT%H:%M", time.gmtime(ends))
    assert (status, named) == (409, "token")
    assert why.startswith(f"GitHub's rate limit is exhausted until {until}")
    assert 1740 < int(answer.headers["retry-after"]) <= 1800


def test_a_draft_that_meets_a_limit_says_until_when(server: Server, client: httpx.Client, hub: Enterprise) -> None:
    repo_id = connect(client, hub).json()["id"]
    range_id = make_range(client, repo_id).json()["id"]
    server.run(server.runtime.database.raw.execute("DELETE FROM github_cache"))
    hub.refuse = 429, {"message": "slow down"}, {"Retry-After": "1800"}
    failed = draft(client, range_id, "engineer")
    assert failed["status"] == "failed"
    assert "GitHub's rate limit is exhausted until 20" in failed["error"]["message"]


def test_a_draft_waits_for_a_short_limit(server: Server, client: httpx.Client, hub: Enterprise) -> None:
    repo_id = connect(client, hub).json()["id"]
    range_id = make_range(client, repo_id).json()["id"]
    server.run(server.runtime.database.raw.execute("DELETE FROM github_cache"))
    answers = [(429, {"message": "slow down"}, {"Retry-After": "7"})]
    answer = hub.answer
    hub.answer = lambda request: answers.pop() if answers else answer(request)  # type: ignore[method-assign]  # once
    began = time.monotonic()
    assert "bodyMd" in draft(client, range_id, "engineer")
    assert 7 <= time.monotonic() - began < 20


@pytest.mark.parametrize(
    ("address", "why"),
    [
        ("http://169.254.169.254/api/v3", "link-local"),
        ("http://10.0.0.1/api/v3", "RELEASERAY_OUTBOUND_ALLOW"),
        ("http://127.0.0.1:1/api/v3", "could not be reached"),
    ],
)
def test_an_address_that_is_not_called_or_does_not_answer(
    client: httpx.Client, hub: Enterprise, address: str, why: str
) -> None:
    status, named, said = refused(connect(client, hub, apiUrl=address))
    assert (status, named) == (409, "apiUrl")
    assert why in said


@pytest.mark.parametrize(
    ("body", "named"),
    [
        ({"fullName": "acme/myapp", "token": ""}, "token"),
        ({"fullName": "acme/myapp", "token": "two words"}, "token"),
        ({"fullName": "acme/myapp", "token": None}, "token"),
        ({"fullName": "acme/myapp", "apiUrl": "ftp://x"}, "apiUrl"),
        ({"fullName": "acme/myapp", "apiUrl": "https://me:secret@host/api/v3"}, "apiUrl"),
        ({"url": "https://host/a/b.git", "token": "x"}, "body"),
    ],
)
def test_what_cannot_be_asked(client: httpx.Client, body: Json, named: str) -> None:
    answer = client.post("/api/repos", json=body)
    assert (answer.status_code, list(answer.json()["details"])) == (400, [named])
    assert "secret" not in answer.text


def test_what_one_organization_connected_is_not_anothers(
    client: httpx.Client, hub: Enterprise, new_org: Callable[..., Org]
) -> None:
    repo_id = connect(client, hub).json()["id"]
    range_id = make_range(client, repo_id).json()["id"]
    stranger = new_org().client
    assert stranger.get(f"/api/repos/{repo_id}/tags").status_code == 404
    assert stranger.get(f"/api/ranges?repoId={repo_id}").status_code == 404
    assert stranger.post(f"/api/drafts/{range_id}/generate", json={"persona": "engineer"}).status_code == 404
    assert refused(connect(stranger, hub, token=None))[:2] == (409, "fullName")
    assert json.dumps(stranger.get("/api/repos").json()["repos"]) == "[]"


def test_without_a_token_and_out_of_reach_it_says_what_git_says(client: httpx.Client) -> None:
    answer = client.post("/api/repos", json={"fullName": "acme/myapp", "apiUrl": "http://127.0.0.1:1/api/v3"})
    assert refused(answer)[1] == "fullName"
    assert "cannot be reached" in answer.text


def test_a_public_repository_is_read_while_the_api_is_away(client: httpx.Client, hub: Enterprise) -> None:
    hub.needs = None
    hub.refuse = 503, {"message": "unicorn"}, {}
    repo = connect(client, hub, token=None).json()
    assert (repo["fullName"], repo["githubRepoId"]) == ("acme/myapp", None)
    made = make_range(client, repo["id"])
    assert made.status_code == 201
    assert client.get(f"/api/ranges/{made.json()['id']}").json()["prCount"] == 3
    hub.refuse = None
    assert connect(client, hub).json() == repo | {"githubRepoId": 789012}


@pytest.mark.parametrize(
    "about",
    [
        {},
        {"id": 1, "full_name": "acme/myapp"},
        {"id": 1, "full_name": "../../etc", "default_branch": "main"},
        {"id": 2**70, "full_name": "acme/myapp", "default_branch": "main"},
        {"id": 1, "full_name": "acme/myapp", "default_branch": "ma\nin"},
        {"id": 1, "full_name": "acme/other", "default_branch": "main"},
    ],
)
def test_a_server_that_lies(client: httpx.Client, hub: Enterprise, about: Json) -> None:
    hub.about = about
    status, _, why = refused(connect(client, hub))
    assert status == 409
    assert "cannot be read" in why


def test_the_page_is_where_the_api_is(client: httpx.Client, hub: Enterprise) -> None:
    hub.about |= {"html_url": "https://evil.example/x", "clone_url": "https://evil.example/x.git"}
    repo = connect(client, hub).json()
    made = make_range(client, repo["id"]).json()
    assert made["compareUrl"].startswith(f"http://127.0.0.1:{hub.server_port}/acme/myapp/compare/")
