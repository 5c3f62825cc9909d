"""The long answers, straight from their rows to the JSON that `schemas` documents: models of each row would take
longer than the database."""

from collections.abc import Sequence
from typing import Any

from fastapi import Response
from pydantic_core import to_json

from releaseray.api.schemas.base import rfc3339
from releaseray.repositories.error_lists import ErrorRow
from releaseray.repositories.trends import Series
from releaseray.services.trends import Span

_TIMES = ("first_seen", "last_seen", "created_at", "updated_at")


def written(body: dict[str, Any], response: Response) -> Response:
    """The body with the headers that were set on `response`."""
    return Response(to_json(body), headers=dict(response.headers), media_type="application/json")


def error_summary(row: ErrorRow) -> dict[str, Any]:
    """`schemas.errors.ErrorSummary`; pydantic writes times that are UTC and whole seconds as `rfc3339` does."""
    told = row._asdict()
    for name in _TIMES:
        told[name] = told[name].replace(microsecond=0)
    return told


def trends(service_id: str, interval: str, span: Span, found: Sequence[Series]) -> dict[str, Any]:
    """`schemas.trends.Trends`; a moment is written out once, however many series have a point there."""
    moments = {at: rfc3339(at) for at in {at for one in found for at in one.at}}
    series = [
        {
            "version": one.version or None,
            "environment": one.environment,
            "error_count": one.events,
            "points": [{"at": moments[at], "error_count": count} for at, count in zip(one.at, one.counts, strict=True)],
        }
        for one in found
    ]
    begins, ends = map(rfc3339, span)
    return {"service_id": service_id, "interval": interval, "from": begins, "to": ends, "series": series}
