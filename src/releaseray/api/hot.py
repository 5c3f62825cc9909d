"""The read that clients poll: one draft in one round trip, straight to the JSON that `schemas.drafts` documents."""

import re
import time
from datetime import UTC, datetime
from typing import Any

from pydantic_core import to_json
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from releaseray.errors import NotFound
from releaseray.services import drafts
from releaseray.services.runtime import Runtime
from releaseray.services.waiting import Finished

_QUERY = """
SELECT range_id, persona, status, body_md, flags, error, created_at, updated_at
FROM drafts WHERE id = $1 AND org_id = $2
"""
_WAIT = re.compile(r"(?:^|[\s,;])wait=(\d+)")
_LONGEST_WAIT = 30
_LOOK_AGAIN_SECONDS = 0.5


async def read_draft(request: Request, draft_id: str, prefer: str | None, if_none_match: str | None) -> Response:
    """The draft as it is, or as it is once finished when `prefer` says `wait=N`; raises `NotFound`."""
    runtime: Runtime = request.app.state.runtime
    org_id: str = request.state.caller.org_id
    row = await _row(runtime, org_id, draft_id)
    if row["status"] == "processing" and prefer:
        row = await _wait(runtime, request.app.state.finished, org_id, draft_id, prefer) or row
    if row["status"] == "processing":
        return await _processing(runtime, draft_id, row["created_at"])
    if row["status"] == "failed":
        problem = {"error": "Generation failed", "message": row["error"]}
        return JSONResponse({"id": draft_id, "status": "failed", "error": problem})
    etag = drafts.etag(draft_id, row["updated_at"])
    headers = {"ETag": etag, "Cache-Control": "private, no-cache"}
    if if_none_match is not None and etag in (tag.strip().removeprefix("W/") for tag in if_none_match.split(",")):
        return Response(status_code=304, headers=headers)
    return Response(_documented(draft_id, row), media_type="application/json", headers=headers)


async def _row(runtime: Runtime, org_id: str, draft_id: str) -> Any:
    row = await runtime.database.raw.fetchrow(_QUERY, draft_id, org_id)
    if row is None:
        raise NotFound.of("Draft", draft_id)
    return row


async def _wait(runtime: Runtime, finished: Finished, org_id: str, draft_id: str, prefer: str) -> Any:
    match = _WAIT.search(prefer)
    ends = time.monotonic() + min(int(match[1]), _LONGEST_WAIT) if match else 0.0
    row = None
    while (left := ends - time.monotonic()) > 0 and (row is None or row["status"] == "processing"):
        await finished.wait(draft_id, min(left, _LOOK_AGAIN_SECONDS))
        row = await _row(runtime, org_id, draft_id)
    return row


async def _processing(runtime: Runtime, draft_id: str, since: datetime) -> Response:
    async with runtime.database.reading() as session:
        estimate = await drafts.estimate(session)
    left = max(1, estimate - int((datetime.now(UTC) - since).total_seconds()))
    return JSONResponse({"id": draft_id, "status": "processing", "estimatedTime": left}, headers={"Retry-After": "1"})


def _documented(draft_id: str, row: Any) -> bytes:
    """Only `body_md` needs escaping: ids and personas are plain, `flags` is JSON as it was written."""
    return (
        f'{{"id":"{draft_id}","releaseRangeId":"{row["range_id"]}","persona":"{row["persona"]}",'
        f'"bodyMd":{to_json(row["body_md"]).decode()},"flags":{row["flags"]},'
        f'"createdAt":"{_time(row["created_at"])}","updatedAt":"{_time(row["updated_at"])}"}}'
    ).encode()


def _time(moment: datetime) -> str:
    """Like `schemas.base.rfc3339`; asyncpg's times are UTC already."""
    return f"{moment.replace(tzinfo=None).isoformat(timespec='seconds')}Z"
