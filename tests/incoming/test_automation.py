"""A tag is pushed, and by itself there is a range, drafts, and publications; once."""

import itertools
import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest

from releaseray.models import Draft, now
from releaseray.services.drafts import GENERATE
from tests.conftest import Server
from tests.incoming.hub import Hub
from tests.processes import wait_until
from tests.receiver import Receiver
from tests.repository import GitRepository


def test_a_tag_becomes_a_range_drafts_and_a_page_by_itself(hub: Hub, receiver: Receiver) -> None:
    told = {"url": receiver.url, "events": ["range.created", "draft.generated", "draft.published"]}
    assert hub.client.post("/api/webhooks", json=told).status_code == 201
    hub.set(automatic=True, channels=["hosted"])
    hub.release("v1.3.0")
    assert hub.announce("v1.3.0").status_code == 202
    drafts = hub.drafted(3)
    assert {draft["persona"] for draft in drafts} == {"engineer", "internal", "customer"}
    assert all("ark mode" in draft["bodyMd"] for draft in drafts)
    (made,) = hub.ranges
    assert (made["fromTag"], made["toTag"]) == ("v1.2.0", "v1.3.0")
    wait_until(lambda: len(receiver.requests) == 5)
    counted = [request.json["event"] for request in receiver.requests]
    assert sorted(counted) == ["draft.generated"] * 3 + ["draft.published", "range.created"]
    (published,) = [request.json["data"] for request in receiver.requests if "published" in request.json["event"]]
    assert (published["channel"], published["persona"]) == ("hosted", "customer")
    page = hub.client.get(httpx.URL(published["url"]).path)
    assert (page.status_code, "ark mode" in page.text) == (200, True)
    (event,) = hub.settled()
    assert event["note"] == "v1.3.0: drafts for engineer, internal, customer were asked for."


def test_a_tag_that_is_announced_three_times_is_drafted_once(hub: Hub) -> None:
    hub.set(automatic=True, personas=["engineer"], channels=["hosted"])
    hub.release("v1.3.0")
    release = {"tag_name": "v1.3.0", "draft": False, "prerelease": False}
    for _ in range(2):
        assert hub.push("v1.3.0").status_code == 202
        assert hub.announce("v1.3.0").status_code == 202
        assert hub.tell("release", action="published", release=release).status_code == 202
    assert len(hub.settled()) == 6
    assert len(hub.ranges) == 1
    (draft,) = hub.drafted(1)
    assert draft["persona"] == "engineer"
    assert hub.client.get("/api/stats").json()["draftsGenerated"] == 1
    wait_until(lambda: hub.client.get("/api/stats").json()["publishedReleases"] == 1)


def test_a_tag_in_between_that_comes_later_does_not_draft_the_newer_one_again(hub: Hub) -> None:
    hub.set(automatic=True, personas=["engineer"])
    hub.release("v1.4.0")
    hub.push("v1.4.0")
    hub.drafted(1)
    hub.git.git("tag", "v1.3.0", "v1.4.0~1")
    hub.git.commit("Nothing to see", "src/app.py")
    hub.announce("v1.4.0")
    assert [event["note"] for event in hub.settled()][-1] == "v1.4.0: drafted before."
    assert len(hub.ranges) == 1


def test_the_tag_before_may_be_the_merge_of_the_branch_that_goes_on(hub: Hub) -> None:
    """v1.3.0 is tagged where main merged its branch, v1.3.1 on the branch: nothing but the fix is in the range."""
    git = hub.git.git
    git("checkout", "-q", "-b", "rc")
    hub.git.commit("Add dark mode (#20)", "src/dark.py")
    git("checkout", "-q", "main")
    git("merge", "-q", "--no-ff", "-m", "Merge branch 'rc'", "rc")
    hub.git.tag("v1.3.0")
    git("checkout", "-q", "rc")
    hub.git.commit("Fix crash of the menu (#21)", "src/menu.py")
    hub.git.tag("v1.3.1")
    hub.announce("v1.3.1")
    hub.settled()
    (made,) = hub.ranges
    assert (made["fromTag"], made["toTag"]) == ("v1.3.0", "v1.3.1")
    assert hub.client.get(f"/api/ranges/{made['id']}").json()["prCount"] == 1


def test_without_automatic_a_tag_makes_only_its_range(hub: Hub) -> None:
    hub.release("v1.3.0")
    delivery = "11111111-2222-3333-4444-555555555555"
    hub.announce("v1.3.0", delivery)
    (event,) = hub.settled()
    assert (event["status"], event["note"]) == ("skipped", "v1.3.0: the range is there; automatic is off.")
    (made,) = hub.ranges
    assert hub.client.get("/api/drafts", params={"releaseRangeId": made["id"], "status": "all"}).json()["total"] == 0
    hub.set(automatic=True, personas=["customer"])
    again = hub.announce("v1.3.0", delivery)
    assert again.json() == {"status": "accepted"}, "GitHub's Redeliver, after the settings were put right"
    assert len(hub.drafted(1)) == 1
    assert len(hub.settled()) == 1


