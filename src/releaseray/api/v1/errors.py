"""Errors: report, list, get, resolve and ignore."""

import time
from datetime import datetime
from typing import Annotated
from uuid import UUID, uuid4

from fastapi import APIRouter, Query, Request, Response
from pydantic import ValidationError

from releaseray.api.auth import Caller, CurrentCaller
from releaseray.api.endpoint import CurrentRuntime, Endpoint, Uow
from releaseray.api.limits import Limiter
from releaseray.api.paging import envelope
from releaseray.api.problems import STATUS, explain
from releaseray.api.responses import responses, scoped
from releaseray.api.schemas.base import Moment
from releaseray.api.schemas.errors import KINDS
from releaseray.api.v1 import direct
from releaseray.api.v1.error_views import detail
from releaseray.api.v1.paging import Paging
from releaseray.api.v1.schemas.base import Environment, Name, VersionName
from releaseray.api.v1.schemas.errors import ErrorDetail, ErrorList, ErrorUpdate, StatusName
from releaseray.api.v1.schemas.reports import (
    ErrorAccepted,
    ErrorAnswer,
    ErrorReport,
    ErrorReports,
    ErrorResults,
    ReportProblem,
)
from releaseray.db import UnitOfWork
from releaseray.errors import AppError, Conflict, InvalidRequest, RateLimited
from releaseray.models import Service
from releaseray.repositories.error_lists import ErrorFilter, page_of_errors
from releaseray.repositories.services import Services
from releaseray.services import errors, reports
from releaseray.services.keys import Scope
from releaseray.services.reports import Report
from releaseray.tracking.error_state import ResolvedIn, Status
from releaseray.tracking.regression import Ignore, Reopen, Resolve

router = APIRouter(prefix="/errors", tags=["errors"], route_class=Endpoint)


@router.post("", name="report", dependencies=scoped(Scope.RELEASES), responses=responses(404, 413))
async def report_errors(request: Request, caller: CurrentCaller, uow: Uow, body: ErrorReports) -> ErrorAnswer:
    """Report one error, or up to 100 as `errors`, of which each is taken or refused by itself."""
    desk = _Desk(request.app.state.limiter, caller, uow)
    if isinstance(body, ErrorReport):
        id = await desk.take(body)
        await desk.write_down()
        return ErrorAccepted(id=id, status="accepted", error=None)
    results = [await desk.answer(item) for item in body.errors]
    await desk.write_down()
    accepted = sum(result.status == "accepted" for result in results)
    return ErrorResults(results=results, accepted=accepted, rejected=len(results) - accepted)


class _Desk:
    """Takes the reports of one request."""

    def __init__(self, limiter: Limiter, caller: Caller, uow: UnitOfWork) -> None:
        self._limiter, self._caller, self._uow = limiter, caller, uow
        self._services: dict[str, Service] = {}
        self._taken: list[tuple[Service, Report]] = []

    async def answer(self, item: object) -> ErrorAccepted:
        """The answer to one report of a batch."""
        try:
            id = await self.take(_parsed(item))
        except AppError as problem:
            kind = KINDS[STATUS[type(problem)]]
            told = ReportProblem(error=kind, message=problem.message, details=problem.details)
            return ErrorAccepted(id=None, status="rejected", error=told)
        return ErrorAccepted(id=id, status="accepted", error=None)

    async def take(self, report: ErrorReport) -> str:
        """The event's id; raises `NotFound` for the service, `RateLimited` when it sends too much."""
        service = self._services.get(report.service_id)
        if service is None:
            service = await Services(self._uow.session, self._caller.org_id).get(report.service_id)
            self._services[report.service_id] = service
        verdict = await self._limiter.check([(self._limiter.events, service.id)])
        if not verdict.allowed:
            raise RateLimited(verdict.message, verdict.retry_after)
        fields = report.model_dump(exclude={"service_id", "event_id"})
        event_id = UUID(report.event_id) if report.event_id else uuid4()
        self._taken.append((service, Report(event_id=event_id, **fields)))
        return event_id.hex

    async def write_down(self) -> None:
        """Put what was taken into the inbox."""
        await reports.accept(self._uow.session, self._taken, time.time())


def _parsed(item: object) -> ErrorReport:
    try:
        return ErrorReport.model_validate(item)
    except ValidationError as problem:
        details = explain([{**error, "loc": ("body", *error["loc"])} for error in problem.errors()])
        raise InvalidRequest("; ".join(f"{field}: {words}" for field, words in details.items()), details) from None


@router.get("", name="list", dependencies=scoped(Scope.READ), responses=responses(404, 409), response_model=ErrorList)
async def list_errors(
    request: Request,
    response: Response,
    caller: CurrentCaller,
    runtime: CurrentRuntime,
    page: Paging,
    service_id: Annotated[Name | None, Query(description="Service ID")] = None,
    status: Annotated[StatusName | None, Query(description="Filter by status")] = None,
    environment: Annotated[Environment | None, Query(description="Seen in this environment")] = None,
    release: Annotated[VersionName | None, Query(description="Seen in this version")] = None,
    since: Annotated[Moment | None, Query(alias="from", description="Seen at or after")] = None,
    until: Annotated[Moment | None, Query(alias="to", description="Seen before")] = None,
) -> Response:
    """Get all errors, newest first."""
    if since is not None and until is not None and since >= until:
        raise Conflict("from: must be before to", {"from": "must be before to"})
    wanted = ErrorFilter(service_id, Status(status) if status else None, environment, release, since, until)
    found, total = await page_of_errors(runtime.database.raw, caller.org_id, page, wanted)
    if service_id is not None and not total:
        async with runtime.database.reading() as session:
            await Services(session, caller.org_id).get(service_id)
    items = [direct.error_summary(row) for row in found]
    return direct.written(envelope(request, response, "errors", items, total, page), response)


@router.get("/{error_id}", name="get", dependencies=scoped(Scope.READ), responses=responses(404))
async def get_error(caller: CurrentCaller, runtime: CurrentRuntime, error_id: str) -> ErrorDetail:
    """Get an error: where it was seen, what became of it, and why its events belong together."""
    async with runtime.database.reading() as session:
        return await detail(session, caller.org_id, error_id)


@router.patch("/{error_id}", name="update", dependencies=scoped(Scope.RELEASES), responses=responses(404, 409, 413))
async def update_error(caller: CurrentCaller, uow: Uow, error_id: str, body: ErrorUpdate) -> ErrorDetail:
    """Resolve an error, ignore it, or make it new again."""
    by = await errors.actor(uow.session, caller.org_id, caller.key_id)
    await errors.act(uow, caller.org_id, error_id, _action(body, by))
    await uow.session.flush()
    return await detail(uow.session, caller.org_id, error_id)


def _action(body: ErrorUpdate, by: str) -> Resolve | Ignore | Reopen:
    at = time.time()
    if body.status == "resolved":
        return Resolve(at, ResolvedIn(body.resolved_in or ResolvedIn.NOW), body.release, by)
    if body.status == "ignored":
        return Ignore(at, _seconds(body.ignored_until), body.ignored_events, by)
    return Reopen(at, by)


def _seconds(moment: datetime | None) -> float | None:
    return None if moment is None else moment.timestamp()
