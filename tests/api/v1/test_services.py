"""Services: read, renamed, given a repository; and what refused parameters are told."""

from collections.abc import Callable
from typing import Any

import httpx
import pytest
from tests.api.v1.conftest import Reporter, new_reporter
from tests.conftest import Org, Server
from tests.processes import wait_until

URL = "https://github.com/acme/myapp"


def test_a_service_is_read_by_its_id(client: httpx.Client, reporter: Reporter) -> None:
    (listed,) = client.get("/api/v1/services").json()["services"]
    assert client.get(f"/api/v1/services/{reporter.id}").json() == listed


def test_a_service_is_renamed_and_keeps_the_rest(client: httpx.Client, reporter: Reporter) -> None:
    before = client.get(f"/api/v1/services/{reporter.id}").json()
    answer = client.patch(f"/api/v1/services/{reporter.id}", json={"name": "till"})
    assert answer.status_code == 200, answer.text
    after = answer.json()
    assert after == {**before, "name": "till", "updated_at": after["updated_at"]}
    assert client.get(f"/api/v1/services/{reporter.id}").json() == after
    assert reporter.raised()
    assert reporter.deploy("1.0.0")["service_id"] == reporter.id


def test_deploys_that_came_before_their_repository_was_named_are_read_in_it(
    client: httpx.Client, reporter: Reporter, repo_id: str
) -> None:
    reporter.deploy("1.0.0")
    release = reporter.deploy("1.1.0")
    url = f"/api/v1/services/{reporter.id}"
    assert client.patch(url, json={"repository": URL}).json()["repository"] == URL

    def made() -> Any:
        return client.get(f"/api/v1/releases/{release['id']}").json()["range"]

    wait_until(lambda: made() is not None)
    assert (made()["from_tag"], made()["to_tag"]) == ("v1.0.0", "v1.1.0")
    assert client.patch(url, json={"repository": None}).json()["repository"] is None


def test_a_name_is_one_services_only(server: Server, client: httpx.Client, reporter: Reporter) -> None:
    other = new_reporter(server, client, "search")
    answer = client.patch(f"/api/v1/services/{other.id}", json={"name": "checkout"})
    assert (answer.status_code, answer.json()["details"]) == (409, {"id": reporter.id})
    assert client.patch(f"/api/v1/services/{other.id}", json={"name": "search"}).status_code == 200


@pytest.mark.parametrize("body", [{}, {"name": None}, {"name": ""}, {"name": " x"}, {"dsn": "x"}, {"repository": 1}])
def test_changes_that_make_no_sense_are_refused(client: httpx.Client, reporter: Reporter, body: Any) -> None:
    assert client.patch(f"/api/v1/services/{reporter.id}", json=body).status_code == 400


def test_nobody_else_reads_or_changes_it(new_org: Callable[..., Org], reporter: Reporter) -> None:
    stranger = new_org().client
    answers = [
        stranger.get(f"/api/v1/services/{reporter.id}"),
        stranger.patch(f"/api/v1/services/{reporter.id}", json={"name": "mine"}),
    ]
    assert [answer.status_code for answer in answers] == [404, 404]
    assert answers[0].json() == stranger.get("/api/v1/services/svc_nobody").json() | {
        "message": f"Service {reporter.id} not found or you don't have access."
    }


@pytest.mark.parametrize(
    ("query", "field", "words"),
    [
        ("status=new&status=ignored", "status", "is given more than once"),
        ("release=", "release", "should have at least 1 character"),
        ("release=%201.0", "release", "must be one line of text, without spaces around it"),
    ],
)
def test_a_refused_parameter_is_told_why_in_plain_words(
    client: httpx.Client, query: str, field: str, words: str
) -> None:
    answer = client.get(f"/api/v1/errors?{query}")
    assert (answer.status_code, answer.json()["details"]) == (400, {field: words})


def test_an_empty_batch_and_an_odd_id_are_told_in_plain_words(client: httpx.Client, reporter: Reporter) -> None:
    empty = client.post("/api/v1/errors", json={"errors": []})
    assert (empty.status_code, empty.json()["message"]) == (400, "errors: should have at least one item")
    odd = client.post("/api/v1/errors", json={"service_id": reporter.id, "message": "x", "event_id": "ABC"})
    assert odd.json()["details"] == {"event_id": "must be 32 hexadecimal digits, in lower case"}


def test_a_time_that_ends_before_it_begins_is_nobodys_empty_list(client: httpx.Client) -> None:
    asked = {"from": "2026-12-01T00:00:00Z", "to": "2026-01-01T00:00:00Z"}
    answer = client.get("/api/v1/errors", params=asked)
    assert (answer.status_code, answer.json()["details"]) == (409, {"from": "must be before to"})
