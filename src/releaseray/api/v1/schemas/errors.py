"""Errors as the API shows them, and what can be done to one."""

from typing import Annotated, Any, Literal, Self

from pydantic import model_validator

from releaseray.api.schemas.base import HasMore, Moment, NextOffset, OneOf, Timestamp, Total, example
from releaseray.api.v1.schemas.base import Input, Output, PositiveNumber, VersionName
from releaseray.tracking.error_state import ResolvedIn, Status

StatusName = Annotated[str, OneOf("ErrorStatus", Status)]
ResolvedInName = Annotated[str, OneOf("ResolvedIn", ResolvedIn)]

SUMMARY: dict[str, Any] = {
    "id": "err_abc123",
    "service_id": "svc_abc123",
    "title": "ValueError: bad amount: -5",
    "culprit": "shop/cart.py in pay",
    "level": "error",
    "platform": "python",
    "status": "regressed",
    "event_count": 42,
    "first_seen": "2024-01-15T10:05:00Z",
    "last_seen": "2024-01-16T08:00:00Z",
    "first_release": "1.2.2",
    "created_at": "2024-01-15T10:05:01Z",
    "updated_at": "2024-01-16T08:00:01Z",
}
_PLACE: dict[str, Any] = {
    "version": "1.2.3",
    "environment": "production",
    "event_count": 3,
    "new": False,
    "regressed": True,
    "first_seen": "2024-01-16T07:30:00Z",
    "last_seen": "2024-01-16T08:00:00Z",
}
_CHANGE: dict[str, Any] = {
    "at": "2024-01-16T07:30:01Z",
    "before": "resolved",
    "after": "regressed",
    "by": None,
    "reason": "Came back in 1.2.3.",
}
_RESOLUTION: dict[str, Any] = {"resolved_in": "release", "release": "1.2.3", "at": "2024-01-15T12:00:00Z"}
_REGRESSION: dict[str, Any] = {"release": "1.2.3", "environment": "production", "at": "2024-01-16T07:30:00Z"}
_SUSPECT: dict[str, Any] = {
    "title": "Round amounts before they are charged (#812)",
    "author": "Jane Doe",
    "pull_request": 812,
    "commits": ["1a2b3c4d5e6f708192a3b4c5d6e7f8091a2b3c4d"],
    "share": 0.83,
    "reasons": ["changes pay in shop/cart.py, the only change of this function"],
}
_GROUPING: dict[str, Any] = {"version": 1, "explanation": ["The type: ValueError.", "In-app calls: pay."]}


class ErrorSummary(Output):
    """An error: what many events have in common. `first_release` is the release of its earliest event."""

    model_config = example(SUMMARY)

    id: str
    service_id: str
    title: str
    culprit: str
    level: str
    platform: str
    status: StatusName
    event_count: int
    first_seen: Timestamp
    last_seen: Timestamp
    first_release: str | None
    created_at: Timestamp
    updated_at: Timestamp


class ErrorList(Output):
    """A page of errors."""

    model_config = example({"errors": [SUMMARY], "total": 1, "has_more": False})

    errors: list[ErrorSummary]
    total: Total
    has_more: HasMore
    next_offset: NextOffset = None


class Grouping(Output):
    """Why events belong to this error, by which version of the rules."""

    model_config = example(_GROUPING)

    version: int
    explanation: list[str]


class Resolution(Output):
    """The latest resolution. `release` is the one with the fix or, for `now` and `next_release`, the newest one at
    that moment."""

    model_config = example(_RESOLUTION)

    resolved_in: ResolvedInName
    release: str | None
    at: Timestamp


class Regression(Output):
    """The earliest event that contradicted the latest resolution."""

    model_config = example(_REGRESSION)

    release: str | None
    environment: str
    at: Timestamp


class ErrorRelease(Output):
    """What an error does in one release and environment; `version` is null for events without a release."""

    model_config = example(_PLACE)

    version: str | None
    environment: str
    event_count: int
    new: bool
    regressed: bool
    first_seen: Timestamp
    last_seen: Timestamp


class ErrorChange(Output):
    """What was done to the error's status, when, by whom (null where an event did it) and why."""

    model_config = example(_CHANGE)

    at: Timestamp
    before: StatusName
    after: StatusName
    by: str | None
    reason: str


class Suspect(Output):
    """A change that may have caused the error; `share` is its part of all the evidence, 0 to 1."""

    model_config = example(_SUSPECT)

    title: str
    author: str
    pull_request: int | None
    commits: list[str]
    share: float
    reasons: list[str]


class ErrorDetail(ErrorSummary):
    """All that is known of an error. `sample` is an event of the release where it was seen last; `releases` and
    `history` have the latest first. `ignored_events` is how many more events are ignored. `suspects` are the changes
    that likely caused it, likeliest first; null where it is not known what came with the release."""

    model_config = example(
        {
            **SUMMARY,
            "resolution": _RESOLUTION,
            "regression": _REGRESSION,
            "ignored_until": None,
            "ignored_events": None,
            "grouping": _GROUPING,
            "releases": [_PLACE],
            "history": [_CHANGE],
            "sample": None,
            "suspects": [_SUSPECT],
        }
    )

    resolution: Resolution | None
    regression: Regression | None
    ignored_until: Timestamp | None
    ignored_events: int | None
    grouping: Grouping
    releases: list[ErrorRelease]
    history: list[ErrorChange]
    sample: dict[str, Any] | None
    suspects: list[Suspect] | None


_ONLY_RESOLVED = ("resolved_in", "release")
_ONLY_IGNORED = ("ignored_until", "ignored_events")
_NULL: dict[str, Any] = {"type": "null"}


def _shape(status: str, *required: str, **others: Any) -> dict[str, Any]:
    absent = dict.fromkeys((*_ONLY_RESOLVED, *_ONLY_IGNORED), _NULL)
    return {"properties": {**absent, "status": {"const": status}, **others}, "required": ["status", *required]}


class ErrorUpdate(Input):
    """Resolve an error (`now`, in a `release`, in the `next_release`), ignore it (for ever, until a time, for a number
    of events), or make it `new` again."""

    model_config = example(
        {"status": "resolved", "resolved_in": "release", "release": "1.2.4"},
        oneOf=[
            _shape("new"),
            _shape("ignored", ignored_until={}, ignored_events={}),
            _shape("resolved", resolved_in={"enum": ["now", "next_release", None]}),
            _shape("resolved", "resolved_in", "release", resolved_in={"const": "release"}, release={"type": "string"}),
        ],
    )

    status: Literal["new", "resolved", "ignored"]
    resolved_in: ResolvedInName | None = None
    release: VersionName | None = None
    ignored_until: Moment | None = None
    ignored_events: PositiveNumber | None = None

    @model_validator(mode="after")
    def _fields_fit_the_status(self) -> Self:
        for status, names in (("resolved", _ONLY_RESOLVED), ("ignored", _ONLY_IGNORED)):
            for name in names:
                if self.status != status and getattr(self, name) is not None:
                    raise ValueError(f"{name} goes with status '{status}' only")
        if (self.release is not None) != (self.resolved_in == ResolvedIn.RELEASE):
            raise ValueError("release goes with resolved_in 'release', and only with it")
        return self
