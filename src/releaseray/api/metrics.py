"""What Prometheus reads of an API process."""

from functools import cache

from fastapi import APIRouter
from prometheus_client import CONTENT_TYPE_LATEST, Counter, Histogram, generate_latest
from starlette.responses import Response

_REQUESTS = Counter("releaseray_http_requests_total", "Requests answered", ["operation", "method", "status"])
_SECONDS = Histogram("releaseray_http_request_seconds", "Time to answer", ["operation"])

requests = cache(_REQUESTS.labels)
"""The counter of one operation, method and status; looking labels up anew costs more than counting."""
seconds = cache(_SECONDS.labels)
"""The histogram of one operation."""

router = APIRouter(include_in_schema=False)


@router.get("/metrics", name="metrics")
async def metrics() -> Response:
    """Everything that was measured, in Prometheus's text format."""
    return Response(generate_latest(), media_type=CONTENT_TYPE_LATEST)
