"""Error counts over time as the API shows them."""

from typing import Annotated, Any

from pydantic import Field

from releaseray.api.schemas.base import OneOf, Timestamp, example
from releaseray.api.v1.schemas.base import Output

Interval = Annotated[str, OneOf("Interval", ("hour", "day"))]

_POINT: dict[str, Any] = {"at": "2024-01-15T10:00:00Z", "error_count": 7}
_SERIES: dict[str, Any] = {
    "version": "1.2.3",
    "environment": "production",
    "error_count": 7,
    "points": [_POINT],
}


class TrendPoint(Output):
    """Events in the hour or day that begins at `at`; those without any are left out."""

    model_config = example(_POINT)

    at: Timestamp
    error_count: int


class TrendSeries(Output):
    """One release in one environment; `version` is null for events without a release."""

    model_config = example(_SERIES)

    version: str | None
    environment: str
    error_count: int
    points: list[TrendPoint]


class Trends(Output):
    """Error events of a service by release over time, releases with the most events first."""

    model_config = example(
        {
            "service_id": "svc_abc123",
            "interval": "hour",
            "from": "2024-01-15T00:00:00Z",
            "to": "2024-01-16T00:00:00Z",
            "series": [_SERIES],
        }
    )

    service_id: str
    interval: Interval
    since: Timestamp = Field(alias="from")
    until: Timestamp = Field(alias="to")
    series: list[TrendSeries]
