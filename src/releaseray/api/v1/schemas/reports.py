"""Errors as clients report them, and the answer for each."""

from typing import Annotated, Any, Literal

from pydantic import Field, WithJsonSchema, WrapValidator
from pydantic_core.core_schema import ValidatorFunctionWrapHandler
from typing_extensions import TypeAliasType

from releaseray.api.schemas.base import Moment, OneOf, example
from releaseray.api.v1.schemas.base import (
    ONE_LINE,
    Environment,
    Input,
    Line,
    Name,
    Output,
    PositiveNumber,
    VersionName,
)
from releaseray.tracking.event import Level

MAX_BATCH = 100
LevelName = Annotated[str, OneOf("Level", Level)]
Text = Annotated[str, Field(min_length=1, max_length=8000, pattern=r"^[^\x00]+$")]
EventId = Annotated[str, Field(pattern=r"^[0-9a-f]{32}$", examples=["0123456789abcdef0123456789abcdef"])]

_TAG: dict[str, Any] = {"type": "string", "minLength": 1, "maxLength": 200, "pattern": ONE_LINE}
_TAGS: dict[str, Any] = {"type": "object", "maxProperties": 100, "additionalProperties": _TAG, "propertyNames": _TAG}
_REPORT: dict[str, Any] = {
    "service_id": "svc_abc123",
    "type": "ValueError",
    "message": "bad amount: -5",
    "release": "1.2.3",
    "environment": "production",
    "frames": [{"function": "pay", "filename": "shop/cart.py", "lineno": 12, "in_app": True}],
}
_ACCEPTED: dict[str, Any] = {"id": "0123456789abcdef0123456789abcdef", "status": "accepted", "error": None}
_REJECTED: dict[str, Any] = {
    "id": None,
    "status": "rejected",
    "error": {
        "error": "Not found",
        "message": "Service svc_gone not found or you don't have access.",
        "details": None,
    },
}


class ReportFrame(Input):
    """One call of the stack; `in_app` says whether it is the team's own code."""

    model_config = example(_REPORT["frames"][0])

    function: Line | None = None
    module: Line | None = None
    filename: Line | None = None
    lineno: PositiveNumber | None = None
    in_app: bool | None = None
    context_line: Text | None = None


class ErrorReport(Input):
    """One error event. The same `event_id` counts once; without one, every report counts. `frames` go from the
    outermost caller to the place that raised. `user_id` is kept as a keyed hash."""

    model_config = example(_REPORT)

    service_id: Name
    message: Text
    type: Line | None = None
    event_id: EventId | None = None
    timestamp: Moment | None = None
    level: Annotated[LevelName, Field(validate_default=True)] = "error"
    platform: Environment = "other"
    environment: Environment = "production"
    release: VersionName | None = None
    transaction: Name | None = None
    server_name: Name | None = None
    logger: Name | None = None
    handled: bool | None = None
    user_id: Name | None = None
    fingerprint: Annotated[list[Name], Field(default_factory=list, max_length=16)]
    tags: Annotated[dict[Name, Name], Field(default_factory=dict, max_length=100), WithJsonSchema(_TAGS)]
    frames: Annotated[list[ReportFrame], Field(default_factory=list, max_length=250)]


class ErrorBatch(Input):
    """Up to 100 reports, each taken or refused by itself."""

    model_config = example({"errors": [_REPORT]})

    errors: Annotated[list[dict[str, Any]], Field(min_length=1, max_length=MAX_BATCH)]


def _one_or_many(value: Any, _: ValidatorFunctionWrapHandler) -> ErrorReport | ErrorBatch:
    chosen = ErrorBatch if isinstance(value, dict) and "errors" in value else ErrorReport
    return chosen.model_validate(value)


ErrorReports = TypeAliasType("ErrorReports", Annotated[ErrorReport | ErrorBatch, WrapValidator(_one_or_many)])


class ReportProblem(Output):
    """Why a report was refused."""

    model_config = example(_REJECTED["error"])

    error: str
    message: str
    details: dict[str, str] | None


class ErrorAccepted(Output):
    """`accepted` means durably written down, and counted within two seconds. `id` is the event's."""

    model_config = example(_ACCEPTED)

    id: str | None
    status: Literal["accepted", "rejected"]
    error: ReportProblem | None


class ErrorResults(Output):
    """What became of each report, in their order."""

    model_config = example({"results": [_ACCEPTED, _REJECTED], "accepted": 1, "rejected": 1})

    results: list[ErrorAccepted]
    accepted: int
    rejected: int


ErrorAnswer = TypeAliasType("ErrorAnswer", ErrorAccepted | ErrorResults)
