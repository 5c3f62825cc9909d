"""Services and their releases: first deploys, repeated ones, rollbacks, lists."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx
import pytest
from tests.conftest import Org

from releaseray.services.keys import Scope
from releaseray.tracking.dsn import parse_dsn


@pytest.fixture
def service(client: httpx.Client) -> dict[str, Any]:
    made: dict[str, Any] = client.post("/api/v1/services", json={"name": "checkout"}).json()
    return made


def deploy(client: httpx.Client, service: dict[str, Any], version: str, **more: Any) -> httpx.Response:
    return client.post("/api/v1/releases", json={"version": version, "service_id": service["id"], **more})


def test_a_service_shows_a_dsn_that_sdks_take(client: httpx.Client, service: dict[str, Any]) -> None:
    assert list(service) == ["id", "name", "repository", "dsn", "created_at", "updated_at"]
    assert service["repository"] is None
    other = client.post("/api/v1/services", json={"name": "billing", "repository": "https://git.acme.com/b"}).json()
    first, second = parse_dsn(service["dsn"]), parse_dsn(other["dsn"])
    assert first.project_id != second.project_id
    assert first.public_key != second.public_key


def test_a_name_is_taken_once(client: httpx.Client, service: dict[str, Any]) -> None:
    answer = client.post("/api/v1/services", json={"name": "checkout"})
    assert answer.status_code == 409
    assert answer.json()["details"] == {"id": service["id"]}


def test_services_are_listed_with_pages(client: httpx.Client) -> None:
    names = ["a", "b", "c"]
    for name in names:
        client.post("/api/v1/services", json={"name": name})
    first = client.get("/api/v1/services?sort=name&order=asc&limit=2").json()
    assert list(first) == ["services", "total", "has_more", "next_offset"]
    assert (first["total"], first["has_more"], first["next_offset"]) == (3, True, 2)
    rest = client.get("/api/v1/services?sort=name&order=asc&limit=2&offset=2").json()
    assert list(rest) == ["services", "total", "has_more"]
    assert [item["name"] for item in first["services"] + rest["services"]] == names


def test_an_unknown_service_is_not_found(client: httpx.Client) -> None:
    answer = deploy(client, {"id": "svc_nobody"}, "1.0.0")
    assert answer.status_code == 404
    assert answer.json()["message"] == "Service svc_nobody not found or you don't have access."


def test_the_newest_version_again_is_a_conflict_and_changes_nothing(
    client: httpx.Client, service: dict[str, Any]
) -> None:
    made = deploy(client, service, "1.0.0", commit_sha="abc").json()
    again = deploy(client, service, "1.0.0", commit_sha="def")
    assert again.status_code == 409
    assert again.json()["details"] == {"id": made["id"]}
    assert client.get("/api/v1/releases").json()["releases"] == [made]


def test_the_same_idempotency_key_gets_the_first_answer(client: httpx.Client, service: dict[str, Any]) -> None:
    body = {"version": "1.0.0", "service_id": service["id"]}
    answers = [client.post("/api/v1/releases", json=body, headers={"Idempotency-Key": "run-1"}) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [201, 201]
    assert answers[0].json() == answers[1].json()


def test_going_back_is_the_same_release_deployed_anew(client: httpx.Client, service: dict[str, Any]) -> None:
    old = deploy(client, service, "1.0.0", deployed_by="ci").json()
    deploy(client, service, "1.1.0")
    back = deploy(client, service, "1.0.0", deployed_by="ana")
    assert back.status_code == 200
    assert back.json() == {**old, "deployed_at": back.json()["deployed_at"], "deployed_by": "ana"}
    forward = deploy(client, service, "1.1.0")
    assert forward.status_code == 200
    assert client.get("/api/v1/releases").json()["total"] == 2


def test_environments_and_services_are_apart(client: httpx.Client, service: dict[str, Any]) -> None:
    other = client.post("/api/v1/services", json={"name": "billing"}).json()
    made = [
        deploy(client, service, "1.0.0"),
        deploy(client, service, "1.0.0", environment="canary"),
        deploy(client, other, "1.0.0"),
    ]
    assert [answer.status_code for answer in made] == [201, 201, 201]
    by_service = client.get("/api/v1/releases", params={"service_id": service["id"]}).json()
    assert by_service["total"] == 2
    narrowed = {"service_id": service["id"], "environment": "canary"}
    assert client.get("/api/v1/releases", params=narrowed).json()["releases"] == [made[1].json()]
    assert client.get("/api/v1/releases?service_id=svc_nobody").status_code == 404


def test_sorted_by_name_versions_are_in_version_order(client: httpx.Client, service: dict[str, Any]) -> None:
    for version in ("1.10.0", "1.9.0", "1.9.0-rc.1"):
        deploy(client, service, version)
    found = client.get("/api/v1/releases?sort=name&order=asc").json()["releases"]
    assert [release["version"] for release in found] == ["1.9.0-rc.1", "1.9.0", "1.10.0"]


def test_the_same_deploy_told_many_times_at_once_is_one(client: httpx.Client, service: dict[str, Any]) -> None:
    with ThreadPoolExecutor(8) as threads:
        statuses = list(threads.map(lambda _: deploy(client, service, "1.0.0").status_code, range(8)))
    assert sorted(statuses) == [201] + [409] * 7


@pytest.mark.parametrize("version", ["", " 1.0", "1.0 ", "1\x00", "1\n2", "x" * 201, 12, None])
def test_odd_versions_are_refused_by_name(client: httpx.Client, service: dict[str, Any], version: Any) -> None:
    answer = client.post("/api/v1/releases", json={"version": version, "service_id": service["id"]})
    assert answer.status_code == 400
    assert list(answer.json()["details"]) == ["version"]


def test_unknown_fields_and_parameters_are_refused(client: httpx.Client, service: dict[str, Any]) -> None:
    assert deploy(client, service, "1.0.0", commitSha="abc").json()["details"] == {"commitSha": "unknown field"}
    assert client.get("/api/v1/releases?serviceId=x").status_code == 400


def test_writing_wants_the_scope_releases(new_org: Callable[..., Org]) -> None:
    reader = new_org(Scope.READ).client
    answer = reader.post("/api/v1/services", json={"name": "checkout"})
    assert answer.status_code == 403
    assert "'releases'" in answer.json()["message"]
    assert reader.get("/api/v1/releases").json() == {"releases": [], "total": 0, "has_more": False}
