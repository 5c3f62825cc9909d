"""Slack: what a note looks like there, and that it is there once."""

from dataclasses import replace
from typing import Any

import httpx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.channels.conftest import Vendor

from releaseray.channels import ChannelError, Note
from releaseray.channels.slack import Slack, SlackConfig
from releaseray.channels.slack_blocks import message

HOOK = SlackConfig.model_validate({"webhookUrl": "https://hooks.slack.com/services/T/B/secret"})
BOT = SlackConfig.model_validate({"botToken": "xoxb-secret", "channelId": "C1"})
OK = httpx.Response(200, text="ok")


def said(**answer: Any) -> httpx.Response:
    return httpx.Response(200, json={"ok": True, **answer})


def refused(error: str) -> httpx.Response:
    return httpx.Response(200, json={"ok": False, "error": error})


def texts(node: Any) -> list[str]:
    if isinstance(node, dict):
        own = [node["text"]] if isinstance(node.get("text"), str) else []
        return own + [text for value in node.values() if not isinstance(value, str) for text in texts(value)]
    return [text for item in node for text in texts(item)] if isinstance(node, list) else []


def test_a_note_in_blocks(note: Note) -> None:
    blocks = message(note)["blocks"]
    assert blocks[0] == {"type": "header", "text": {"type": "plain_text", "text": "myapp v1.2.0"}}
    elements = blocks[1]["elements"]
    assert [element["type"] for element in elements] == [
        "rich_text_section",
        "rich_text_list",
        "rich_text_list",
        "rich_text_list",
        "rich_text_section",
        "rich_text_list",
        "rich_text_preformatted",
    ]
    first = elements[1]["elements"][0]["elements"]
    assert first[0] == {"type": "text", "text": "Dark mode", "style": {"bold": True}}
    assert first[2] == {"type": "link", "url": "https://example.com/dash", "text": "dashboard"}
    assert [(part.get("style"), part.get("indent"), part.get("offset")) for part in elements[1:6]] == [
        ("bullet", 0, None),
        ("bullet", 1, None),
        ("bullet", 0, None),
        (None, None, None),
        ("ordered", 0, 0),
    ]
    assert elements[6]["elements"] == [{"type": "text", "text": "myapp migrate <all>"}]
    assert str(note.hosted_url) in str(blocks[-1])


def test_the_plain_text_pings_nobody(note: Note) -> None:
    text = message(replace(note, title="<!channel> & co", highlights=("<@U1> did it",)))["text"]
    assert text.startswith("&lt;!channel&gt; &amp; co\n• &lt;@U1&gt; did it")


@pytest.mark.parametrize(
    "body",
    [
        "",
        "- item with some words and a [link](https://example.com/a/b/c)\n" * 2000,
        "## Heading\n\ntext\n\n" * 1000,
        "word " * 10_000,
        "x" * 50_000,
        "```\n" + "code\n" * 9000 + "```",
        "- a\n  - b\n    - c\n" * 300,
        "[x](https://example.com/" + "y" * 20_000 + ")",
        "- **a** b *c* `d` [e](https://f.example) ~~g~~ h\n" * 2000,
    ],
    ids=["empty", "items", "headings", "paragraph", "one word", "code", "nested", "long link", "styles"],
)
def test_the_limits_hold(note: Note, body: str) -> None:
    made = message(replace(note, title="t" * 400, body_md=body))
    blocks = made["blocks"]
    assert len(blocks) <= 50
    assert len(blocks[0]["text"]["text"]) <= 150
    assert all(text and len(text) <= 3000 for text in texts(blocks))
    assert sum(map(len, texts(blocks))) <= 9000
    assert len(made["text"]) <= 3000
    if len(body) > 9000:
        assert "Shortened" in str(blocks[-1])
        assert str(note.hosted_url) in str(blocks[-1])


def test_without_a_title_the_version_stands_at_the_top(note: Note) -> None:
    assert message(replace(note, title=" \n"))["blocks"][0]["text"]["text"] == "v1.2.0"


@settings(deadline=None)
@given(st.text(alphabet="#*_`-[]()<>!|~\\ \n1.abé\t&;:/\"'", max_size=200), st.integers(1, 200))
def test_any_note_fits(text: str, times: int) -> None:
    made = message(Note("k", text, "v1", text * times, "engineer", "acme/myapp", highlights=(text,)))
    assert len(made["blocks"]) <= 50
    assert all(text and len(text) <= 3000 for text in texts(made["blocks"]))


async def test_a_webhook_is_called_once(note: Note, vendor: Vendor) -> None:
    vendor.says(OK)
    first = await Slack().publish(note, HOOK, vendor.http)
    again = await Slack().publish(note, HOOK, vendor.http, first.external)
    assert (first.url, again.external) == (None, first.external)
    assert len(vendor.requests) == 1
    with pytest.raises(ChannelError, match="cannot edit") as caught:
        await Slack().publish(replace(note, body_md="edited"), HOOK, vendor.http, first.external)
    assert caught.value.permanent


