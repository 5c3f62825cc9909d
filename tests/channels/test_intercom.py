"""Intercom: a news item is made once and then updated."""

from dataclasses import replace

import httpx
import pytest
from tests.channels.conftest import Vendor

from releaseray.channels import ChannelError, Note
from releaseray.channels.intercom import Intercom, IntercomConfig, body_html

SETTINGS = {"accessToken": "tok_secret", "region": "eu", "senderId": 7, "newsfeedId": 9}
CONFIG = IntercomConfig.model_validate(SETTINGS)
MADE = httpx.Response(200, json={"type": "news-item", "id": "141", "title": "myapp v1.2.0"})


@pytest.mark.parametrize(
    ("region", "host"),
    [("us", "api.intercom.io"), ("eu", "api.eu.intercom.io"), ("au", "api.au.intercom.io")],
)
async def test_every_region_has_its_host(note: Note, vendor: Vendor, region: str, host: str) -> None:
    vendor.says(MADE)
    await Intercom().publish(note, IntercomConfig.model_validate(SETTINGS | {"region": region}), vendor.http)
    assert vendor.requests[0].url.host == host


async def test_an_item_is_made_and_then_updated(note: Note, vendor: Vendor) -> None:
    vendor.says(MADE, MADE)
    first = await Intercom().publish(note, CONFIG, vendor.http)
    await Intercom().publish(replace(note, body_md="edited"), CONFIG, vendor.http, first.external)
    assert vendor.calls == ["POST /news/news_items", "PUT /news/news_items/141"]
    assert vendor.requests[0].headers["intercom-version"] == "2.14"
    made, updated = vendor.body(0), vendor.body(1)
    assert (made["title"], made["sender_id"], made["state"]) == ("myapp v1.2.0", 7, "live")
    assert made["newsfeed_assignments"][0]["newsfeed_id"] == 9
    assert updated["body"] == "<p>edited</p>\n"
    assert "newsfeed_assignments" not in updated


async def test_an_item_that_somebody_deleted_is_made_anew(note: Note, vendor: Vendor) -> None:
    vendor.says(httpx.Response(404, json={"type": "error.list"}), MADE)
    await Intercom().publish(note, CONFIG, vendor.http, {"id": "7"})
    assert vendor.calls == ["PUT /news/news_items/7", "POST /news/news_items"]


async def test_after_an_unknown_outcome_it_looks_first(note: Note, vendor: Vendor) -> None:
    first = {"data": [{"id": 1, "title": "other", "sender_id": 7}], "pages": {"total_pages": 2}}
    second = {"data": ["odd", {"id": 141, "title": "myapp v1.2.0", "sender_id": 7}], "pages": {"total_pages": 2}}
    vendor.says(httpx.Response(200, json=first), httpx.Response(200, json=second), MADE)
    await Intercom().publish(note, CONFIG, vendor.http, again=True)
    assert vendor.calls[-1] == "PUT /news/news_items/141"
    vendor.says(httpx.Response(200, json={"data": []}), MADE)
    await Intercom().publish(note, CONFIG, vendor.http, again=True)
    assert vendor.calls[-1] == "POST /news/news_items"


def test_the_body_is_clean_html(note: Note) -> None:
    html = body_html(replace(note, body_md="<script>x</script> [a](javascript:x) [b](https://b.example) **c**"))
    assert "<script" not in html
    assert 'href="javascript' not in html
    assert '<a href="https://b.example">b</a> <strong>c</strong>' in html


def test_a_long_note_leads_to_the_whole(note: Note) -> None:
    html = body_html(replace(note, body_md="- item\n" * 10_000))
    assert len(html) < 60_000
    assert html.rstrip().endswith(f'<p><a href="{note.hosted_url}">Read the whole</a></p>')


@pytest.mark.parametrize(
    ("answer", "permanent", "unsure"),
    [
        (httpx.Response(401, json={"errors": [{"message": "Access Token Invalid"}]}), True, False),
        (httpx.Response(429), False, False),
        (httpx.Response(500), False, False),
        (httpx.Response(200, text="?"), False, True),
        (httpx.Response(200, json={}), False, True),
        (httpx.ReadTimeout("slow"), False, True),
    ],
)
async def test_trouble(
    note: Note, vendor: Vendor, answer: httpx.Response | Exception, permanent: bool, unsure: bool
) -> None:
    vendor.says(answer)
    with pytest.raises(ChannelError) as caught:
        await Intercom().publish(note, CONFIG, vendor.http)
    assert (caught.value.permanent, caught.value.unsure) == (permanent, unsure)


async def test_trying_the_settings(vendor: Vendor) -> None:
    vendor.says(httpx.Response(200, json={"id": "9", "name": "Product news"}))
    assert "Product news" in await Intercom().test(CONFIG, vendor.http)