def test_the_first_tag_of_all_starts_at_the_first_commit(client: httpx.Client, tmp_path: Path) -> None:
    git = GitRepository(tmp_path / "new")
    git.git("remote", "add", "origin", "https://github.com/acme/myapp.git")
    first = git.commit("Initial import", "a.py")
    hub = Hub.connected(client, git)
    hub.release("v0.1.0")
    hub.announce("v0.1.0")
    hub.settled()
    (made,) = hub.ranges
    assert (first.startswith(made["fromTag"]), made["toTag"]) == (True, "v0.1.0")


@pytest.mark.parametrize(
    ("wanted", "tag", "counts"),
    [
        ({}, "v1.3.0", True),
        ({}, "v1.3.0-rc.1", False),
        ({"prereleases": True}, "v1.3.0-rc.1", True),
        ({}, "nightly", False),
        ({}, "before-the-rewrite", False),
        ({"tagPattern": "before-*"}, "before-the-rewrite", True),
        ({"tagPattern": "api@*"}, "v1.3.0", False),
        ({"tagPattern": "*a*a*a*a*a*a*a*a*a*a*a*a*a*a*b"}, "a" * 200, False),
    ],
)
def test_which_tags_count(hub: Hub, wanted: dict[str, Any], tag: str, counts: bool) -> None:
    hub.set(**wanted)
    hub.release(tag)
    hub.announce(tag)
    (event,) = hub.settled()
    assert (len(hub.ranges) == 1) is counts, event["note"]
    assert tag in event["note"]


def test_what_github_calls_a_prerelease_is_one(hub: Hub) -> None:
    hub.release("v1.3.0")
    hub.tell("release", action="published", release={"tag_name": "v1.3.0", "draft": False, "prerelease": True})
    (event,) = hub.settled()
    assert (event["status"], hub.ranges) == ("skipped", [])


@pytest.mark.parametrize(
    ("action", "draft"), [("created", True), ("published", True), ("edited", False), ("deleted", False)]
)
def test_releases_that_are_not_published_are_ignored(hub: Hub, action: str, draft: bool) -> None:
    release = {"tag_name": "v1.3.0", "draft": draft, "prerelease": False}
    assert hub.tell("release", action=action, release=release).json() == {"status": "ignored"}


def make_due(server: Server, hub: Hub, tries: int = 1) -> None:
    """As if the pause of what waits were over, after so many tries."""
    statement = "UPDATE incoming_events SET due_at = now(), tries = $2 WHERE repo_id = $1 AND due_at IS NOT NULL"
    server.run(server.runtime.database.raw.execute(statement, hub.repo_id, tries))


def test_a_tag_that_is_not_there_yet_is_waited_for(server: Server, hub: Hub) -> None:
    hub.announce("v1.3.0")
    wait_until(lambda: "note" in hub.events[0])
    assert (hub.events[0]["status"], hub.events[0]["note"]) == ("pending", "acme/myapp has no tag v1.3.0.")
    hub.release("v1.3.0")
    make_due(server, hub)
    assert hub.settled()[0]["status"] == "skipped"
    assert len(hub.ranges) == 1


def test_what_is_waited_for_in_vain_fails_and_is_tried_again_when_redelivered(server: Server, hub: Hub) -> None:
    delivery = "99999999-2222-3333-4444-555555555555"
    hub.announce("v9.9.9", delivery)
    wait_until(lambda: "note" in hub.events[0])
    make_due(server, hub, tries=11)
    (event,) = hub.settled()
    assert (event["status"], event["note"]) == ("failed", "acme/myapp has no tag v9.9.9.")
    hub.release("v9.9.9")
    assert hub.announce("v9.9.9", delivery).json() == {"status": "accepted"}
    assert hub.settled()[0]["status"] == "skipped"
    assert len(hub.ranges) == 1


def test_moved_and_deleted_tags_leave_what_was_made_of_them(hub: Hub) -> None:
    hub.release("v1.3.0")
    hub.announce("v1.3.0")
    hub.settled()
    before = hub.ranges
    hub.push("v1.3.0", created=False, forced=True)
    hub.push("v1.3.0", created=False, deleted=True, after="0" * 40)
    hub.tell("delete", ref="v1.3.0", ref_type="tag")
    notes = [event["note"] for event in hub.settled()[1:]]
    assert sorted(notes) == [
        "v1.3.0 was deleted; what was made of it stays.",
        "v1.3.0 was deleted; what was made of it stays.",
        "v1.3.0 was moved; what was made of it stays.",
    ]
    assert hub.ranges == before