@pytest.mark.parametrize(
    ("trouble", "permanent", "message"),
    [
        (httpx.ConnectError("no"), False, "could not be reached"),
        (httpx.ReadTimeout("slow"), True, "may have been posted"),
        (httpx.RemoteProtocolError("gone"), True, "may have been posted"),
        (httpx.Response(504), True, "may have been posted"),
        (httpx.Response(500, text="rollup_error"), False, "Slack answered 500: rollup_error"),
        (httpx.Response(404, text="no_service"), True, "Slack answered 404: no_service"),
        (httpx.Response(403, text="secret: https://hooks.slack.com/services/T/B/secret"), True, r"secret: \*\*\*"),
    ],
)
async def test_trouble_with_a_webhook(
    note: Note, vendor: Vendor, trouble: httpx.Response | Exception, permanent: bool, message: str
) -> None:
    vendor.says(trouble)
    with pytest.raises(ChannelError, match=message) as caught:
        await Slack().publish(note, HOOK, vendor.http)
    assert caught.value.permanent is permanent


async def test_slack_says_when_to_come_back(note: Note, vendor: Vendor) -> None:
    vendor.says(httpx.Response(429, headers={"retry-after": "30"}))
    with pytest.raises(ChannelError) as caught:
        await Slack().publish(note, HOOK, vendor.http)
    assert (caught.value.retry_after, caught.value.permanent) == (30, False)


async def test_a_webhook_whose_outcome_is_unknown_is_not_called_again(note: Note, vendor: Vendor) -> None:
    with pytest.raises(ChannelError, match="not sent again") as caught:
        await Slack().publish(note, HOOK, vendor.http, again=True)
    assert caught.value.permanent
    assert vendor.requests == []


async def test_a_bot_posts_and_then_edits_in_place(note: Note, vendor: Vendor) -> None:
    vendor.says(said(channel="C1", ts="17.1"), said(permalink="https://acme.slack.com/archives/C1/p171"))
    first = await Slack().publish(note, BOT, vendor.http)
    assert first.url == "https://acme.slack.com/archives/C1/p171"
    assert vendor.requests[0].headers["authorization"] == "Bearer xoxb-secret"
    assert vendor.body(0)["metadata"]["event_payload"] == {"publication": "pub_1", "version": "v1.2.0"}
    vendor.says(said(channel="C1", ts="17.1"), said(permalink="https://acme.slack.com/archives/C1/p171"))
    second = await Slack().publish(replace(note, body_md="edited"), BOT, vendor.http, first.external)
    assert second == first
    assert [call.rpartition("/")[2] for call in vendor.calls] == [
        "chat.postMessage",
        "chat.getPermalink",
        "chat.update",
        "chat.getPermalink",
    ]
    assert (vendor.body(2)["ts"], vendor.body(2)["channel"]) == ("17.1", "C1")


async def test_a_message_that_somebody_deleted_is_posted_anew(note: Note, vendor: Vendor) -> None:
    before = {"channel": "C1", "ts": "17.1", "asked": "C1"}
    vendor.says(refused("message_not_found"), said(channel="C1", ts="18.1"), refused("missing_scope"))
    result = await Slack().publish(note, BOT, vendor.http, before)
    assert (result.external["ts"], result.url) == ("18.1", None)


async def test_another_channel_gets_its_own_message(note: Note, vendor: Vendor) -> None:
    vendor.says(said(channel="C1", ts="18.1"), said(permalink="https://x.example"))
    await Slack().publish(note, BOT, vendor.http, {"channel": "C0", "ts": "17.1", "asked": "C0"})
    assert vendor.calls[0] == "POST /api/chat.postMessage"


def in_history(key: str) -> dict[str, Any]:
    return {"ts": "17.1", "metadata": {"event_type": "releaseray_publication", "event_payload": {"publication": key}}}


async def test_after_an_unknown_outcome_the_bot_looks_first(note: Note, vendor: Vendor) -> None:
    history = said(messages=["odd", {"ts": "16.0"}, in_history("pub_0"), in_history("pub_1")])
    vendor.says(history, said(), said(permalink="https://x.example"))
    result = await Slack().publish(note, BOT, vendor.http, again=True)
    assert result.external["ts"] == "17.1"
    assert vendor.calls[1] == "POST /api/chat.update"


async def test_a_bot_that_may_not_look_does_not_post_twice(note: Note, vendor: Vendor) -> None:
    vendor.says(refused("missing_scope"))
    with pytest.raises(ChannelError, match="channels:history") as caught:
        await Slack().publish(note, BOT, vendor.http, again=True)
    assert caught.value.permanent
    assert len(vendor.requests) == 1


@pytest.mark.parametrize(
    ("answer", "permanent", "unsure"),
    [
        (refused("not_in_channel"), True, False),
        (refused("token_revoked"), True, False),
        (refused("ratelimited"), False, False),
        (refused("fatal_error"), False, True),
        (httpx.Response(200, text="<html>"), False, True),
        (httpx.Response(200, json=[]), False, True),
        (httpx.Response(200, json={"ok": True}), False, True),
        (httpx.ReadTimeout("slow"), False, True),
        (httpx.ConnectTimeout("slow"), False, False),
    ],
)
async def test_trouble_with_the_web_api(
    note: Note, vendor: Vendor, answer: httpx.Response | Exception, permanent: bool, unsure: bool
) -> None:
    vendor.says(answer)
    with pytest.raises(ChannelError) as caught:
        await Slack().publish(note, BOT, vendor.http)
    assert (caught.value.permanent, caught.value.unsure) == (permanent, unsure)
    assert "xoxb" not in caught.value.message


async def test_trying_the_settings(vendor: Vendor) -> None:
    vendor.says(said(user="releaseray", team="Acme"), OK)
    assert await Slack().test(BOT, vendor.http) == "The token is valid: releaseray in Acme."
    assert "test message" in await Slack().test(HOOK, vendor.http)
