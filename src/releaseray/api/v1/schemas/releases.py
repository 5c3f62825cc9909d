"""Releases as the API shows them."""

from typing import Annotated, Any

from releaseray.api.schemas.base import HasMore, NextOffset, OneOf, Timestamp, Total, example
from releaseray.api.v1.schemas.base import Environment, Input, Line, Name, Output, VersionName
from releaseray.api.v1.schemas.errors import SUMMARY, ErrorSummary
from releaseray.models import DeployKind
from releaseray.services.release_pages import Verdict

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


_PREVIOUS: dict[str, Any] = {"id": "rel_abc122", "version": "1.2.2", "deployed_at": "2024-01-08T10:00:00Z"}
_COMPARISON: dict[str, Any] = {
    "hours": 22,
    "error_count": 3,
    "previous_error_count": 9,
    "share": 0.25,
    "verdict": "better",
}
_SESSIONS: dict[str, Any] = {"total": 1000, "errored": 4, "abnormal": 0, "crashed": 1, "crash_free_rate": 0.999}
_DEPLOY: dict[str, Any] = {
    "kind": "deploy",
    "deployed_at": "2024-01-15T10:00:00Z",
    "deployed_by": None,
    "commit_sha": "a1b2c3d4e5f6g7h8",
    "replaced": "rel_abc122",
}
_RANGE: dict[str, Any] = {
    "id": "range_xyz789",
    "from_tag": "v1.2.2",
    "to_tag": "v1.2.3",
    "compare_url": "https://github.com/org/repo/compare/v1.2.2...v1.2.3",
}


class PreviousRelease(Output):
    """The release before, in the same service and environment."""

    model_config = example(_PREVIOUS)

    id: str
    version: str
    deployed_at: Timestamp


class Comparison(Output):
    """Events of this release and of the one before it, each within `hours` of its first deploy: at most until one of
    both was replaced. `share` is this release's part of both: above 0.5 is worse than before."""

    model_config = example(_COMPARISON)

    hours: int
    error_count: int
    previous_error_count: int
    share: float | None
    verdict: Annotated[str, OneOf("Verdict", Verdict)]


class Sessions(Output):
    """Sessions of the release; `crash_free_rate` is 0 to 1."""

    model_config = example(_SESSIONS)

    total: int
    errored: int
    abnormal: int
    crashed: int
    crash_free_rate: float | None


class Deploy(Output):
    """One deploy of the release; `replaced` is the release that ran before."""

    model_config = example(_DEPLOY)

    kind: Annotated[str, OneOf("DeployKind", DeployKind)]
    deployed_at: Timestamp
    deployed_by: str | None
    commit_sha: str | None
    replaced: str | None


class RangeLink(Output):
    """The ReleaseRay range from the release before to this one, made within seconds of a deploy. Where a version has no
    tag, its commit stands for it."""

    model_config = example(_RANGE)

    id: str
    from_tag: str
    to_tag: str
    compare_url: str | None


class ReleaseDetail(Release):
    """How a release is doing. `new` and `regressed` list errors with the most events here first, up to 100 each;
    `deploys` has the latest first; `sessions` is null where none were reported, `range` where the repository is not
    connected or does not know both versions."""

    model_config = example(
        {
            **RELEASE,
            "error_count": 3,
            "new_errors": 0,
            "regressed_errors": 1,
            "previous_release": _PREVIOUS,
            "comparison": _COMPARISON,
            "sessions": _SESSIONS,
            "new": [],
            "regressed": [SUMMARY],
            "deploys": [_DEPLOY],
            "range": _RANGE,
        }
    )

    previous_release: PreviousRelease | None
    comparison: Comparison | None
    sessions: Sessions | None
    new: list[ErrorSummary]
    regressed: list[ErrorSummary]
    deploys: list[Deploy]
    range: RangeLink | None
