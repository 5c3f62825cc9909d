"""Keys: format, scopes, expiry, rotation, revocation."""

import re
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import httpx
import pytest
from tests.conftest import Org, Server

from releaseray.services.keys import Scope, new_secret, well_formed


def status(server: Server, key: str, path: str = "/api/stats") -> int:
    return httpx.get(f"{server.url}{path}", headers={"X-API-Key": key}).status_code


def until(server: Server, key: str, wanted: int, seconds: float) -> bool:
    ends = time.monotonic() + seconds
    while time.monotonic() < ends:
        if status(server, key) == wanted:
            return True
        time.sleep(0.1)
    return False


def test_a_key_carries_a_checksum() -> None:
    secret = new_secret()
    assert re.fullmatch(r"rr_live_[0-9A-Za-z]{38}", secret)
    assert well_formed(secret)
    assert not well_formed(secret[:-1] + ("a" if secret[-1] != "a" else "b"))
    assert not well_formed(secret.replace("rr_live_", "rr_test_"))
    assert not well_formed("rr_live_é" + secret[9:])


def test_either_header_works(server: Server, org: Org) -> None:
    assert status(server, org.key) == 200
    assert httpx.get(f"{server.url}/api/stats", headers={"Authorization": f"bearer {org.key}"}).status_code == 200
    assert httpx.get(f"{server.url}/api/stats", headers={"Authorization": f"Basic {org.key}"}).status_code == 401


def test_a_new_key_has_all_scopes_but_admin_and_is_shown_once(client: httpx.Client) -> None:
    made = client.post("/api/keys", json={"name": "CI/CD Pipeline"})
    assert made.status_code == 201
    assert list(made.json()) == ["id", "name", "key", "scopes", "lastFour", "createdAt"]
    assert made.json()["scopes"] == ["read", "write", "publish", "releases"]
    listed = client.get("/api/keys", params={"sort": "name", "order": "asc"}).json()["keys"][0]
    assert listed["name"] == "CI/CD Pipeline"
    assert listed["lastFour"] == made.json()["key"][-4:]
    assert made.json()["key"] not in client.get("/api/keys").text


def test_a_missing_scope_is_named(new_org: Callable[..., Org]) -> None:
    client = new_org(Scope.READ).client
    assert client.get("/api/repos").status_code == 200
    for method, path, body, scope in (
        ("POST", "/api/repos", {"url": "/x"}, "write"),
        ("POST", "/api/publish", {"draftId": "draft_1", "channel": "hosted"}, "publish"),
        ("GET", "/api/keys", None, "admin"),
    ):
        refused = client.request(method, path, json=body)
        assert (refused.status_code, refused.json()["error"]) == (403, "Forbidden")
        assert f"'{scope}'" in refused.json()["message"]


def test_a_revoked_key_stops_working_within_five_seconds(server: Server, client: httpx.Client) -> None:
    made = client.post("/api/keys", json={"name": "leaked"}).json()
    assert status(server, made["key"]) == 200
    assert client.delete(f"/api/keys/{made['id']}").json() == {"id": made["id"], "deleted": True}
    assert until(server, made["key"], 401, 5)
    assert client.delete(f"/api/keys/{made['id']}").status_code == 404


def test_a_rotated_key_works_on_for_the_grace_period(server: Server, client: httpx.Client) -> None:
    old = client.post("/api/keys", json={"name": "CI", "scopes": ["read"]}).json()
    new = client.post(f"/api/keys/{old['id']}/rotate", json={"gracePeriodSeconds": 3600})
    assert new.status_code == 201
    assert (new.json()["name"], new.json()["scopes"]) == ("CI", ["read"])
    assert (status(server, old["key"]), status(server, new.json()["key"])) == (200, 200)
    at_once = client.post(f"/api/keys/{new.json()['id']}/rotate", json={"gracePeriodSeconds": 0}).json()
    assert until(server, new.json()["key"], 401, 5)
    assert status(server, at_once["key"]) == 200


def test_a_key_is_rotated_once(client: httpx.Client) -> None:
    """A second successor would have taken the grace period of the first for the lifetime of the key."""
    old = client.post("/api/keys", json={"name": "CI", "scopes": ["read"]}).json()
    new = client.post(f"/api/keys/{old['id']}/rotate", json={"gracePeriodSeconds": 600}).json()
    again = client.post(f"/api/keys/{old['id']}/rotate", json={"gracePeriodSeconds": 600})
    assert (again.status_code, again.json()["error"]) == (409, "Conflict")
    assert f"to {new['id']}" in again.json()["message"]
    third = client.post(f"/api/keys/{new['id']}/rotate").json()
    assert "expiresAt" not in new
    assert "expiresAt" not in third


def test_a_key_that_is_rotated_by_two_at_once_has_one_successor(client: httpx.Client) -> None:
    old = client.post("/api/keys", json={"name": "CI", "scopes": ["read"]}).json()
    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(lambda _: client.post(f"/api/keys/{old['id']}/rotate", json={}), range(4)))
    assert sorted(answer.status_code for answer in answers) == [201, 409, 409, 409]


def test_an_expired_key_stops_working(server: Server, client: httpx.Client) -> None:
    for seconds in (2, 8, 32):  # on a slow machine the first may be over before it is tried
        soon = datetime.now(UTC) + timedelta(seconds=seconds)
        made = client.post("/api/keys", json={"name": "short", "expiresAt": soon.isoformat()}).json()
        worked = status(server, made["key"]) == 200
        if worked:
            break
    assert worked
    assert until(server, made["key"], 401, seconds + 5)


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"name": ""}, "name"),
        ({"name": "x", "scopes": []}, "scopes"),
        ({"name": "x", "scopes": ["root"]}, "scopes.0"),
        ({"name": "x", "expiresAt": "2001-01-01T00:00:00"}, "expiresAt"),
        ({"name": "x", "expiresAt": "soon"}, "expiresAt"),
    ],
)
def test_bad_keys_are_refused_by_field(client: httpx.Client, body: dict[str, object], field: str) -> None:
    answer = client.post("/api/keys", json=body)
    assert answer.status_code == 400
    assert list(answer.json()["details"]) == [field]


def test_a_key_cannot_be_born_expired(client: httpx.Client) -> None:
    answer = client.post("/api/keys", json={"name": "x", "expiresAt": "2001-01-01T00:00:00Z"})
    assert (answer.status_code, list(answer.json()["details"])) == (409, ["expiresAt"])


def test_the_last_use_is_written_down(server: Server, client: httpx.Client) -> None:
    made = client.post("/api/keys", json={"name": "used"}).json()
    status(server, made["key"])
    client.get("/api/stats")
    listed = {key["name"]: key for key in client.get("/api/keys").json()["keys"]}
    assert "lastUsedAt" in listed["used"]
