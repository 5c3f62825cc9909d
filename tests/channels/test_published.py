"""An approved draft goes to Intercom and Teams through the API and a worker, whatever the vendor does: never twice."""

import threading
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from tests.channels.vendors import Intercom, Teams, Vendor, does_it_and_says, refuses
from tests.processes import wait_until
from tests.receiver import Answer, Received, Receiver

Json = dict[str, Any]
UNKNOWN = {
    "garbage": (200, "<html>we are sorry"),
    "half an answer": (200, '{"type": "news-it'),
    "a gateway gave up": (504, "upstream"),
    "no answer": None,
}


@pytest.fixture
def intercom(client: httpx.Client, receiver: Receiver) -> Iterator[Intercom]:
    vendor = Intercom(receiver)
    vendor.set_up(client)
    yield vendor
    assert not vendor.refused


@pytest.fixture
def teams(client: httpx.Client, receiver: Receiver) -> Iterator[Teams]:
    vendor = Teams(receiver)
    vendor.set_up(client)
    yield vendor
    assert not vendor.refused


@pytest.fixture(params=["intercom", "teams"])
def vendor(request: pytest.FixtureRequest) -> Vendor:
    found: Vendor = request.getfixturevalue(request.param)
    return found


def publish(client: httpx.Client, draft: Json, vendor: Vendor) -> Json:
    """The publication once it is not in process any more."""
    answer = client.post("/api/publish", json={"draftId": draft["id"], "channel": vendor.channel})
    assert answer.status_code in (200, 201), answer.text
    id = answer.json()["id"]

    def state() -> Json:
        found: Json = client.get(f"/api/publish/{id}").json()
        return found

    wait_until(lambda: state()["status"] != "processing", 60)
    return state()


def edit(client: httpx.Client, draft: Json, text: str) -> None:
    client.patch(f"/api/drafts/{draft['id']}", json={"bodyMd": text}).raise_for_status()


def test_an_approved_draft_is_published_edited_and_updated_in_place(
    client: httpx.Client, draft: Json, intercom: Intercom
) -> None:
    edit(client, draft, "## Approved\n\n- **Dark** mode")
    first = publish(client, draft, intercom)
    assert first["status"] == "completed"
    ((id, item),) = intercom.items.items()
    assert (item["title"], item["sender_id"], item["state"]) == ("myapp v1.1.0", 7, "live")
    assert item["newsfeed_assignments"][0]["newsfeed_id"] == 53
    assert "<strong>Dark</strong> mode" in item["body"]
    edit(client, draft, "## Approved\n\n- **Light** mode")
    again = publish(client, draft, intercom)
    assert (again["status"], again["id"]) == ("completed", first["id"])
    assert list(intercom.items) == [id]
    assert "<strong>Light</strong>" in intercom.held[0]
    assert client.get("/api/stats").json()["publishedReleases"] == 1


def test_a_message_in_teams_is_sent_once_and_an_edit_is_refused_with_the_reason(
    client: httpx.Client, draft: Json, teams: Teams
) -> None:
    assert publish(client, draft, teams)["status"] == "completed"
    assert publish(client, draft, teams)["status"] == "completed", "unchanged, it is there already"
    edit(client, draft, "Other words")
    failed = publish(client, draft, teams)
    assert failed["error"]["message"] == (
        "It was published before and has changed since. A Workflow cannot edit a message in Teams."
    )
    assert len(teams.held) == len(teams.writes) == 1


@pytest.mark.parametrize("status", [429, 500, 503])
def test_one_that_refuses_for_now_is_asked_again_when_it_says(
    client: httpx.Client, draft: Json, vendor: Vendor, status: int
) -> None:
    vendor.troubles = [refuses(status, Retry_After="3")]
    assert publish(client, draft, vendor)["status"] == "completed"
    refused, taken = vendor.writes
    assert taken.at - refused.at >= 3
    assert len(vendor.held) == 1


@pytest.mark.parametrize("status", [400, 401, 403])
def test_one_that_refuses_for_good_fails_with_its_reason_and_is_not_asked_again(
    client: httpx.Client, draft: Json, vendor: Vendor, status: int
) -> None:
    vendor.troubles = [refuses(status)]
    failed = publish(client, draft, vendor)
    assert f"answered {status}: unhappy" in failed["error"]["message"]
    assert len(vendor.writes) == 1
    assert publish(client, draft, vendor)["status"] == "completed", "asked anew, it is tried anew"
    assert len(vendor.held) == 1


def test_one_that_sends_us_away_for_hours_has_failed(client: httpx.Client, draft: Json, vendor: Vendor) -> None:
    vendor.troubles = [refuses(429, Retry_After="7200")]
    assert publish(client, draft, vendor)["status"] == "failed"
    assert len(vendor.writes) == 1


@pytest.mark.parametrize("said", UNKNOWN.values(), ids=UNKNOWN)
def test_intercom_is_looked_through_when_nobody_knows_whether_it_took_it(
    client: httpx.Client, draft: Json, intercom: Intercom, said: Answer
) -> None:
    for number in range(5):  # more than a page, and the new one is last
        intercom.items[str(number)] = {"id": str(number), "title": f"Old {number}", "sender_id": 7, "body": "x"} | {
            "newsfeed_assignments": []
        }
    intercom.troubles = [does_it_and_says(said)]
    assert publish(client, draft, intercom)["status"] == "completed"
    assert len(intercom.held) == 1
    assert [request.method for request in intercom.writes] == ["POST", "PUT"]


@pytest.mark.parametrize("said", [(504, "upstream"), None], ids=["a gateway gave up", "no answer"])
def test_teams_is_not_asked_again_when_nobody_knows_whether_it_took_it(
    client: httpx.Client, draft: Json, teams: Teams, said: Answer
) -> None:
    teams.troubles = [does_it_and_says(said)]
    failed = publish(client, draft, teams)
    assert "The message may have been posted" in failed["error"]["message"]
    assert publish(client, draft, teams)["status"] == "failed", "not by asking anew either"
    assert len(teams.held) == len(teams.writes) == 1


def test_what_teams_says_with_a_2xx_is_of_no_account(client: httpx.Client, draft: Json, teams: Teams) -> None:
    teams.troubles = [does_it_and_says((202, "<html>accepted"))]
    assert publish(client, draft, teams)["status"] == "completed"
    assert len(teams.held) == 1


def test_one_that_never_answers(client: httpx.Client, draft: Json, vendor: Vendor) -> None:
    over = threading.Event()

    def hang(request: Received, take: Any) -> Answer:
        take(request)
        over.wait(30)
        return None

    vendor.troubles = [hang]
    ended = publish(client, draft, vendor)
    over.set()
    assert ended["status"] == ("completed" if vendor.channel == "intercom" else "failed")
    assert len(vendor.held) == 1


def test_another_personas_item_of_the_same_title_is_not_taken_for_ours(
    client: httpx.Client, range_id: str, draft: Json, intercom: Intercom
) -> None:
    assert publish(client, draft, intercom)["status"] == "completed"
    before = dict(intercom.items)
    other = client.post(f"/api/drafts/{range_id}/generate", json={"persona": "customer"}).json()
    wait_until(lambda: "bodyMd" in client.get(f"/api/drafts/{other['id']}").json())
    intercom.troubles = [lambda request, take: None]
    failed = publish(client, other, intercom)
    assert "there is a news item of this title with another text" in failed["error"]["message"]
    assert intercom.items == before, "neither overwritten nor doubled"