def test_a_draft_that_somebody_is_waiting_for_becomes_the_automatic_one(server: Server, hub: Hub) -> None:
    hub.release("v1.3.0")
    body = {"repoId": hub.repo_id, "fromTag": "v1.2.0", "toTag": "v1.3.0"}
    made = hub.client.post("/api/ranges", json=body).json()["id"]
    org = hub.client.get(f"/api/repos/{hub.repo_id}").json()["orgId"]
    in_hand = Draft(org_id=org, range_id=made, persona="customer", lease_until=now() + timedelta(hours=1))

    async def ask() -> None:
        async with server.runtime.database.unit_of_work() as uow:
            uow.session.add(in_hand)

    async def let_go() -> None:
        await server.runtime.database.raw.execute("UPDATE drafts SET lease_until = NULL WHERE range_id = $1", made)
        await server.runtime.jobs.push(GENERATE, in_hand.id, "", job_id=in_hand.id)

    server.run(ask())
    hub.set(automatic=True, personas=["customer"], channels=["hosted"])
    hub.announce("v1.3.0")
    hub.settled()
    server.run(let_go())
    (draft,) = hub.drafted(1)
    assert draft["id"] == in_hand.id
    wait_until(lambda: hub.client.get("/api/stats").json()["publishedReleases"] == 1)


def test_an_allowance_that_is_used_up_is_said(server: Server, hub: Hub) -> None:
    org = hub.client.get(f"/api/repos/{hub.repo_id}").json()["orgId"]
    used = "INSERT INTO usage VALUES ($1, to_char(now() AT TIME ZONE 'UTC', 'YYYY-MM'), 0, 10000, 0) "
    used += "ON CONFLICT (org_id, month) DO UPDATE SET drafts_generated = 10000"
    server.run(server.runtime.database.raw.execute(used, org))
    hub.set(automatic=True)
    hub.release("v1.3.0")
    hub.announce("v1.3.0")
    (event,) = hub.settled()
    assert (event["status"], "10000 drafts a month" in event["note"]) == ("failed", True)


class Slack:
    """Slack's Web API, as far as a post needs it; counts messages by the publication that they are of."""

    def __init__(self, receiver: Receiver, client: httpx.Client) -> None:
        self.posted: list[str] = []
        numbers = itertools.count(1)

        def answer(request: Any) -> tuple[int, str]:
            if request.path.endswith("chat.postMessage"):
                self.posted.append(request.json["metadata"]["event_payload"]["publication"])
                return 200, json.dumps({"ok": True, "channel": "C1", "ts": f"17.{next(numbers)}"})
            return 200, json.dumps({"ok": True, "permalink": "https://acme.slack.com/p1"})

        receiver.answer = answer
        setup = {"botToken": "xoxb-very-secret", "channelId": "C1", "apiUrl": f"{receiver.url}/api"}
        assert client.put("/api/channels/slack", json=setup).status_code == 200


def test_each_channel_gets_the_draft_of_its_readers(hub: Hub, receiver: Receiver) -> None:
    slack = Slack(receiver, hub.client)
    hub.set(automatic=True, channels=["slack", "hosted"], channelPersonas={"hosted": "engineer"})
    hub.release("v1.3.0")
    hub.push("v1.3.0")
    hub.announce("v1.3.0")
    drafts = {draft["persona"]: draft["id"] for draft in hub.drafted(3)}
    wait_until(lambda: hub.client.get("/api/stats").json()["publishedReleases"] == 2)
    assert len(slack.posted) == 1
    assert hub.client.get(f"/api/publish/{slack.posted[0]}").json()["status"] == "completed"
    again = hub.client.post("/api/publish", json={"draftId": drafts["internal"], "channel": "slack"})
    assert again.status_code == 200, "it was published from that draft"


def test_a_channel_that_was_taken_away_meanwhile_fails_with_its_reason(
    server: Server, hub: Hub, receiver: Receiver
) -> None:
    Slack(receiver, hub.client)
    hub.set(automatic=True, personas=["internal"], channels=["slack"])
    hub.client.delete("/api/channels/slack")
    hub.release("v1.3.0")
    hub.push("v1.3.0")
    (draft,) = hub.drafted(1)
    query = "SELECT status, error FROM publications WHERE draft_id = $1"

    def row() -> Any:
        return server.run(server.runtime.database.raw.fetchrow(query, draft["id"]))

    wait_until(lambda: row() and row()["status"] == "failed")
    assert "not set up" in row()["error"]
