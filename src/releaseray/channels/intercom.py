"""Intercom news items: created once, then updated."""

import asyncio
import time
from collections.abc import Mapping
from html import unescape
from typing import Annotated, Any, Literal

import httpx
import nh3
from markdown_it import MarkdownIt
from pydantic import BeforeValidator, ConfigDict, Field

from releaseray.channels import ApiUrl, ChannelConfig, ChannelError, LeftOut, Note, Result, Token
from releaseray.channels.calls import call, json_object, objects
from releaseray.channels.cutting import cut_markdown, shorten

VERSION = "2.14"
REGIONS = {
    "us": "https://api.intercom.io",
    "eu": "https://api.eu.intercom.io",
    "au": "https://api.au.intercom.io",
}
MAX_BODY = 20_000
MAX_TITLE = 200
ITEMS_A_PAGE = 50
MAX_ITEMS = 1_000

_HTML = MarkdownIt("js-default", {"html": False})


def _whole(value: object) -> object:
    """A number however it is written: `2`, `2.0` (JSON knows one kind of number) or `"2"`."""
    if isinstance(value, float) and value.is_integer():
        return int(value)
    return int(value) if isinstance(value, str) and value.isascii() and value.isdigit() and len(value) < 19 else value


Number = Annotated[int, Field(ge=1), BeforeValidator(_whole)]


class IntercomConfig(ChannelConfig):
    """`senderId` is the teammate in whose name the item appears; numbers may be given as strings of digits."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [{"accessToken": "dG9rOnNlY3JldA==", "region": "us", "senderId": 991267, "newsfeedId": 53732}]
        }
    )

    access_token: Token
    region: Literal["us", "eu", "au"]
    sender_id: Number
    newsfeed_id: Number
    api_url: Annotated[ApiUrl | None, LeftOut()] = None


class Intercom:
    """Publishes a note to one newsfeed."""

    name = "intercom"
    setup = 'Send PUT /api/channels/intercom with {"accessToken", "region", "senderId", "newsfeedId"}.'
    audience = "customer"
    Config = IntercomConfig

    async def publish(
        self,
        note: Note,
        config: IntercomConfig,
        http: httpx.AsyncClient,
        previous: Mapping[str, Any] | None = None,
        *,
        again: bool = False,
    ) -> Result:
        item = await asyncio.to_thread(_item, note, config)
        known = str(previous["id"]) if previous and previous.get("id") else None
        if known is None and again:
            known = await _find(item, config, http)
        if known is not None and (result := await _update(known, item, config, http)):
            return result
        # Intercom refuses dates in the future, and clocks differ.
        assignment = {"newsfeed_id": config.newsfeed_id, "published_at": int(time.time()) - 60}
        answer = await _ask(
            "POST", "/news/news_items", config, http, json=item | {"newsfeed_assignments": [assignment]}
        )
        return _result(answer)

    async def test(self, config: IntercomConfig, http: httpx.AsyncClient) -> str:
        feed = await _ask("GET", f"/news/newsfeeds/{config.newsfeed_id}", config, http)
        return f"The token is valid and sees the newsfeed {feed.get('name') or config.newsfeed_id}."


def body_html(note: Note) -> str:
    """The note as the HTML of a news item, cut between blocks when it is very long."""
    more = f"[Read the whole]({note.whole_url})" if note.whole_url else "…"
    markdown, _ = cut_markdown(note.body_md, MAX_BODY, more)
    return nh3.clean(_HTML.render(markdown), url_schemes={"http", "https", "mailto"}, link_rel=None)


def _item(note: Note, config: IntercomConfig) -> dict[str, Any]:
    title = shorten(note.heading, MAX_TITLE)
    return {"title": title, "body": body_html(note), "sender_id": config.sender_id, "state": "live"}


async def _update(id: str, item: Mapping[str, Any], config: IntercomConfig, http: httpx.AsyncClient) -> Result | None:
    """The updated item; None when somebody deleted it. Its newsfeeds are left as they are."""
    try:
        return _result(await _ask("PUT", f"/news/news_items/{id}", config, http, json=dict(item)))
    except ChannelError as error:
        if error.status == 404:
            return None
        raise


async def _find(item: Mapping[str, Any], config: IntercomConfig, http: httpx.AsyncClient) -> str | None:
    """The item of the same title, sender and text that an earlier, unanswered call may have created.

    Raises a permanent `ChannelError` where that cannot be found out: one of another text may be an earlier attempt's or
    somebody else's, and further back than so many pages nobody looks.
    """
    query: dict[str, Any] | None = {"page": 1, "per_page": ITEMS_A_PAGE}
    doubtful, seen = False, set[str]()
    while query is not None:
        if len(seen) >= MAX_ITEMS:
            raise cannot_tell(f"there are more than {MAX_ITEMS} news items")
        answer = await _ask("GET", "/news/news_items", config, http, params=query)
        page = {str(found.get("id")): found for found in objects(answer, "data")}
        if page.keys() & seen:
            raise cannot_tell("Intercom does not give more than its first news items")
        seen |= page.keys()
        for id, found in page.items():
            if found.get("title") == item["title"] and str(found.get("sender_id")) == str(item["sender_id"]):
                if _words(found.get("body")) in (_words(item["body"]), ""):
                    return id
                doubtful = True
        query = _next_page(answer, query)
    if doubtful:
        raise cannot_tell("there is a news item of this title with another text")
    return None


def cannot_tell(why: str) -> ChannelError:
    """The error for an earlier call of unknown outcome, when it cannot be found out either."""
    return ChannelError(
        f"An earlier attempt ended without an answer, and whether it made a news item cannot be told: {why}. "
        "Look in Intercom; it is not sent again.",
        permanent=True,
        unsure=True,
    )


def _next_page(answer: Mapping[str, Any], query: Mapping[str, Any]) -> dict[str, Any] | None:
    """What to ask for next: by the cursor where there is one, else by number; None after the last page."""
    match answer.get("pages"):
        case {"next": {"starting_after": str(cursor)}}:
            return {"per_page": ITEMS_A_PAGE, "starting_after": cursor}
        case {"page": int(page), "total_pages": int(pages)} if page < pages:
            return {"page": page + 1, "per_page": ITEMS_A_PAGE}
        case {"total_pages": int(pages)} if query.get("page", pages) < pages:
            return {"page": query["page"] + 1, "per_page": ITEMS_A_PAGE}
    return None


def _words(html: object) -> str:
    """The text of some HTML, however it is marked up."""
    return " ".join(unescape(nh3.clean(str(html or ""), tags=set())).split())


def _result(answer: Mapping[str, Any]) -> Result:
    if not answer.get("id"):
        raise ChannelError("Intercom did not say which news item it made.", unsure=True)
    return Result(None, {"id": str(answer["id"])})


async def _ask(
    method: str, path: str, config: IntercomConfig, http: httpx.AsyncClient, **request: Any
) -> dict[str, Any]:
    token = config.access_token
    headers = {
        "Authorization": f"Bearer {token.get_secret_value()}",
        "Accept": "application/json",
        "Intercom-Version": VERSION,
    }
    url = (config.api_url or REGIONS[config.region]).rstrip("/") + path
    response = await call(http, "Intercom", method, url, secrets=[token], headers=headers, **request)
    return json_object(response, "Intercom")


CHANNEL = Intercom()
