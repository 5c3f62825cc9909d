"""Errors that clients report over the JSON API, turned into events as Sentry SDKs send them."""

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from releaseray.models import InboxKind, Service
from releaseray.repositories import inbox
from releaseray.repositories.inbox import Arrival


@dataclass(frozen=True, slots=True)
class Report:
    """One error event, as `api.v1.schemas.errors.ErrorReport` documents it."""

    message: str
    event_id: UUID
    timestamp: datetime | None = None
    type: str | None = None
    level: str = "error"
    platform: str = "other"
    environment: str = "production"
    release: str | None = None
    transaction: str | None = None
    server_name: str | None = None
    logger: str | None = None
    handled: bool | None = None
    user_id: str | None = None
    fingerprint: Sequence[str] = ()
    tags: dict[str, str] = field(default_factory=dict)
    frames: Sequence[dict[str, Any]] = ()


async def accept(session: AsyncSession, reports: Sequence[tuple[Service, Report]], received: float) -> None:
    """Put reports into the inbox in the session's transaction."""
    if reports:
        arrivals = [_arrival(service, report, received) for service, report in reports]
        await inbox.put_with(session, arrivals)


def _arrival(service: Service, report: Report, received: float) -> Arrival:
    payload = json.dumps(_event(report), ensure_ascii=False).encode()
    return Arrival(service.project_id or 0, InboxKind.EVENT, report.event_id, received, None, payload)


def _event(report: Report) -> dict[str, Any]:
    event: dict[str, Any] = {
        "timestamp": report.timestamp.timestamp() if report.timestamp else None,
        "level": report.level,
        "platform": report.platform,
        "environment": report.environment,
        "release": report.release,
        "transaction": report.transaction,
        "server_name": report.server_name,
        "logger": report.logger,
        "user": {"id": report.user_id},
        "fingerprint": list(report.fingerprint),
        "tags": report.tags,
    }
    if report.type is None and not report.frames:
        return {**event, "message": report.message}
    raised = {
        "type": report.type,
        "value": report.message,
        "mechanism": {"handled": report.handled},
        "stacktrace": {"frames": list(report.frames)},
    }
    return {**event, "exception": {"values": [raised]}}
