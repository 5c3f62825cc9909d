"""Intercom and a Workflow of Teams as servers that keep what they take, held to what their vendors publish."""

import itertools
import json
from abc import ABC, abstractmethod
from collections.abc import Callable
from importlib.resources import files
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
from jsonschema import Draft7Validator
from tests.receiver import Answer, Received, Receiver

Json = dict[str, Any]
Trouble = Callable[[Received, Callable[[Received], Answer]], Answer]
CARDS = Draft7Validator(json.loads(files("adaptive_cards").joinpath("schemas/schema-1.5.json").read_text("utf-8")))
# Names and types of Intercom's API 2.14, `news_item_request`.
_ITEM: Json = {
    "type": "object",
    "additionalProperties": False,
    "properties": {
        "title": {"type": "string", "minLength": 1},
        "body": {"type": "string"},
        "sender_id": {"type": "integer"},
        "state": {"enum": ["draft", "live"]},
        "deliver_silently": {"type": "boolean"},
        "labels": {"type": "array", "items": {"type": "string"}},
        "reactions": {"type": "array", "items": {"type": ["string", "null"]}},
        "newsfeed_assignments": {
            "type": "array",
            "items": {
                "type": "object",
                "additionalProperties": False,
                "properties": {"newsfeed_id": {"type": "integer"}, "published_at": {"type": "integer"}},
            },
        },
    },
}
_NEW, _CHANGED = Draft7Validator(_ITEM | {"required": ["title", "sender_id"]}), Draft7Validator(_ITEM)


class Vendor(ABC):
    """`troubles` answer one request each that would make or change something, before or instead of the vendor."""

    channel: str

    def __init__(self, receiver: Receiver) -> None:
        self.receiver = receiver
        self.troubles: list[Trouble] = []
        self.refused: list[str] = []
        receiver.answer = self._answer

    def _answer(self, request: Received) -> Answer:
        try:
            if self.troubles and request.method != "GET":
                return self.troubles.pop(0)(request, self.take)
            return self.take(request)
        except Exception as problem:
            self.refused.append(f"{request.method} {request.path}: {problem}")
            return 400, json.dumps({"errors": [{"message": str(problem)}]})

    @abstractmethod
    def take(self, request: Received) -> Answer:
        """What the vendor answers."""

    @property
    @abstractmethod
    def settings(self) -> Json:
        """The channel's."""

    @property
    @abstractmethod
    def held(self) -> list[str]:
        """The texts that its readers see now."""

    def set_up(self, client: httpx.Client) -> None:
        client.put(f"/api/channels/{self.channel}", json=self.settings).raise_for_status()

    @property
    def writes(self) -> list[Received]:
        return [request for request in self.receiver.requests if request.method != "GET"]


class Intercom(Vendor):
    """Keeps news items, oldest first, two a page."""

    channel = "intercom"

    def __init__(self, receiver: Receiver) -> None:
        super().__init__(receiver)
        self.items: dict[str, Json] = {}
        self._numbers = itertools.count(31)

    @property
    def settings(self) -> Json:
        return {
            "accessToken": "dG9rOnNlY3JldA==",
            "region": "eu",
            "senderId": 7,
            "newsfeedId": 53,
            "apiUrl": self.receiver.url,
        }

    @property
    def held(self) -> list[str]:
        return [str(item["body"]) for item in self.items.values() if item["newsfeed_assignments"]]

    def take(self, request: Received) -> Answer:
        assert request.headers["authorization"] == "Bearer dG9rOnNlY3JldA=="
        assert request.headers["intercom-version"] == "2.14"
        url = urlsplit(request.path)
        match request.method, url.path.split("/")[1:]:
            case "GET", ["news", "news_items"]:
                return self._page(int(parse_qs(url.query).get("page", ["1"])[0]))
            case "POST", ["news", "news_items"]:
                _NEW.validate(request.json)
                id = str(next(self._numbers))
                self.items[id] = {"type": "news-item", "id": id, "newsfeed_assignments": [], **request.json}
                return 200, json.dumps(self.items[id])
            case "PUT", ["news", "news_items", id] if id in self.items:
                _CHANGED.validate(request.json)
                self.items[id] |= request.json
                return 200, json.dumps(self.items[id])
        return 404, json.dumps({"type": "error.list", "errors": [{"code": "not_found"}]})

    def _page(self, page: int) -> Answer:
        items = list(self.items.values())
        pages = {"type": "pages", "page": page, "per_page": 2, "total_pages": -(-len(items) // 2)}
        return 200, json.dumps({"type": "list", "pages": pages, "data": items[2 * page - 2 : 2 * page]})


class Teams(Vendor):
    """Keeps the cards that were posted."""

    channel = "teams"

    def __init__(self, receiver: Receiver) -> None:
        super().__init__(receiver)
        self.held_cards: list[Json] = []

    @property
    def settings(self) -> Json:
        return {"webhookUrl": f"{self.receiver.url}/workflows/1?sig=secret"}

    @property
    def held(self) -> list[str]:
        return [json.dumps(card, ensure_ascii=False) for card in self.held_cards]

    def take(self, request: Received) -> Answer:
        assert request.path == "/workflows/1?sig=secret"
        assert set(request.json) == {"type", "attachments"}
        (attachment,) = request.json["attachments"]
        assert attachment["contentType"] == "application/vnd.microsoft.card.adaptive"
        CARDS.validate(attachment["content"])
        self.held_cards.append(attachment["content"])
        return 202, ""


def refuses(status: int, **headers: str) -> Trouble:
    """The vendor does nothing and says so."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return lambda request, take: (status, "unhappy", named)


def does_it_and_says(answer: Answer) -> Trouble:
    """The vendor does it, and then answers something else."""

    def trouble(request: Received, take: Callable[[Received], Answer]) -> Answer:
        take(request)
        return answer

    return trouble
