"""Publishing to the hosted page, and channels that are not set up."""

import time
from typing import Any

import httpx
import pytest


def publish(client: httpx.Client, draft_id: str, channel: str = "hosted", **more: Any) -> httpx.Response:
    return client.post("/api/publish", json={"draftId": draft_id, "channel": channel, **more})


def test_a_published_draft_is_on_the_public_page(client: httpx.Client, draft: dict[str, Any]) -> None:
    published = publish(client, draft["id"]).json()
    page = httpx.get(published["url"].replace("http://127.0.0.1:8000", str(client.base_url).rstrip("/")))
    assert page.status_code == 200
    assert "OAuth2" in page.text
    assert client.get(f"/api/publish/{published['id']}").json() == published


def test_publishing_again_updates_what_is_there(client: httpx.Client, draft: dict[str, Any]) -> None:
    first = publish(client, draft["id"])
    client.patch(f"/api/drafts/{draft['id']}", json={"bodyMd": "## Better words"})
    again = publish(client, draft["id"])
    assert (first.status_code, again.status_code) == (201, 200)
    assert again.json()["id"] == first.json()["id"]
    path = httpx.URL(first.json()["url"]).path
    assert "Better words" in client.get(path).text
    listing = client.get(path.partition("/releases/")[0]).text
    assert listing.count("Better words") == 1


def test_what_reads_as_before_is_nothing_new_to_feed_readers(client: httpx.Client, draft: dict[str, Any]) -> None:
    path = httpx.URL(publish(client, draft["id"]).json()["url"]).path.partition("/releases/")[0]

    def changed() -> str:
        (item,) = client.get(f"{path}/feed.json").json()["items"]
        return f"{item['date_modified']} {item['content_html']}"

    first = changed()
    time.sleep(1)
    assert publish(client, draft["id"]).status_code == 200
    assert changed() == first
    client.patch(f"/api/drafts/{draft['id']}", json={"bodyMd": "## Better words"})
    publish(client, draft["id"])
    assert changed()[:20] > first[:20]


@pytest.mark.parametrize("channel", ["github", "intercom", "slack", "teams"])
def test_a_channel_that_is_not_set_up_says_how(client: httpx.Client, draft: dict[str, Any], channel: str) -> None:
    answer = publish(client, draft["id"], channel)
    assert (answer.status_code, answer.json()["error"]) == (409, "Conflict")
    assert "not set up" in answer.json()["message"]
    assert f"/api/channels/{channel}" in answer.json()["message"]


@pytest.mark.parametrize(
    ("more", "field"), [({"channel": "fax"}, "channel"), ({"draft": True}, "draft"), ({"draft": "yes"}, "draft")]
)
def test_bad_publications_are_refused_by_field(
    client: httpx.Client, draft: dict[str, Any], more: dict[str, Any], field: str
) -> None:
    answer = publish(client, draft["id"], **more)
    assert answer.status_code == 400
    assert list(answer.json()["details"]) == [field]


def test_nothing_in_a_draft_is_live_on_the_page(client: httpx.Client, draft: dict[str, Any]) -> None:
    client.patch(
        f"/api/drafts/{draft['id']}", json={"bodyMd": "# Hi\n<script>alert(1)</script> [x](javascript:alert(1))"}
    )
    page = client.get(httpx.URL(publish(client, draft["id"]).json()["url"]).path)
    assert "<script" not in page.text
    assert 'href="javascript' not in page.text
    assert "default-src 'none'" in page.headers["Content-Security-Policy"]
