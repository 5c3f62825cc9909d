"""Over real HTTP: an emulator of GitHub and Slack that keeps what it is told."""

from collections.abc import AsyncIterator, Iterator
from dataclasses import replace
from ipaddress import ip_network
from typing import Any

import httpx
import pytest
import pytest_asyncio
from pydantic import SecretStr
from tests.github.emulated import SEED, TOKEN, emulating

from releaseray.channels import ChannelError, Note
from releaseray.channels.github import GitHub, GitHubConfig
from releaseray.channels.slack import Slack, SlackConfig
from releaseray.github import GitHubApi, GitHubError, Kind, TokenAuth
from releaseray.outbound import OutboundClient, OutboundRefused
from releaseray.sources import Compare
from releaseray.sources.github import GitHubSource
from releaseray.sources.github_rest import GitHubRest


@pytest.fixture(scope="module")
def emulator(tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    """Where GitHub is; Slack is one port above."""
    with emulating(SEED, tmp_path_factory.mktemp("emulator")) as port:
        yield port


@pytest_asyncio.fixture
async def http() -> AsyncIterator[httpx.AsyncClient]:
    async with OutboundClient([ip_network("127.0.0.0/8")]) as client:
        yield client


def github(port: int) -> GitHubConfig:
    return GitHubConfig.model_validate({"token": TOKEN, "apiUrl": f"http://127.0.0.1:{port}"})


def api(port: int, http: httpx.AsyncClient) -> GitHubApi:
    return GitHubApi(http, TokenAuth(SecretStr(TOKEN)), url=f"http://127.0.0.1:{port}", attempts=1)


async def test_a_release_on_github_is_made_edited_and_published(
    emulator: int, http: httpx.AsyncClient, note: Note
) -> None:
    hub = api(emulator, http)
    (head, *_) = await hub.get("/repos/acme/myapp/commits", "acme/myapp")
    await hub.send("POST", "/repos/acme/myapp/git/refs", "x", {"ref": "refs/tags/v1.2.0", "sha": head["sha"]})
    note = replace(note, sha=head["sha"])
    draft = await GitHub().publish(replace(note, draft=True), github(emulator), http)
    again = await GitHub().publish(replace(note, body_md="edited", draft=True), github(emulator), http, draft.external)
    done = await GitHub().publish(replace(note, body_md="edited twice"), github(emulator), http, again.external)
    (release,) = await hub.get("/repos/acme/myapp/releases", "acme/myapp")
    assert {draft.external["id"], again.external["id"], done.external["id"]} == {release["id"]}
    assert (release["draft"], "edited twice" in release["body"]) == (False, True)
    assert (release["tag_name"], done.url) == ("v1.2.0", release["html_url"])


async def test_a_repository_that_is_not_there(emulator: int, http: httpx.AsyncClient, note: Note) -> None:
    with pytest.raises(GitHubError) as caught:
        await api(emulator, http).get("/repos/acme/nothing", "acme/nothing")
    assert caught.value.kind is Kind.NOT_FOUND
    with pytest.raises(ChannelError, match="acme/nothing") as refused:
        await GitHub().publish(replace(note, full_name="acme/nothing"), github(emulator), http)
    assert refused.value.permanent


async def test_without_the_operators_leave_the_emulator_is_not_reached(emulator: int) -> None:
    async with OutboundClient() as strict:
        with pytest.raises(OutboundRefused):
            await strict.get(f"http://127.0.0.1:{emulator}/")
        with pytest.raises(GitHubError, match="RELEASERAY_OUTBOUND_ALLOW") as caught:
            await api(emulator, strict).get("/repos/acme/myapp", "acme/myapp")
    assert not caught.value.passing


async def slack_says(port: int, http: httpx.AsyncClient, method: str, **form: Any) -> Any:
    headers = {"Authorization": f"Bearer {TOKEN}"}
    return (await http.post(f"http://127.0.0.1:{port + 1}/api/{method}", data=form, headers=headers)).json()


async def channel_id(port: int, http: httpx.AsyncClient) -> str:
    channels = (await slack_says(port, http, "conversations.list"))["channels"]
    return next(str(found["id"]) for found in channels if found["name"] == "general")


async def test_a_message_in_slack_is_posted_once_and_edited_in_place(
    emulator: int, http: httpx.AsyncClient, note: Note
) -> None:
    url = f"http://127.0.0.1:{emulator + 1}/api"
    channel = await channel_id(emulator, http)
    config = SlackConfig.model_validate({"botToken": TOKEN, "channelId": channel, "apiUrl": url})
    first = await Slack().publish(note, config, http)
    edited = await Slack().publish(replace(note, title="myapp v1.2.0, corrected"), config, http, first.external)
    found = await Slack().publish(replace(note, title="myapp v1.2.0, found"), config, http, again=True)
    assert first.external["ts"] == edited.external["ts"] == found.external["ts"]
    history = await slack_says(emulator, http, "conversations.history", channel=channel)
    texts = [message["text"] for message in history["messages"] if message.get("blocks")]
    assert [text.splitlines()[0] for text in texts] == ["myapp v1.2.0, found"]


async def test_a_history_is_told_without_a_clone(emulator: int, http: httpx.AsyncClient) -> None:
    hub = api(emulator, http)
    path = "/repos/acme/told"
    await hub.send("POST", "/user/repos", "x", {"name": "told", "auto_init": True})
    of = GitHubSource(GitHubRest(hub, "acme/told"), hub, "acme/told")
    first = await of.head()
    await hub.send("POST", f"{path}/git/refs", "x", {"ref": "refs/tags/v1", "sha": first})
    await hub.send("PUT", f"{path}/contents/a.txt", "x", {"message": "fix: a", "content": "YQ=="})
    await hub.send("PUT", f"{path}/contents/b.txt", "x", {"message": "feat: b", "content": "Yg=="})
    last = await of.head()
    tagger = {"name": "Ada", "email": "ada@example.com", "date": "2026-11-22T10:00:00Z"}
    tag = {"tag": "v2", "message": "Two", "object": last, "type": "commit", "tagger": tagger}
    annotated = await hub.send("POST", f"{path}/git/tags", "x", tag)
    await hub.send("POST", f"{path}/git/refs", "x", {"ref": "refs/tags/v2", "sha": annotated["sha"]})
    assert {(tag.name, tag.sha) for tag in await of.tags()} == {("v1", first), ("v2", last)}
    assert await of.is_ancestor(first, last)
    assert await of.root(last) == first
    history = await of.history(Compare(from_tag="v1", from_sha=first, to_tag="v2", to_sha=last))
    assert [commit.subject for commit in history.commits] == ["feat: b", "fix: a"]
    assert [file.path for commit in history.commits for file in commit.files] == ["b.txt", "a.txt"]


async def test_a_merged_pull_request_is_found_with_the_issue_it_closes(emulator: int, http: httpx.AsyncClient) -> None:
    hub = api(emulator, http)
    path = "/repos/acme/merged"
    await hub.send("POST", "/user/repos", "x", {"name": "merged", "auto_init": True})
    of = GitHubSource(GitHubRest(hub, "acme/merged"), hub, "acme/merged")
    first = await of.head()
    issue = await hub.send("POST", f"{path}/issues", "x", {"title": "It is dark", "labels": ["bug"]})
    await hub.send("POST", f"{path}/git/refs", "x", {"ref": "refs/heads/light", "sha": first})
    file = {"message": "Light", "content": "YQ==", "branch": "light"}
    await hub.send("PUT", f"{path}/contents/light.txt", "x", file)
    asked = {"title": "Let there be light", "head": "light", "base": "main", "body": f"Fixes #{issue['number']}"}
    pull = await hub.send("POST", f"{path}/pulls", "x", asked)
    await hub.send("PUT", f"{path}/pulls/{pull['number']}/merge", "x", {"merge_method": "merge"})
    history = await of.history(Compare(from_tag="v1", from_sha=first, to_tag="v2", to_sha=await of.head()))
    found = history.pulls[pull["number"]]
    assert (found.title, found.author, found.closes) == ("Let there be light", "acme", (issue["number"],))
    assert history.issues[issue["number"]].labels == ("bug",)


class Killed(BaseException):
    """The process died."""


def dying(at: int, moment: str) -> httpx.AsyncClient:
    """A client whose process is killed around its `at`-th call: before it is sent, or before its answer is seen."""
    left = at

    async def count(_: object) -> None:
        nonlocal left
        left -= 1
        if left == 0:
            raise Killed

    client = OutboundClient([ip_network("127.0.0.0/8")])
    client.event_hooks = {moment: [count]}
    return client


@pytest.mark.parametrize("moment", ["request", "response"])
@pytest.mark.parametrize("at", [1, 2, 3])
async def test_killed_at_any_call_a_release_is_made_once(
    emulator: int, http: httpx.AsyncClient, note: Note, at: int, moment: str
) -> None:
    note = replace(note, version=f"v2.{at}-{moment}", sha=None)
    async with dying(at, moment) as mortal:
        with pytest.raises(Killed):
            await GitHub().publish(note, github(emulator), mortal)
    await GitHub().publish(note, github(emulator), http, again=True)
    releases = await api(emulator, http).get("/repos/acme/myapp/releases", "acme/myapp", {"per_page": 100})
    assert [release["tag_name"] for release in releases].count(note.version) == 1


@pytest.mark.parametrize("moment", ["request", "response"])
@pytest.mark.parametrize("at", [1, 2])
async def test_killed_at_any_call_a_message_is_posted_once(
    emulator: int, http: httpx.AsyncClient, note: Note, at: int, moment: str
) -> None:
    note = replace(note, key=f"pub_{at}_{moment}", title=f"killed {at} {moment}")
    channel = await channel_id(emulator, http)
    url = f"http://127.0.0.1:{emulator + 1}/api"
    config = SlackConfig.model_validate({"botToken": TOKEN, "channelId": channel, "apiUrl": url})
    async with dying(at, moment) as mortal:
        with pytest.raises(Killed):
            await Slack().publish(note, config, mortal)
    await Slack().publish(note, config, http, again=True)
    history = await slack_says(emulator, http, "conversations.history", channel=channel)
    titles = [message["text"].splitlines()[0] for message in history["messages"]]
    assert titles.count(note.title) == 1


async def test_a_webhook_of_slack_takes_the_note_once(emulator: int, http: httpx.AsyncClient, note: Note) -> None:
    hook = f"http://127.0.0.1:{emulator + 1}/services/T000000001/B000000001/X000000001"
    config = SlackConfig.model_validate({"webhookUrl": hook})
    first = await Slack().publish(note, config, http)
    assert (await Slack().publish(note, config, http, first.external)).external == first.external
