"""A connected repository with a webhook secret."""

from collections.abc import Iterator

import httpx
import pytest

from tests.incoming.hub import Hub
from tests.repository import GitRepository


@pytest.fixture
def hub(client: httpx.Client, git_repo: GitRepository) -> Iterator[Hub]:
    hub = Hub.connected(client, git_repo)
    yield hub
    # Else the worker would look for tags that never come for half an hour.
    client.delete(f"/api/repos/{hub.repo_id}")
