"""A client that does what clients should: it tries again, and says so with an Idempotency-Key."""

import asyncio
import random
from collections import Counter
from dataclasses import dataclass, field

import httpx

_RETRY_SECONDS = 0.2
_RETRIED = frozenset({409, 429, 500, 502, 503, 504})
PERSONAS = ("engineer", "internal", "customer")


@dataclass
class Client:
    """Asks any of the servers, until one of them answers."""

    urls: list[str]
    key: str
    chance: random.Random
    answers: Counter[str] = field(default_factory=Counter)
    accepted: dict[str, str] = field(default_factory=dict)
    """Idempotency-Key → draft id."""
    lost: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        self._http = httpx.AsyncClient(headers={"Authorization": f"Bearer {self.key}"}, timeout=20)

    async def close(self) -> None:
        """Give the connections back."""
        await self._http.aclose()

    async def until_answered(self, method: str, path: str, **options: object) -> httpx.Response:
        """The first answer that is about the request, and not about the state of the server."""
        while True:
            try:
                answer = await self._http.request(method, self.chance.choice(self.urls) + path, **options)  # type: ignore[arg-type]  # passed through
            except httpx.TransportError as problem:
                self.answers[type(problem).__name__] += 1
            else:
                self.answers[str(answer.status_code)] += 1
                if answer.status_code not in _RETRIED:
                    return answer
            await asyncio.sleep(_RETRY_SECONDS)

    async def prepare(self, location: str, tags: list[tuple[str, str]]) -> list[str]:
        """The ids of the ranges between the tags of a repository, connected for it."""
        repo = (await self.until_answered("POST", "/api/repos", json={"url": location})).json()["id"]
        ranges = []
        for from_tag, to_tag in tags:
            body = {"repoId": repo, "fromTag": from_tag, "toTag": to_tag}
            ranges.append(str((await self.until_answered("POST", "/api/ranges", json=body)).json()["id"]))
        return ranges

    async def ask(self, number: int, range_id: str, persona: str) -> None:
        """Ask for one draft until it is accepted, then look whether it is still known."""
        name = f"draft-{number}"
        draft_id = await self.generate(name, range_id, persona)
        self.accepted[name] = draft_id
        found = await self.until_answered("GET", f"/api/drafts/{draft_id}")
        if found.status_code != 200:
            self.lost.add(draft_id)

    async def generate(self, name: str, range_id: str, persona: str) -> str:
        """The id of the draft that was made for an Idempotency-Key. Raises ValueError for any other answer."""
        answer = await self.until_answered(
            "POST",
            f"/api/drafts/{range_id}/generate",
            json={"persona": persona},
            headers={"Idempotency-Key": name},
        )
        if answer.status_code != 201:
            raise ValueError(f"{name}: {answer.status_code} {answer.text}")
        return str(answer.json()["id"])
