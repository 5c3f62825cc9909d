"""Release ranges as the API shows them."""

from typing import Annotated, Any

from pydantic import Field

from releaseray.api.schemas.base import HasMore, Input, NextOffset, Output, ShortText, Timestamp, Total, example

_RANGE: dict[str, Any] = {
    "id": "range_xyz789",
    "repoId": "repo_123",
    "fromTag": "v1.0.0",
    "toTag": "v1.1.0",
    "compareUrl": "https://github.com/owner/repo/compare/v1.0.0...v1.1.0",
    "createdAt": "2025-11-03T10:00:00Z",
}
CompareUrl = Annotated[str | None, Field(description="null where the repository has no page on a forge")]


class RangeCreate(Input):
    """Make a range between two tags of a repository."""

    model_config = example({"repoId": "repo_123", "fromTag": "v1.1.0", "toTag": "v1.2.0"})

    repo_id: ShortText
    from_tag: ShortText
    to_tag: ShortText


class Range(Output):
    """A release range as lists and its creation show it."""

    model_config = example(_RANGE)

    id: str
    repo_id: str
    from_tag: str
    to_tag: str
    compare_url: CompareUrl
    created_at: Timestamp


class RangeDetail(Output):
    """A release range with what was counted in it."""

    model_config = example(
        {
            **{key: value for key, value in _RANGE.items() if key != "createdAt"},
            "prCount": 23,
            "issueCount": 12,
            "createdAt": "2025-11-03T10:00:00Z",
        }
    )

    id: str
    repo_id: str
    from_tag: str
    to_tag: str
    compare_url: CompareUrl
    pr_count: int
    issue_count: int
    created_at: Timestamp


class RangeList(Output):
    """A page of ranges."""

    model_config = example({"ranges": [_RANGE], "total": 45, "hasMore": True, "nextOffset": 20})

    ranges: list[Range]
    total: Total
    has_more: HasMore
    next_offset: NextOffset = None
