"""Releases as the API shows them."""

from typing import Any

from releaseray.api.schemas.base import HasMore, NextOffset, Timestamp, Total
from releaseray.api.v1.schemas.base import Environment, Input, Line, Name, Output, VersionName, example

RELEASE: dict[str, Any] = {
    "id": "rel_abc123",
    "version": "1.2.3",
    "service_id": "svc_abc123",
    "environment": "production",
    "deployed_at": "2024-01-15T10:00:00Z",
    "commit_sha": "a1b2c3d4e5f6g7h8",
    "repository": "https://github.com/org/repo",
    "deployed_by": None,
    "error_count": 0,
    "new_errors": 0,
    "regressed_errors": 0,
}


class ReleaseCreate(Input):
    """Tell that a version was deployed."""

    model_config = example(
        {
            "version": "1.2.3",
            "service_id": "svc_abc123",
            "environment": "production",
            "commit_sha": "a1b2c3d4e5f6g7h8",
            "repository": "https://github.com/org/repo",
        }
    )

    version: VersionName
    service_id: Name
    environment: Environment = "production"
    commit_sha: Name | None = None
    repository: Line | None = None
    deployed_by: Name | None = None


class Release(Output):
    """A version in one environment of a service. `error_count` counts events; `new_errors` the distinct errors that
    came with it, `regressed_errors` those that were resolved and came back."""

    model_config = example(RELEASE)

    id: str
    version: str
    service_id: str
    environment: str
    deployed_at: Timestamp
    commit_sha: str | None
    repository: str | None
    deployed_by: str | None
    error_count: int
    new_errors: int
    regressed_errors: int


class ReleaseList(Output):
    """A page of releases."""

    model_config = example({"releases": [RELEASE], "total": 1, "has_more": False})

    releases: list[Release]
    total: Total
    has_more: HasMore
    next_offset: NextOffset = None
