"""What happens to a repository on GitHub: renamed, deleted, made private."""

from typing import Any

import httpx
import pytest

from releaseray.settings import Settings
from tests.conftest import Server
from tests.incoming.hub import Hub


def about(hub: Hub, action: str, name: str = "acme/myapp", **payload: Any) -> None:
    hub = Hub(hub.client, hub.repo_id, hub.git, hub.secret, {"id": 7, "full_name": name})
    assert hub.tell("repository", action=action, **payload).json() == {"status": "accepted"}
    hub.settled()


def shown(hub: Hub) -> dict[str, Any]:
    return dict(hub.client.get(f"/api/repos/{hub.repo_id}").json())


def column(server: Server, hub: Hub, name: str) -> Any:
    query = f"SELECT {name} FROM repositories WHERE id = $1"
    return server.run(server.runtime.database.raw.fetchval(query, hub.repo_id))


def place(server: Server, hub: Hub, location: str) -> None:
    """As if it had been connected there."""
    page = "https://github.com/acme/myapp"
    statement = "UPDATE repositories SET location = $2, web_url = $3 WHERE id = $1"
    server.run(server.runtime.database.raw.execute(statement, hub.repo_id, location, page))


def test_a_renamed_repository_is_found_and_read_under_its_new_name(server: Server, hub: Hub) -> None:
    place(server, hub, f"https://github.com/acme/myapp.git?{hub.repo_id}".partition("?")[0])
    about(hub, "renamed", "acme/newapp", changes={"repository": {"name": {"from": "myapp"}}})
    assert shown(hub)["fullName"] == "acme/newapp"
    assert column(server, hub, "location") == "https://github.com/acme/newapp.git"
    assert column(server, hub, "web_url") == "https://github.com/acme/newapp"
    assert column(server, hub, "slug").startswith("acme-myapp"), "its page keeps its address"
    renamed = Hub(hub.client, hub.repo_id, hub.git, hub.secret, {"id": 7, "full_name": "acme/newapp"})
    assert renamed.tell("ping").status_code == 200
    assert hub.tell("ping").status_code == 401


def test_a_transferred_repository_moves_to_its_new_owner(server: Server, hub: Hub) -> None:
    place(server, hub, "git@github.com:ACME/MyApp.git")
    about(hub, "transferred", "evil/myapp", changes={"owner": {"from": {"organization": {"login": "acme"}}}})
    assert (shown(hub)["fullName"], column(server, hub, "location")) == ("evil/myapp", "git@github.com:evil/myapp.git")


def test_a_path_on_this_machine_stays_where_it_is(server: Server, hub: Hub) -> None:
    before = column(server, hub, "location")
    about(hub, "renamed", "acme/newapp", changes={"repository": {"name": {"from": "myapp"}}})
    assert (shown(hub)["fullName"], column(server, hub, "location")) == ("acme/newapp", before)
    renamed = Hub(hub.client, hub.repo_id, hub.git, hub.secret, {"id": 7, "full_name": "acme/newapp"})
    renamed.release("v1.3.0")
    renamed.announce("v1.3.0")
    renamed.settled()
    assert [made["toTag"] for made in hub.ranges] == ["v1.3.0"]


def test_a_deleted_repository_says_so_and_keeps_what_was_made_of_it(hub: Hub) -> None:
    body = {"repoId": hub.repo_id, "fromTag": "v1.0.0", "toTag": "v1.1.0"}
    hub.client.post("/api/ranges", json=body)
    about(hub, "deleted")
    assert "was deleted on GitHub on" in shown(hub)["unavailable"]
    assert len(hub.ranges) == 1


def published(hub: Hub) -> tuple[str, str]:
    """A draft, and the path of the page that shows it."""
    hub.set(automatic=True, personas=["customer"], channels=["hosted"])
    hub.release("v1.3.0")
    hub.announce("v1.3.0")
    (draft,) = hub.drafted(1)
    answer = hub.client.post("/api/publish", json={"draftId": draft["id"], "channel": "hosted"})
    return draft["id"], httpx.URL(answer.json()["url"]).path


def test_a_repository_made_private_takes_its_page_down_until_people_say_otherwise(hub: Hub) -> None:
    draft_id, path = published(hub)
    home = path.partition("/releases/")[0]
    everywhere = (path, home, f"{home}/feed.rss", f"{home}/feed.atom", f"{home}/feed.json")
    assert {hub.client.get(page).status_code for page in everywhere} == {200}
    about(hub, "privatized")
    assert {hub.client.get(page).status_code for page in everywhere} == {404}
    assert shown(hub)["publicPage"] is False
    refused = hub.client.post("/api/publish", json={"draftId": draft_id, "channel": "hosted"})
    assert (refused.status_code, "publicPage" in refused.json()["message"]) == (409, True)
    about(hub, "publicized")
    assert hub.client.get(path).status_code == 404, "what was taken down is for people to put up again"
    hub.set(publicPage=True)
    assert {hub.client.get(page).status_code for page in everywhere} == {200}


@pytest.mark.parametrize("location", ["https://github.com/acme/myapp.git"])
def test_one_that_anybody_could_read_cannot_be_read_when_it_is_private(
    server: Server, hub: Hub, settings: Settings, location: str
) -> None:
    place(server, hub, location)
    about(hub, "privatized")
    assert "was made private" in shown(hub)["unavailable"]
    assert "token" in shown(hub)["unavailable"]
    about(hub, "publicized")
    assert "unavailable" not in shown(hub)


def test_events_of_other_organizations_do_not_touch_it(hub: Hub) -> None:
    stranger = Hub(hub.client, hub.repo_id, hub.git, "not the secret of this one", hub.repository)
    assert stranger.tell("repository", action="deleted").status_code == 401
    assert "unavailable" not in shown(hub)
