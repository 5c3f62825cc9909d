"""GitHub's deliveries: verified over the raw body, read into small events, forgiving."""

import json
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from releaseray.webhooks.github_events import (
    AccessChanged,
    BranchPushed,
    Event,
    PullRequestChanged,
    ReleaseChanged,
    Repository,
    RepositoryDeleted,
    RepositoryRenamed,
    TagCreated,
    TagDeleted,
    TagMoved,
    VisibilityChanged,
)
from releaseray.webhooks.github_payloads import PayloadError, read
from releaseray.webhooks.github_signature import sign, verified

EXAMPLES = Path(__file__).parents[1] / "emulator/node_modules/@octokit/webhooks-examples"
REPO = {"id": 7, "full_name": "acme/myapp", "default_branch": "main"}
ACME = Repository(7, "acme/myapp")
KINDS = (
    "push",
    "create",
    "delete",
    "release",
    "pull_request",
    "repository",
    "installation",
    "installation_repositories",
)


def events(kind: str, **payload: Any) -> list[Event]:
    return read(kind, json.dumps({"repository": REPO, **payload}).encode())


def test_the_signature_that_githubs_documentation_gives() -> None:
    known = "sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17"
    assert sign(b"Hello, World!", "It's a Secret to Everybody") == known
    assert verified(b"Hello, World!", known, ["It's a Secret to Everybody"])


@pytest.mark.parametrize("signature", [None, "", "sha256=", "sha1=abc", "sha256=" + "0" * 64, "sha256=é"])
def test_signatures_that_are_not_githubs(signature: str | None) -> None:
    assert not verified(b"body", signature, ["secret"])


def test_one_changed_byte_is_noticed() -> None:
    signature = sign(b'{"a": 1}', "secret")
    assert verified(b'{"a": 1}', signature, ["secret"])
    assert not verified(b'{"a":1}', signature, ["secret"])
    assert not verified(b'{"a": 1}', signature.upper(), ["secret"])


def test_two_secrets_while_one_is_replaced_and_none_without_one() -> None:
    signature = sign(b"body", "old")
    assert verified(b"body", signature, ["new", "old"])
    assert not verified(b"body", sign(b"body", ""), [""])
    assert not verified(b"body", signature, [])


def test_tags() -> None:
    zero, sha = "0" * 40, "a" * 40
    tag = {"ref": "refs/tags/v1/2", "after": sha}
    assert events("push", **tag, created=True) == [TagCreated(ACME, "v1/2", sha)]
    assert events("push", **tag, created=False, forced=True) == [TagMoved(ACME, "v1/2", sha)]
    assert events("push", ref="refs/tags/v1", after=zero, deleted=True) == [TagDeleted(ACME, "v1")]
    assert events("create", ref="v1", ref_type="tag") == [TagCreated(ACME, "v1", None)]
    assert events("delete", ref="v1", ref_type="tag") == [TagDeleted(ACME, "v1")]
    assert events("create", ref="topic", ref_type="branch") == []


def test_branches() -> None:
    assert events("push", ref="refs/heads/main", after="b") == [BranchPushed(ACME, "main", "b", True)]
    assert events("push", ref="refs/heads/x/y", after="b") == [BranchPushed(ACME, "x/y", "b", False)]
    assert events("push", ref="refs/heads/main", after="0", deleted=True) == []


def test_releases_and_pull_requests() -> None:
    release = {"tag_name": "v1", "draft": False, "prerelease": True}
    assert events("release", action="published", release=release) == [
        ReleaseChanged(ACME, "published", "v1", False, True)
    ]
    pull = {"number": 3, "merged": True}
    assert events("pull_request", action="closed", pull_request=pull) == [PullRequestChanged(ACME, "closed", 3, True)]


def test_what_happens_to_a_repository() -> None:
    renamed = {"repository": {"name": {"from": "oldapp"}}}
    assert events("repository", action="renamed", changes=renamed) == [RepositoryRenamed(ACME, "acme/oldapp")]
    moved = {"owner": {"from": {"organization": {"login": "evil"}, "user": None}}}
    assert events("repository", action="transferred", changes=moved) == [RepositoryRenamed(ACME, "evil/myapp")]
    assert events("repository", action="deleted") == [RepositoryDeleted(ACME)]
    assert events("repository", action="privatized") == [VisibilityChanged(ACME, True)]
    assert events("repository", action="publicized") == [VisibilityChanged(ACME, False)]


def test_what_an_installation_sees() -> None:
    app = {"installation": {"id": 5}}
    assert events("installation", **app, action="created", repositories=[REPO]) == [
        AccessChanged(5, "created", (ACME,), ())
    ]
    assert events("installation", **app, action="deleted", repositories=[REPO]) == [
        AccessChanged(5, "deleted", (), (ACME,))
    ]
    changed = events("installation_repositories", **app, action="removed", repositories_removed=[REPO, "odd"])
    assert changed == [AccessChanged(5, "removed", (), (ACME,))]


def test_the_form_that_github_sends_unless_told_otherwise() -> None:
    form = urlencode({"payload": json.dumps({"ref": "v1 +", "ref_type": "tag", "repository": REPO})})
    assert read("create", form.encode()) == [TagCreated(ACME, "v1 +", None)]


@pytest.mark.parametrize("body", [b"", b"null", b"[1]", b"\xff", b"payload=", b"{", b"[" * 100_000, b"payload=%5B%5D"])
def test_a_body_that_is_no_payload(body: bytes) -> None:
    with pytest.raises(PayloadError):
        read("push", body)


def test_unknown_kinds_are_passed_over() -> None:
    assert events("star", action="created") == []
    assert events("ping", zen="x") == []


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=5,
)
FIELDS = "action ref after ref_type repository release pull_request changes installation deleted"
keys = st.sampled_from(FIELDS.split(" "))


@settings(deadline=None)
@given(st.sampled_from(KINDS), st.dictionaries(keys, json_values, max_size=6))
def test_no_payload_is_too_odd(kind: str, payload: dict[str, Any]) -> None:
    assert isinstance(read(kind, json.dumps(payload).encode()), list)


def samples() -> list[tuple[str, dict[str, Any]]]:
    assert EXAMPLES.exists(), "npm ci --prefix tests/emulator puts the samples there"
    files = sorted(EXAMPLES.glob("*/index.json"))
    kinds = [kind for file in files for kind in json.loads(file.read_text())]
    return [(kind["name"], example) for kind in kinds for example in kind["examples"]]


def test_every_real_sample_is_taken() -> None:
    seen: dict[str, int] = {}
    for kind, payload in samples():
        found = read(kind, json.dumps(payload).encode())
        expected = kind in ("release", "pull_request", "installation") or (kind == "push" and not payload["deleted"])
        assert found or not expected, (kind, payload.get("action"))
        for event in found:
            if not isinstance(event, AccessChanged):
                assert event.repository.full_name == payload["repository"]["full_name"]
        seen[kind] = seen.get(kind, 0) + 1
    assert set(KINDS) <= seen.keys()
    assert sum(seen.values()) > 300


def test_real_samples_mean_what_they_say() -> None:
    for kind, payload in samples():
        found = read(kind, json.dumps(payload).encode())
        if kind == "create" and payload["ref_type"] == "tag":
            assert [type(event) for event in found] == [TagCreated]
        if kind == "repository" and payload["action"] in ("renamed", "transferred", "deleted", "privatized"):
            assert len(found) == 1
        if kind == "pull_request":
            assert [event.number for event in found if isinstance(event, PullRequestChanged)] == [payload["number"]]
