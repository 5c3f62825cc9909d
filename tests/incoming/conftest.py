"""A connected repository with a webhook secret."""

import httpx
import pytest

from tests.incoming.hub import Hub
from tests.repository import GitRepository


@pytest.fixture
def hub(client: httpx.Client, git_repo: GitRepository) -> Hub:
    return Hub.connected(client, git_repo)
