"""Keys for secrets are rotated: the old one can be taken away, and everything is still opened."""

import re
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from click.testing import CliRunner, Result
from pydantic import SecretStr

from releaseray import logs
from releaseray.cli.commands import main
from releaseray.secrets import KEY_FILE, SecretBox, new_key
from releaseray.settings import Settings
from tests.conftest import Org, Server, serving
from tests.receiver import Receiver
from tests.repository import GitRepository

NEW = new_key()


@pytest.fixture
def first_key(settings: Settings) -> str:
    """The key that the servers of the other tests know."""
    return (settings.data_dir / KEY_FILE).read_text()


@pytest.fixture(autouse=True)
def left(settings: Settings, first_key: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[int]:
    """How many secrets other tests left in the server's database that no key opens. In the end all are sealed as they
    were."""
    monkeypatch.setattr(logs, "configure", lambda level, style: None)
    monkeypatch.setenv("RELEASERAY_DATABASE_URL", str(settings.database_url))
    monkeypatch.setenv("RELEASERAY_REDIS_URL", str(settings.redis_url))
    monkeypatch.setenv("RELEASERAY_DATA_DIR", str(settings.data_dir))
    monkeypatch.setenv("RELEASERAY_SECRET_KEYS", f"{first_key},{NEW}")
    count = lost(reseal())
    monkeypatch.setenv("RELEASERAY_SECRET_KEYS", f"{NEW},{first_key}")
    yield count
    monkeypatch.setenv("RELEASERAY_SECRET_KEYS", f"{first_key},{NEW}")
    assert lost(reseal()) == count


def reseal() -> Result:
    return CliRunner().invoke(main, ["secrets", "reseal"])


def lost(result: Result) -> int:
    """How many secrets the command could not open; it fails where there are any."""
    told = re.search(r"(\d+) cannot be opened with any of the keys; set them again\.", result.stderr)
    assert result.exit_code == (1 if told else 0), result.output
    return int(told[1]) if told else 0


def test_after_it_the_old_key_is_not_needed(
    left: int,
    server: Server,
    org: Org,
    settings: Settings,
    receiver: Receiver,
    git_repo: GitRepository,
    tmp_path: Path,
) -> None:
    receiver.answer = lambda request: (200, '{"ok": true, "user": "releaseray", "team": "Acme"}')
    bot = {"botToken": "xoxb-very-secret", "channelId": "C1", "apiUrl": f"{receiver.url}/api"}
    assert org.client.put("/api/channels/slack", json=bot).status_code == 200
    repo = org.client.post("/api/repos", json={"url": str(git_repo.path)}).json()
    secret = {"webhookSecret": "what GitHub signs with"}
    before = org.client.patch(f"/api/repos/{repo['id']}", json=secret).json()
    only_new = {"secret_keys": (SecretStr(NEW),), "data_dir": tmp_path}
    with (
        serving(settings.model_copy(update=only_new)) as other,
        httpx.Client(base_url=other.url, headers=org.client.headers) as client,
    ):
        refused = client.post("/api/channels/slack/test")
        assert (refused.status_code, "set it again" in refused.text) == (409, True)
        result = reseal()
        assert lost(result) == left
        assert "encrypted with the newest key." in result.output
        assert client.post("/api/channels/slack/test").json()["ok"] is True
        query = "SELECT sealed_webhook_secret FROM repositories WHERE id = $1"
        sealed = other.run(other.runtime.database.raw.fetchval(query, repo["id"]))
        assert SecretBox([NEW]).open(sealed) == "what GitHub signs with"
        assert client.get(f"/api/repos/{repo['id']}").json() == before


def test_what_no_key_opens_is_counted_and_left_as_it_is(left: int, server: Server, org: Org) -> None:
    sealed = SecretBox([new_key()]).seal("gone")
    columns = "(id, org_id, channel, sealed_config, created_at, updated_at) VALUES ($1, $2, 'teams', $3, now(), now())"
    raw = server.runtime.database.raw
    server.run(raw.execute(f"INSERT INTO channel_setups {columns}", f"chan_{org.id}", org.id, sealed))
    try:
        assert lost(reseal()) == left + 1
        kept = raw.fetchval("SELECT sealed_config FROM channel_setups WHERE org_id = $1", org.id)
        assert server.run(kept) == sealed
    finally:
        server.run(raw.execute("DELETE FROM channel_setups WHERE org_id = $1", org.id))
