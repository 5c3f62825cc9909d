"""GitHub's own payload samples, every one, sent over HTTP as GitHub sends them."""

import json
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from releaseray.webhooks.github_signature import sign
from tests.conftest import Server
from tests.incoming.hub import Hub

EXAMPLES = Path(__file__).parents[1] / "emulator/node_modules/@octokit/webhooks-examples"


def samples() -> list[tuple[str, dict[str, Any]]]:
    assert EXAMPLES.exists(), "npm ci --prefix tests/emulator puts the samples there"
    kinds = [kind for file in sorted(EXAMPLES.glob("*/index.json")) for kind in json.loads(file.read_text())]
    return [(kind["name"], example) for kind in kinds for example in kind["examples"]]


def as_whoever_it_is_about(server: Server, hub: Hub, payload: dict[str, Any]) -> None:
    """Let the connected repository be the one of the payload, by GitHub's id, which stays when it is renamed."""
    statement = "UPDATE repositories SET github_repo_id = $2 WHERE id = $1"
    server.run(server.runtime.database.raw.execute(statement, hub.repo_id, payload["repository"]["id"]))


@pytest.mark.parametrize("form", [False, True])
def test_every_real_sample_of_a_repository_is_taken(server: Server, hub: Hub, form: bool) -> None:
    taken: dict[str, set[str]] = {}
    for kind, payload in samples():
        if "repository" not in payload or (form and kind not in ("push", "create", "release")):
            continue
        as_whoever_it_is_about(server, hub, payload)
        sent = {**payload, "nonce": str(uuid4())}
        answer = hub.tell_form(kind, **sent) if form else hub.tell(kind, **sent)
        assert answer.status_code in (200, 202), (kind, payload.get("action"), answer.text)
        taken.setdefault(kind, set()).add(answer.json()["status"])
    assert taken["push"] == {"accepted", "ignored"}
    assert "accepted" in taken["create"]
    assert taken["release"] == {"accepted", "ignored"}
    assert form or taken["pull_request"] == {"ignored"}
    assert form or taken["ping"] == {"pong"}


def test_a_sample_as_it_is_byte_for_byte(server: Server, hub: Hub) -> None:
    kind, payload = next((kind, payload) for kind, payload in samples() if kind == "release")
    as_whoever_it_is_about(server, hub, payload)
    body = json.dumps(payload, indent=2).encode()
    assert hub.post(kind, body).status_code == 202
    assert hub.post(kind, body, signature=sign(body, "another secret")).status_code == 401
