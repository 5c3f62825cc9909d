"""Wherever a client names an address, the tricks to reach what is behind this server are refused, naming the field."""

from typing import Any

import httpx
import pytest

Json = dict[str, Any]
HOSTS = (
    "10.0.0.1",
    "169.254.169.254",
    "[::1]",
    "[::ffff:10.0.0.1]",
    "[::ffff:a9fe:a9fe]",
    "[64:ff9b::a9fe:a9fe]",
    "[2002:a9fe:a9fe::1]",
    "[2001:0:a9fe:a9fe::1]",
    "[fd00:ec2::254]",
    "[fe80::1%25eth0]",
    "2852039166",
    "0xa9fea9fe",
    "025177524776",
    "0xa9.0xfe.0xa9.0xfe",
    "169.254.43518",
    "169.254.169.254.",
    "169。254。169。254",
    "①⑥⑨.②⑤④.①⑥⑨.②⑤④",
    "example.com@169.254.169.254",
    "169.254.169.254%2f@example.com",
    "169.254.169.254\\@example.com",
    "0.0.0.0",
)
"""Each leads, or would lead a careless parser, to a place that is not public; 127.0.0.1 is allowed in these tests."""
SCHEMES = ("file://10.0.0.1/etc/passwd", "gopher://10.0.0.1:6379/_INFO", "ftp://10.0.0.1/x", "dict://10.0.0.1:11211/")
PLACES: tuple[tuple[str, str, str, Json], ...] = (
    ("POST", "/api/webhooks", "url", {"events": ["draft.published"]}),
    ("PUT", "/api/channels/slack", "webhookUrl", {}),
    ("PUT", "/api/channels/slack", "apiUrl", {"botToken": "xoxb-secret", "channelId": "C1"}),
    ("PUT", "/api/channels/teams", "webhookUrl", {}),
    ("PUT", "/api/channels/github", "apiUrl", {"token": "github_pat_1"}),
    (
        "PUT",
        "/api/channels/intercom",
        "apiUrl",
        {"accessToken": "dG9rOjE=", "region": "eu", "senderId": 1, "newsfeedId": 2},
    ),
    ("POST", "/api/repos", "apiUrl", {"fullName": "acme/myapp", "token": "ghp_secret"}),
    ("POST", "/api/repos", "url", {}),
)


def address(host: str, field: str) -> str:
    return f"http://{host}/acme/myapp.git" if field == "url" else f"http://{host}/api"


def refused(client: httpx.Client, place: tuple[str, str, str, Json], url: str) -> None:
    method, path, field, others = place
    answer = client.request(method, path, json={field: url, **others})
    assert answer.status_code in (400, 409), (url, answer.text)
    assert list(answer.json()["details"]) == [field], url


@pytest.mark.parametrize("place", PLACES, ids=lambda place: f"{place[1]} {place[2]}")
def test_a_host_that_is_not_public(client: httpx.Client, place: tuple[str, str, str, Json]) -> None:
    for host in HOSTS:
        refused(client, place, address(host, place[2]))


@pytest.mark.parametrize("place", PLACES, ids=lambda place: f"{place[1]} {place[2]}")
def test_a_scheme_that_is_not_the_webs(client: httpx.Client, place: tuple[str, str, str, Json]) -> None:
    for url in SCHEMES:
        refused(client, place, url)


@pytest.mark.parametrize(
    "url",
    [
        "ext::sh -c touch% /tmp/x",
        "fd::17",
        "transport::https://example.com/a/b",
        "--upload-pack=touch /tmp/x",
        "ssh://-oProxyCommand=x/a/b",
        "ssh://10.0.0.1/a/b",
        "git://10.0.0.1/a/b",
        "git@10.0.0.1:a/b",
        "git@0xa9fea9fe:a/b",
        "git@[::1]:a/b",
    ],
)
def test_a_way_of_gits_own(client: httpx.Client, url: str) -> None:
    answer = client.post("/api/repos", json={"url": url})
    assert answer.status_code in (400, 409), answer.text
    assert list(answer.json()["details"]) == ["url"]


@pytest.mark.parametrize("port", [22, 25, 6379, 11211])
def test_a_port_that_is_not_the_webs(client: httpx.Client, port: int) -> None:
    body = {"url": f"http://1.1.1.1:{port}/hook", "events": ["draft.published"]}
    answer = client.post("/api/webhooks", json=body)
    assert (answer.status_code, list(answer.json()["details"])) == (409, ["url"])


def test_a_webhook_cannot_be_moved_there_either(client: httpx.Client) -> None:
    made = client.post("/api/webhooks", json={"url": "http://127.0.0.1:1/", "events": ["draft.published"]}).json()
    for host in HOSTS:
        answer = client.patch(f"/api/webhooks/{made['id']}", json={"url": f"http://{host}/"})
        assert answer.status_code in (400, 409), answer.text
    assert client.get("/api/webhooks").json()["webhooks"][0]["url"] == "http://127.0.0.1:1/"
