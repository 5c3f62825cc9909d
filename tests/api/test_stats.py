"""Statistics and the monthly allowance."""

from datetime import UTC, datetime
from typing import Any

import httpx
from tests.conftest import finished, make_org, serving, working
from tests.repository import GitRepository

from releaseray.settings import Settings


def test_stats_count_what_was_done(client: httpx.Client, draft: dict[str, Any]) -> None:
    months = {datetime.now(UTC).strftime("%Y-%m")}
    client.post("/api/publish", json={"draftId": draft["id"], "channel": "hosted"})
    client.post("/api/publish", json={"draftId": draft["id"], "channel": "hosted"})
    stats = client.get("/api/stats").json()
    assert stats["currentMonth"] in months | {datetime.now(UTC).strftime("%Y-%m")}
    assert (stats["activeRepos"], stats["draftsGenerated"], stats["publishedReleases"]) == (1, 1, 1)
    assert stats["apiCalls"] >= 6
    assert client.get("/api/stats").json()["apiCalls"] == stats["apiCalls"] + 1


def test_a_generation_over_the_allowance_is_refused(settings: Settings, git_repo: GitRepository) -> None:
    small = settings.model_copy(update={"tier_allowances": {"growth": 1}})
    with serving(small) as server, working(small), make_org(server).client as client:
        repo = client.post("/api/repos", json={"url": str(git_repo.path)}).json()
        body = {"repoId": repo["id"], "fromTag": "v1.0.0", "toTag": "v1.1.0"}
        path = f"/api/drafts/{client.post('/api/ranges', json=body).json()['id']}/generate"
        finished(client, client.post(path, json={"persona": "engineer"}).json()["id"])
        refused = client.post(path, json={"persona": "customer"})
        assert (refused.status_code, refused.json()["error"]) == (403, "Forbidden")
        assert "growth tier includes 1 drafts a month" in refused.json()["message"]
        assert client.get("/api/stats").json()["usagePercentage"] == 100
