"""The feeds, as a feed reader understands them."""

import json
from datetime import timedelta
from typing import Any
from xml.etree import ElementTree

import feedparser
import pytest

from tests.web.catalog import DAY, Catalog, filled, note

HOME = "https://notes.example/changelog/acme-myapp"


async def parsed(catalog: Catalog, slug: str, kind: str) -> Any:
    answer = await catalog.get(f"/changelog/{slug}/feed.{kind}")
    assert answer.status_code == 200
    feed = feedparser.parse(answer.content, response_headers=dict(answer.headers))
    assert not feed.bozo, feed.get("bozo_exception")
    return feed


@pytest.mark.parametrize(("kind", "version"), [("rss", "rss20"), ("atom", "atom10")])
async def test_a_feed_reader_finds_the_newest_twenty(catalog: Catalog, kind: str, version: str) -> None:
    feed = await parsed(catalog, "acme-myapp", kind)
    assert feed.version == version
    assert feed.feed.title == "acme/myapp changelog"
    assert feed.feed.subtitle == "Reports that write themselves, for small teams."
    assert feed.feed.link == HOME
    assert [entry.title for entry in feed.entries][:2] == ["v2.4.0", "v2.3.40"]
    assert len(feed.entries) == 20
    first = feed.entries[0]
    assert first.link == f"{HOME}/releases/v2.4.0"
    assert first.published_parsed[:5] == (2025, 11, 3, 14, 32)
    body = first.summary if kind == "rss" else first.content[0].value
    assert "<strong>seconds</strong>" in body


async def test_the_json_feed_says_the_same(catalog: Catalog) -> None:
    answer = await catalog.get("/changelog/acme-myapp/feed.json")
    assert answer.headers["content-type"] == "application/feed+json; charset=utf-8"
    feed = json.loads(answer.content)
    assert feed["version"] == "https://jsonfeed.org/version/1.1"
    assert (feed["home_page_url"], feed["feed_url"]) == (HOME, f"{HOME}/feed.json")
    assert len(feed["items"]) == 20
    assert feed["items"][0]["url"] == f"{HOME}/releases/v2.4.0"
    assert feed["items"][0]["date_published"] == "2025-11-03T14:32:00Z"
    assert "<strong>seconds</strong>" in feed["items"][0]["content_html"]


async def ids(catalog: Catalog, kind: str) -> list[str]:
    if kind == "json":
        answer = await catalog.get("/changelog/acme-myapp/feed.json")
        return [item["id"] for item in json.loads(answer.content)["items"]]
    return [entry.id for entry in (await parsed(catalog, "acme-myapp", kind)).entries]


@pytest.mark.parametrize("kind", ["rss", "atom", "json"])
async def test_ids_are_unique_and_survive_a_move_and_a_correction(kind: str) -> None:
    before = filled(public_url="http://localhost:8000")
    after = filled(public_url="https://acme.example/notes")
    after.notes["acme-myapp"][0] = note("v2.4.0", "Corrected.", DAY + timedelta(days=3))
    known = await ids(before, kind)
    assert len(set(known)) == 20
    assert await ids(after, kind) == known


@pytest.mark.parametrize("kind", ["rss", "atom"])
async def test_a_repository_without_notes_has_a_valid_feed(catalog: Catalog, kind: str) -> None:
    feed = await parsed(catalog, "acme-quiet", kind)
    assert feed.entries == []
    assert feed.feed.subtitle == "What is new in acme/quiet."


@pytest.mark.parametrize("kind", ["rss", "atom"])
async def test_what_xml_forbids_is_left_out(catalog: Catalog, kind: str) -> None:
    nasty = "a\x00\x0b\x1b\ufffe\ud800 <b>&amp; ]]> \U0001f389"
    catalog.add("x", [note("v1", nasty, title=nasty)], name=nasty, description=nasty)
    answer = await catalog.get(f"/changelog/x/feed.{kind}")
    root = ElementTree.fromstring(answer.content)
    titles = {element.text for element in root.iter() if element.tag.endswith("title")}
    assert titles == {"a <b>&amp; ]]> \U0001f389", "a <b>&amp; ]]> \U0001f389 changelog"}


async def test_the_json_feed_takes_anything(catalog: Catalog) -> None:
    nasty = 'a\x00\ud800 "</script>\U0001f389'
    catalog.add("x", [note("v1", nasty, title=nasty)], name=nasty)
    item = json.loads((await catalog.get("/changelog/x/feed.json")).content)["items"][0]
    assert item["title"] == 'a "</script>\U0001f389'


@pytest.mark.parametrize("kind", ["rss", "atom"])
async def test_odd_versions_have_links_that_work(catalog: Catalog, kind: str) -> None:
    for entry in (await parsed(catalog, "acme-mono", kind)).entries:
        assert (await catalog.get(entry.link.removeprefix("https://notes.example"))).status_code == 200


async def test_pages_tell_browsers_of_the_feeds(catalog: Catalog) -> None:
    for path in ("/changelog/acme-myapp", "/changelog/acme-myapp/releases/v2.4.0"):
        page = (await catalog.get(path)).text
        for kind, media_type in (("rss", "rss+xml"), ("atom", "atom+xml"), ("json", "feed+json")):
            assert f'<link rel="alternate" type="application/{media_type}"' in page
            assert f'href="{HOME}/feed.{kind}">' in page


async def test_other_sites_may_read_a_feed(catalog: Catalog) -> None:
    headers = (await catalog.get("/changelog/acme-myapp/feed.json")).headers
    assert headers["access-control-allow-origin"] == "*"
    assert headers["cross-origin-resource-policy"] == "cross-origin"
