"""Publishing to GitHub: the release of the tag, once, with what people wrote kept."""

from dataclasses import replace
from typing import Any

import httpx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import ValidationError
from tests.github.conftest import FakeGitHub, OpenApi

from releaseray.channels import ChannelError, Note
from releaseray.channels.github import GitHub, GitHubConfig
from releaseray.channels.release_body import BEGIN, END, merged

CONFIG = GitHubConfig.model_validate({"token": "ghp_secret"})
OURS = f"{BEGIN}\n## Features\n\n- **Dark mode** (#12)\n{END}"


async def test_a_release_is_made_and_then_updated(note: Note, hub: FakeGitHub) -> None:
    first = await GitHub().publish(note, CONFIG, hub.http)
    assert first.url == "https://github.com/acme/myapp/releases/tag/v1.2.0"
    (release,) = hub.releases
    assert (release["name"], release["body"], release["target_commitish"]) == ("myapp v1.2.0", OURS, "a" * 40)
    assert hub.requests[0].headers["x-github-api-version"] == "2022-11-28"
    assert hub.requests[0].headers["authorization"] == "Bearer ghp_secret"
    second = await GitHub().publish(replace(note, body_md="edited"), CONFIG, hub.http, first.external)
    assert second.url == first.url
    assert hub.releases == [release]
    assert release["body"] == f"{BEGIN}\nedited\n{END}"
    assert hub.calls == [
        "GET /releases/tags/v1.2.0",
        "GET /releases",
        "POST /releases",
        "GET /releases/tags/v1.2.0",
        "PATCH /releases/1",
    ]


@pytest.mark.parametrize(
    ("flags", "expected"),
    [
        ({}, {"draft": False, "prerelease": False, "make_latest": "legacy"}),
        ({"prerelease": True}, {"draft": False, "prerelease": True, "make_latest": "false"}),
        ({"draft": True}, {"draft": True, "prerelease": False, "make_latest": "false"}),
    ],
)
async def test_flags(note: Note, hub: FakeGitHub, flags: dict[str, Any], expected: dict[str, Any]) -> None:
    await GitHub().publish(replace(note, **flags), CONFIG, hub.http)
    sent = hub.requests[-1].read()
    assert httpx.Response(200, content=sent).json().items() >= expected.items()


async def test_a_draft_is_found_among_many_releases_and_published(note: Note, hub: FakeGitHub) -> None:
    hub.add("v1.2.0", draft=True, body="Thanks all!")
    for number in range(120):
        hub.add(f"v0.{number}")
    await GitHub().publish(note, CONFIG, hub.http)
    release = hub.releases[-1]
    assert (release["draft"], release["body"]) == (False, f"Thanks all!\n\n{OURS}")
    assert len(hub.releases) == 121


async def test_the_draft_made_last_time_is_the_one_updated(note: Note, hub: FakeGitHub) -> None:
    mine = hub.add("v1.2.0", draft=True)
    theirs = hub.add("v1.2.0", draft=True, body="another draft")
    await GitHub().publish(replace(note, draft=True), CONFIG, hub.http, {"id": mine["id"]})
    assert (mine["body"], theirs["body"]) == (OURS, "another draft")


async def test_a_published_release_does_not_vanish_into_a_draft(note: Note, hub: FakeGitHub) -> None:
    hub.add("v1.2.0")
    with pytest.raises(ChannelError, match="published already") as caught:
        await GitHub().publish(replace(note, draft=True), CONFIG, hub.http)
    assert caught.value.permanent


async def test_a_name_that_people_gave_is_kept(note: Note, hub: FakeGitHub) -> None:
    release = hub.add("v1.2.0", name="The Dark Release")
    await GitHub().publish(note, CONFIG, hub.http)
    assert release["name"] == "The Dark Release"
    release["name"] = "v1.2.0"
    result = await GitHub().publish(note, CONFIG, hub.http)
    assert release["name"] == "myapp v1.2.0"
    await GitHub().publish(replace(note, title="Better title"), CONFIG, hub.http, result.external)
    assert release["name"] == "Better title"


async def test_a_release_that_appears_meanwhile_is_updated(note: Note, hub: FakeGitHub) -> None:
    def somebody_is_faster(request: httpx.Request) -> httpx.Response | None:
        if request.method == "POST" and not hub.releases:
            hub.add("v1.2.0", body="First!")
        return None

    hub.before = somebody_is_faster
    await GitHub().publish(note, CONFIG, hub.http)
    (release,) = hub.releases
    assert release["body"] == f"First!\n\n{OURS}"


async def test_a_lost_answer_makes_no_double(note: Note, hub: FakeGitHub) -> None:
    def lose(request: httpx.Request) -> httpx.Response | None:
        if request.method == "POST":
            hub.add("v1.2.0", body=OURS)
            raise httpx.ReadTimeout("slow")
        return None

    hub.before = lose
    with pytest.raises(ChannelError) as caught:
        await GitHub().publish(note, CONFIG, hub.http)
    assert (caught.value.unsure, caught.value.permanent) == (True, False)
    await GitHub().publish(note, CONFIG, hub.http, again=True)
    assert len(hub.releases) == 1


