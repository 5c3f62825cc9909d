"""A tag is announced, and a worker or API is killed at one step of all that follows: the event, the drafts, the
publication, the delivery to a webhook. Another one goes on, and nothing is lost and nothing doubled, as counted by
ids where things arrive."""

import asyncio
import itertools
import json
import os
import signal
import time
from collections import Counter
from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qs
from uuid import uuid4

import httpx
import pytest

from releaseray.services.runtime import Runtime
from releaseray.settings import Settings
from releaseray.webhooks.github_signature import sign
from tests.conftest import Server, make_org
from tests.incoming.hub import PATH, Hub
from tests.receiver import Answer, Received, Receiver
from tests.repository import GitRepository
from tests.worker.mortal import mortal_api, worker_dies, worker_that_others_kill
from tests.worker.stage import SECONDS, at_work

WORK, PUBLISHER, DELIVERER = (f"services.{name}" for name in ("incoming_work", "publisher", "deliverer"))
EVENT = (
    f"before {WORK}:IncomingWork._begin",
    f"after {WORK}:IncomingWork._begin",
    "after services.ranges:_count_and_insert",
    "after services.ranges:ending_at",
    f"before {WORK}:automation.request_drafts",
    "after services.drafts:request_automatic",
    f"after {WORK}:automation.request_drafts",
    "before jobs:Jobs.push",
    f"after {WORK}:IncomingWork._change",
)
DRAFT = (
    "after services.generation:rows.claim",
    "before services.generation:_write",
    "after services.generation:rows.finish",
    "after services.generation:events.draft_generated",
    "before services.generation:publishing.ask",
    "after services.generation:publishing.ask",
    "after services.generation:_write",
)
PUBLICATION = (
    f"before {PUBLISHER}:Publisher._begin",
    f"before {PUBLISHER}:Publisher._note",
    f"after {PUBLISHER}:Publisher._begin",
    "before channels.slack:call",
    "after channels.slack:call",
    f"before {PUBLISHER}:Publisher._succeeded",
    f"after {PUBLISHER}:complete",
    f"after {PUBLISHER}:_over",
    f"after {PUBLISHER}:Publisher._succeeded",
)
DELIVERY = (
    f"before {DELIVERER}:Deliverer.run",
    f"before {DELIVERER}:Deliverer._attempt",
    f"after {DELIVERER}:Deliverer._attempt",
    f"after {DELIVERER}:claims.held",
    f"after {DELIVERER}:Deliverer._write",
)
API = (
    "before services.incoming:take",
    "before services.incoming:rows.put",
    "after services.incoming:rows.put",
    "before db:UnitOfWork.commit",
    "after db:UnitOfWork.commit",
    "after services.incoming:take",
)


class World:
    """Slack and the receiver of a webhook. What they are told is counted by its ids."""

    def __init__(self, slack: Receiver, hooks: Receiver) -> None:
        self.messages: dict[str, dict[str, Any]] = {}
        self.slack, self.hooks = slack, hooks
        self.kill: int | None = None
        slack.answer, hooks.answer = self._as_slack, self._as_receiver
        self._numbers = itertools.count(1)

    def _as_slack(self, request: Received) -> Answer:
        method = request.path.rpartition("/")[2]
        if method == "chat.postMessage":
            self.messages[f"17.{next(self._numbers):06}"] = request.json
            self._murder()
        elif method == "chat.update":
            self.messages[request.json["ts"]] = request.json
        elif method == "conversations.history":
            assert parse_qs(request.body.decode())["include_all_metadata"] == ["true"]
            found = [{"ts": ts, "metadata": message["metadata"]} for ts, message in self.messages.items()]
            return 200, json.dumps({"ok": True, "messages": found})
        last = max(self.messages, default="0")
        return 200, json.dumps({"ok": True, "channel": "C1", "ts": last, "permalink": "https://acme.slack.com/p1"})

    def _as_receiver(self, request: Received) -> Answer:
        self._murder()
        return 200, "ok"

    def _murder(self) -> None:
        """Kill whoever is calling, before it hears the answer."""
        pid, self.kill = self.kill, None
        if pid is not None:
            os.kill(pid, signal.SIGKILL)

    @property
    def told(self) -> Counter[str]:
        """How many different ids the webhook got, by event."""
        ids = {request.headers["webhook-id"]: request.json["event"] for request in self.hooks.requests}
        return Counter(ids.values())

    @property
    def published(self) -> list[str]:
        return [message["metadata"]["event_payload"]["publication"] for message in self.messages.values()]


@pytest.fixture(scope="module")
def hub(api: Server, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Hub]:
    org = make_org(api)
    with org.client as client:
        client.headers["Connection"] = "close"
        yield Hub(client, "", GitRepository.acme(tmp_path_factory.mktemp("killed") / "myapp"))


@pytest.fixture
def world(hub: Hub, runtime: Runtime) -> Iterator[World]:
    with Receiver().running() as slack, Receiver().running() as hooks:
        setup = {"botToken": "xoxb-very-secret", "channelId": "C1", "apiUrl": f"{slack.url}/api"}
        hub.client.put("/api/channels/slack", json=setup).raise_for_status()
        wanted = {"url": hooks.url, "events": ["range.created", "draft.generated", "draft.published"]}
        webhook = hub.client.post("/api/webhooks", json=wanted).raise_for_status().json()["id"]
        yield World(slack, hooks)
        hub.client.delete(f"/api/webhooks/{webhook}")


