"""An operator sees whose the installations of the GitHub App are, and moves one where that exposes nothing."""

import itertools
from collections.abc import Callable
from typing import Any

import pytest
from click.testing import CliRunner, Result

from releaseray import logs
from releaseray.cli.commands import main
from releaseray.settings import Settings
from tests.conftest import Org, Server
from tests.repository import GitRepository

_numbers = itertools.count(880_000)


@pytest.fixture(autouse=True)
def _the_servers_database(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(logs, "configure", lambda level, style: None)
    monkeypatch.setenv("RELEASERAY_DATABASE_URL", str(settings.database_url))
    monkeypatch.setenv("RELEASERAY_REDIS_URL", str(settings.redis_url))
    monkeypatch.setenv("RELEASERAY_DATA_DIR", str(settings.data_dir))


def execute(server: Server, statement: str, *arguments: Any) -> Any:
    return server.run(server.runtime.database.raw.fetchval(statement, *arguments))


@pytest.fixture
def installed(server: Server, org: Org) -> int:
    """An installation of the first organization."""
    id = next(_numbers)
    columns = "(id, org_id, account, suspended, created_at, updated_at) VALUES ($1, $2, 'acme', false, now(), now())"
    execute(server, f"INSERT INTO github_installations {columns}", id, org.id)
    return id


def connect(server: Server, org: Org, git_repo: GitRepository, installed: int) -> str:
    """A repository that is read through the installation."""
    id = str(org.client.post("/api/repos", json={"url": str(git_repo.path)}).json()["id"])
    execute(server, "UPDATE repositories SET installation_id = $2 WHERE id = $1", id, installed)
    return id


def installations(*arguments: str) -> Result:
    return CliRunner().invoke(main, ["installations", *arguments])


def owner(server: Server, installed: int) -> str:
    return str(execute(server, "SELECT org_id FROM github_installations WHERE id = $1", installed))


def test_they_are_listed_with_what_is_read_through_them(
    server: Server, org: Org, installed: int, git_repo: GitRepository
) -> None:
    connect(server, org, git_repo, installed)
    listed = installations("list").output.splitlines()
    assert listed[0].split() == ["ID", "ACCOUNT", "ORGANIZATION", "NAME", "REPOSITORIES", "STATE"]
    assert [str(installed), "acme", org.id, "Acme", "1", "active"] in [line.split() for line in listed]


def test_one_is_moved_with_what_is_still_to_be_done_for_it(
    server: Server, org: Org, installed: int, new_org: Callable[..., Org]
) -> None:
    other = new_org()
    columns = "(id, org_id, target, delivery, digest, kind, event, status, tries, attempt, due_at, "
    columns += "created_at, updated_at)"
    values = "($1, $2, $3, $1, $4, 'installation', '{}', 'pending', 0, 0, now() + interval '1 day', now(), now())"
    target, id = f"installation:{installed}", f"inc_{installed}"
    execute(server, f"INSERT INTO incoming_events {columns} VALUES {values}", id, org.id, target, id.encode())
    answer = installations("move", str(installed), other.id)
    assert (answer.exit_code, answer.output) == (0, f"The installation at acme belongs to {other.id}.\n")
    assert owner(server, installed) == other.id
    assert execute(server, "SELECT org_id FROM incoming_events WHERE id = $1", id) == other.id
    execute(server, "DELETE FROM incoming_events WHERE id = $1", id)
    assert installations("move", str(installed), other.id).exit_code == 0, "asked twice, it is where it should be"


def test_one_that_is_in_use_stays_until_its_repositories_are_let_go(
    server: Server, org: Org, installed: int, new_org: Callable[..., Org], git_repo: GitRepository
) -> None:
    other, repo_id = new_org(), connect(server, org, git_repo, installed)
    refused = installations("move", str(installed), other.id)
    assert refused.exit_code == 1
    assert f"{org.id} reads acme/myapp through the installation at acme, and {other.id} could read" in refused.stderr
    assert "Disconnect them first, or connect them again with a token of their own." in refused.stderr
    assert owner(server, installed) == org.id
    org.client.delete(f"/api/repos/{repo_id}")
    assert installations("move", str(installed), other.id).exit_code == 0


def test_one_whose_repositories_have_tokens_of_their_own_may_go(
    server: Server, org: Org, installed: int, new_org: Callable[..., Org], git_repo: GitRepository
) -> None:
    repo_id = connect(server, org, git_repo, installed)
    execute(server, "UPDATE repositories SET sealed_token = 'sealed' WHERE id = $1", repo_id)
    assert installations("move", str(installed), new_org().id).exit_code == 0


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (("move", "1", "org_nobody"), 1, "The GitHub App has no installation 1 here."),
        (("move", "0", "org_nobody"), 2, "INSTALLATION_ID"),
        (("move", "acme", "org_nobody"), 2, "INSTALLATION_ID"),
        (("move", "1"), 2, "ORGANIZATION"),
    ],
)
def test_what_is_not_there_is_said(arguments: tuple[str, ...], code: int, said: str) -> None:
    answer = installations(*arguments)
    assert answer.exit_code == code
    assert said in answer.stderr


def test_an_organization_that_is_not_there(server: Server, org: Org, installed: int) -> None:
    answer = installations("move", str(installed), "org_nobody")
    assert answer.exit_code == 1
    assert "Organization org_nobody not found" in answer.stderr
    assert owner(server, installed) == org.id
