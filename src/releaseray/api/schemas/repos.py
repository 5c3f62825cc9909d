"""Repositories and their tags as the API shows them."""

from typing import Annotated, Any, Self

from pydantic import ConfigDict, Field, model_validator

from releaseray.api.schemas.base import HasMore, Input, NextOffset, Output, Timestamp, Total, example

_REPO: dict[str, Any] = {
    "id": "repo_123",
    "orgId": "org_456",
    "githubRepoId": 789012,
    "fullName": "acme/myapp",
    "defaultBranch": "main",
    "createdAt": "2025-10-01T08:00:00Z",
}


OWNER_AND_NAME = r"^[A-Za-z0-9](?:[A-Za-z0-9-]*)/[A-Za-z0-9._-]+$"
GIT_LOCATION = r"^(https?://|ssh://|git://|file:///|/|[A-Za-z0-9._-]+@[A-Za-z0-9.-]+:)[^\x00-\x1f]+$"
API_ADDRESS = r"^https?://[^\x00-\x20\x7f?#@]+$"
ASCII_WORD = r"^[\x21-\x7e]+$"

FullName = Annotated[str, Field(max_length=140, pattern=OWNER_AND_NAME, examples=["acme/myapp"])]
Url = Annotated[
    str,
    Field(
        min_length=2,
        max_length=2000,
        pattern=GIT_LOCATION,
        examples=["https://git.acme.com/myapp.git"],
    ),
]


Token = Annotated[
    str,
    Field(
        min_length=1,
        max_length=1000,
        pattern=ASCII_WORD,
        repr=False,
        json_schema_extra={"format": "password", "writeOnly": True},
    ),
]
ApiUrl = Annotated[
    str,
    Field(max_length=500, pattern=API_ADDRESS, examples=["https://github.acme.com/api/v3"]),
]


class RepoConnect(Input):
    """Name a repository on GitHub, or any Git URL; a path on the server where the operator allows it.

    A private repository on GitHub needs a `token` that may read its contents, pull requests and issues, or this
    server's GitHub App installed; `apiUrl` is the API of a GitHub Enterprise Server. Connecting again with a token
    renews it; it is never shown.
    """

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [{"fullName": "acme/myapp"}],
            "oneOf": [{"required": ["fullName"]}, {"required": ["url"]}],
            "dependentRequired": {"token": ["fullName"], "apiUrl": ["fullName"]},
        }
    )

    # Absent is "", for a field that may be None would take null, which the document does not offer.
    full_name: FullName = Field(default_factory=str)
    url: Url = Field(default_factory=str)
    token: Token = Field(default_factory=str)
    api_url: ApiUrl = Field(default_factory=str)

    @model_validator(mode="after")
    def _exactly_one(self) -> Self:
        if len(self.model_fields_set & {"full_name", "url"}) != 1:
            raise ValueError("give either fullName or url")
        if "url" in self.model_fields_set and self.model_fields_set & {"token", "api_url"}:
            raise ValueError("token and apiUrl go with fullName")
        return self


class Repo(Output):
    """A connected repository; `githubRepoId` is null where it is not on GitHub."""

    model_config = example(_REPO)

    id: str
    org_id: str
    github_repo_id: int | None
    full_name: str
    default_branch: str
    created_at: Timestamp


class RepoList(Output):
    """A page of repositories."""

    model_config = example({"repos": [_REPO], "total": 1, "hasMore": False})

    repos: list[Repo]
    total: Total
    has_more: HasMore
    next_offset: NextOffset = None


class Tag(Output):
    """A tag; `sha` is the commit it leads to."""

    model_config = example({"name": "v1.2.0", "sha": "abc123def456", "date": "2025-11-03T10:00:00Z"})

    name: str
    sha: str
    date: Timestamp


class TagList(Output):
    """A page of tags, newest first."""

    model_config = example(
        {
            "tags": [
                {"name": "v1.2.0", "sha": "abc123def456", "date": "2025-11-03T10:00:00Z"},
                {"name": "v1.1.0", "sha": "def456ghi789", "date": "2025-10-15T14:00:00Z"},
            ],
            "total": 2,
            "hasMore": False,
        }
    )

    tags: list[Tag]
    total: Total
    has_more: HasMore
    next_offset: NextOffset = None


class Deleted(Output):
    """What was removed."""

    model_config = example({"id": "repo_123", "deleted": True})

    id: str
    deleted: bool = True