class Story:
    """A new tag of a repository that drafts for colleagues and tells them in Slack, all by itself."""

    def __init__(self, hub: Hub, settings: Settings, runtime: Runtime, world: World) -> None:
        wanted = {"automatic": True, "personas": ["internal"], "channels": ["slack"]}
        self.hub = Hub.connected(hub.client, hub.git, **wanted)
        self.settings, self.runtime, self.world = settings, runtime, world
        self.tag = f"v2.{time.time_ns()}.0"
        hub.release(self.tag)
        self.delivery = str(uuid4())
        payload = {"repository": hub.repository, "ref": self.tag, "ref_type": "tag", "nonce": self.delivery}
        self._body = json.dumps(payload).encode()

    def announce(self, url: str = "") -> httpx.Response:
        """The same delivery each time; GitHub's button sends it like that again."""
        headers = {"X-GitHub-Event": "create", "X-GitHub-Delivery": self.delivery}
        signature = {"X-Hub-Signature-256": sign(self._body, self.hub.secret)}
        address = f"{url or self.hub.client.base_url}{PATH}"
        return httpx.post(address, content=self._body, headers=headers | signature, timeout=SECONDS)

    async def goes_on(self) -> None:
        """Another worker takes over, as if the lease of the dead one were over, and everything is done once."""
        for table in ("incoming_events", "publications", "deliveries"):
            await self._execute(f"UPDATE {table} SET due_at = now() WHERE due_at IS NOT NULL")
        await self._execute("UPDATE drafts SET lease_until = NULL, created_at = created_at - interval '1 minute'")
        async with at_work(self.settings):
            await self._until_it_is_quiet()
        self._once()

    async def _execute(self, statement: str) -> None:
        await self.runtime.database.raw.execute(statement)

    async def _until_it_is_quiet(self) -> None:
        """Nothing is due or in process any more, and the last event was told."""
        waiting = """
            SELECT (SELECT count(*) FROM incoming_events WHERE due_at IS NOT NULL)
                 + (SELECT count(*) FROM drafts WHERE status = 'processing')
                 + (SELECT count(*) FROM publications WHERE due_at IS NOT NULL)
                 + (SELECT count(*) FROM deliveries WHERE due_at IS NOT NULL)
        """
        async with asyncio.timeout(SECONDS):
            while (  # noqa: ASYNC110 - other processes cannot set an event
                await self.runtime.database.raw.fetchval(waiting) or not self.world.told["draft.published"]
            ):
                await asyncio.sleep(0.05)

    def _once(self) -> None:
        (made,) = self.hub.ranges
        assert made["toTag"] == self.tag
        query = {"releaseRangeId": made["id"], "status": "all"}
        (draft,) = self.hub.client.get("/api/drafts", params=query).json()["drafts"]
        assert draft["persona"] == "internal"
        (publication,) = self.world.published
        assert self.hub.client.get(f"/api/publish/{publication}").json()["status"] == "completed"
        assert self.world.told == Counter(["range.created", "draft.generated", "draft.published"])
        assert [event["delivery"] for event in self.hub.events] == [self.delivery]


@pytest.fixture
def story(hub: Hub, fragile: Settings, runtime: Runtime, world: World) -> Story:
    return Story(hub, fragile, runtime, world)


@pytest.mark.parametrize("step", [*EVENT, *DRAFT, *PUBLICATION, *DELIVERY])
async def test_a_worker_killed_at(step: str, story: Story) -> None:
    assert story.announce().json() == {"status": "accepted"}
    await asyncio.to_thread(worker_dies, story.settings, step)
    await story.goes_on()


@pytest.mark.parametrize("where", ["slack", "webhook"])
async def test_a_worker_killed_while_others_hear_it(where: str, story: Story) -> None:
    """The request has arrived and counts; its answer is never heard."""
    with worker_that_others_kill(story.settings) as process:
        receiver = story.world.slack if where == "slack" else story.world.hooks
        before = receiver.answer
        receiver.answer = lambda request: _armed(story.world, process.pid, before, request)
        assert story.announce().json() == {"status": "accepted"}
        await asyncio.to_thread(process.join, SECONDS)
        assert process.exitcode == -signal.SIGKILL
        receiver.answer = before
    await story.goes_on()


def _armed(world: World, pid: int, answer: Any, request: Received) -> Answer:
    world.kill = pid
    told: Answer = answer(request)
    return told


@pytest.mark.parametrize("step", API)
async def test_an_api_killed_at(step: str, story: Story) -> None:
    """GitHub sends it again when its user presses "Redeliver", under the same id."""
    with mortal_api(story.settings, step) as url:
        await asyncio.to_thread(_refused_until_it_dies, story, url)
    again = story.announce()
    assert again.json()["status"] in ("accepted", "duplicate")
    await story.goes_on()


def _refused_until_it_dies(story: Story, url: str) -> None:
    """Send it as soon as somebody listens, and get no answer."""
    deadline = time.monotonic() + SECONDS
    while time.monotonic() < deadline:
        try:
            answer = story.announce(url)
        except httpx.ConnectError:
            time.sleep(0.02)
        except httpx.HTTPError:
            return
        else:
            raise AssertionError(f"it was answered: {answer.text}")