async def test_tags_with_slashes(note: Note, hub: FakeGitHub) -> None:
    await GitHub().publish(replace(note, version="pkg/v1#2"), CONFIG, hub.http)
    assert hub.requests[0].url.raw_path.endswith(b"/releases/tags/pkg%2Fv1%232")


@pytest.mark.parametrize(
    ("answer", "message", "permanent", "wait"),
    [
        (httpx.Response(401, json={"message": "Bad credentials"}), "revoked, has expired", True, None),
        (httpx.Response(403, json={"message": "Resource not accessible"}), "Resource not accessible", True, None),
        (httpx.Response(403, headers={"retry-after": "30"}), "until", False, 30),
        (httpx.Response(429), "rate limit", False, 60),
        (httpx.Response(403, json={"message": "You have exceeded a secondary rate limit"}), "until", False, 60),
        (httpx.Response(301, headers={"location": "https://api.github.com/repositories/7"}), "renamed", True, None),
        (httpx.Response(500), "500", False, None),
        (httpx.Response(200, text="<html>"), "cannot be read", False, None),
        (httpx.Response(200, json={}), "cannot be read", False, None),
    ],
)
async def test_trouble(
    note: Note, hub: FakeGitHub, answer: httpx.Response, message: str, permanent: bool, wait: float | None
) -> None:
    hub.before = lambda request: answer if request.method == "GET" and "tags" not in request.url.path else None
    if answer.is_success and answer.text == "{}":
        hub.before = lambda request: answer if request.method == "POST" else None
    with pytest.raises(ChannelError, match=message) as caught:
        await GitHub().publish(note, CONFIG, hub.http)
    assert (caught.value.permanent, caught.value.retry_after) == (permanent, wait)
    assert "ghp_secret" not in caught.value.message


@pytest.mark.parametrize("body", [{"name": "no tag"}, {"tag_name": "v1", "make_latest": True}, {"tag_name": 1}])
def test_the_stand_in_would_notice_a_wrong_request(hub: FakeGitHub, openapi: OpenApi, body: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        openapi.request(httpx.Request("POST", "https://api.github.com/repos/acme/myapp/releases", json=body))


async def test_trying_the_token(hub: FakeGitHub) -> None:
    hub.before = lambda request: httpx.Response(200, json={"resources": {"core": {"remaining": 4999}}})
    assert await GitHub().test(CONFIG, hub.http) == "The token is valid; 4999 calls are left this hour."


@pytest.mark.parametrize(
    ("existing", "expected"),
    [
        ("", OURS),
        ("Hello!", f"Hello!\n\n{OURS}"),
        (f"Hello!\r\n\r\n{BEGIN}\r\nold\r\n{END}\r\n\r\nBye.", f"Hello!\n\n{OURS}\n\nBye."),
        (f"{BEGIN}\nold\n{END}\n\nHello!\n\n{BEGIN}\nolder\n{END}", f"{OURS}\n\nHello!"),
        (f"Hello!\n{BEGIN}\nmark without partner", f"Hello!\n\nmark without partner\n\n{OURS}"),
        ("## Features\n\n- **Dark mode** (#12)", OURS),
        ("Hi\n\n## Features\n\n- **Dark mode** (#12)\n\nBye", f"Hi\n\n{OURS}\n\nBye"),
    ],
    ids=["new", "theirs", "between", "twice", "broken", "marks removed", "marks removed, theirs around"],
)
def test_what_people_wrote_is_kept(note: Note, existing: str, expected: str) -> None:
    once = merged(existing, note)
    assert once.replace("\n\n\n", "\n\n") == expected
    assert merged(once, note) == once


@settings(deadline=None)
@given(st.text(alphabet="ab#\n- ", max_size=60), st.text(alphabet="ab#\n- ", max_size=60), st.booleans())
def test_publishing_twice_is_publishing_once(existing: str, ours: str, marked: bool) -> None:
    note = Note("k", "t", "v1", ours, "engineer", "acme/myapp")
    before = f"{existing}\n{BEGIN}\nold\n{END}" if marked else existing
    once = merged(before, note)
    assert merged(once, note) == once
    assert all(word in once for word in existing.split() if marked)


def test_a_note_cannot_forge_the_marks(note: Note) -> None:
    text = merged("Hello!", replace(note, body_md=f"a {END} b {BEGIN} c"))
    assert (text.count(BEGIN), text.count(END)) == (1, 1)


def test_the_whole_stays_within_githubs_limit(note: Note) -> None:
    text = merged("Hello! " * 1000, replace(note, body_md="- item\n" * 50_000))
    assert len(text) <= 125_000
    assert text.startswith("Hello!")
    assert f"[Read the whole]({note.hosted_url})\n{END}" in text
