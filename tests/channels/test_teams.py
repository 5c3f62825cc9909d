"""Teams: cards that Microsoft's own schema accepts, sent at most once."""

import json
from dataclasses import replace
from importlib.resources import files
from typing import Any

import httpx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft7Validator
from tests.channels.conftest import Vendor

from releaseray.channels import ChannelError, Note
from releaseray.channels.teams import Teams, TeamsConfig
from releaseray.channels.teams_card import message

CONFIG = TeamsConfig.model_validate({"webhookUrl": "https://acme.example/workflows/1?sig=secret"})
SCHEMA = Draft7Validator(json.loads(files("adaptive_cards").joinpath("schemas/schema-1.5.json").read_text("utf-8")))
BODIES = {
    "empty": "",
    "items": "- item with **bold** words and a [link](https://example.com/a/b/c)\n" * 2000,
    "headings": "## Heading\n\ntext\n\n" * 1000,
    "paragraph": "wörd " * 10_000,
    "one word": "é" * 50_000,
    "code": "```\n" + "code  code\n\n\tx\n" * 2000 + "```",
    "nested": "1. a\n   - b\n\n     c\n" * 300,
    "quote": "> *q* ~~x~~ `c`\n",
    "quotation marks": '"\\\\" ' * 10_000,
    "long link": "[x](https://example.com/" + "y" * 20_000 + ")",
}


def card(note: Note) -> dict[str, Any]:
    content: dict[str, Any] = message(note)["attachments"][0]["content"]
    return content


@pytest.mark.parametrize("body", BODIES.values(), ids=BODIES)
def test_every_card_fits_the_schema_and_the_limit(note: Note, body: str) -> None:
    made = card(replace(note, title="t" * 400, body_md=body))
    SCHEMA.validate(made)
    assert len(json.dumps(message(note), ensure_ascii=False).encode()) <= 12_000
    assert len(json.dumps(made, ensure_ascii=False).encode()) <= 12_500
    if len(body) > 12_000:
        assert made["actions"][0] == {"type": "Action.OpenUrl", "title": "Read the whole", "url": note.hosted_url}


@settings(deadline=None)
@given(st.text(alphabet="#*_`-[]()<>!|~\\ \n1.abé\t&;:/\"'", max_size=200), st.integers(1, 100))
def test_any_note_fits(text: str, times: int) -> None:
    made = message(Note("k", text, "v1", text * times, "engineer", "acme/myapp"))
    SCHEMA.validate(made["attachments"][0]["content"])
    assert len(json.dumps(made, ensure_ascii=False).encode()) <= 12_000


def test_the_schema_would_notice() -> None:
    assert not SCHEMA.is_valid({"type": "AdaptiveCard", "version": "1.5", "body": [{"type": "RichTextBlock"}]})


def test_a_note_as_a_card(note: Note) -> None:
    body = card(note)["body"]
    assert (body[0]["text"], body[0]["style"]) == ("myapp v1.2.0", "heading")
    assert body[2]["inlines"][:3] == [
        {"type": "TextRun", "text": "• "},
        {"type": "TextRun", "text": "Dark mode", "weight": "Bolder"},
        {"type": "TextRun", "text": " for the "},
    ]
    assert body[2]["inlines"][3]["selectAction"] == {"type": "Action.OpenUrl", "url": "https://example.com/dash"}
    assert body[-1]["inlines"][0]["fontType"] == "Monospace"


def test_a_title_is_taken_literally(note: Note) -> None:
    assert card(replace(note, title="[x](http://y) *z*"))["body"][0]["text"] == r"\[x\](http://y) \*z\*"


async def test_it_is_sent_once(note: Note, vendor: Vendor) -> None:
    vendor.says(httpx.Response(202))
    first = await Teams().publish(note, CONFIG, vendor.http)
    await Teams().publish(note, CONFIG, vendor.http, first.external)
    assert len(vendor.requests) == 1
    attachment = vendor.body()["attachments"][0]
    assert attachment["contentType"] == "application/vnd.microsoft.card.adaptive"
    for previous, again in ((first.external, False), (None, True)):
        with pytest.raises(ChannelError) as caught:
            await Teams().publish(replace(note, body_md="edited"), CONFIG, vendor.http, previous, again=again)
        assert caught.value.permanent


@pytest.mark.parametrize(
    ("answer", "permanent"),
    [
        (httpx.Response(429, headers={"retry-after": "5"}), False),
        (httpx.Response(503), False),
        (httpx.Response(401, text='{"error":{"code":"DirectApiAuthorizationRequired"}}'), True),
        (httpx.ReadTimeout("slow"), True),
        (httpx.Response(200, text="Webhook message delivery failed with error: HTTP error 429"), True),
    ],
)
async def test_trouble(note: Note, vendor: Vendor, answer: httpx.Response | Exception, permanent: bool) -> None:
    vendor.says(answer)
    with pytest.raises(ChannelError) as caught:
        await Teams().publish(note, CONFIG, vendor.http)
    assert caught.value.permanent is permanent
    assert "secret" not in caught.value.message


async def test_trying_the_settings(vendor: Vendor) -> None:
    vendor.says(httpx.Response(202))
    assert "test message" in await Teams().test(CONFIG, vendor.http)
    SCHEMA.validate(vendor.body()["attachments"][0]["content"])
