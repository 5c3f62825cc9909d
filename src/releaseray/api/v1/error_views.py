"""From an error's rows to what clients see of it."""

import time
from typing import Any

from sqlmodel.ext.asyncio.session import AsyncSession

from releaseray import models
from releaseray.api.v1.schemas.errors import (
    ErrorChange,
    ErrorDetail,
    ErrorRelease,
    ErrorSummary,
    Grouping,
    Regression,
    Resolution,
    Suspect,
)
from releaseray.repositories.errors import Errors
from releaseray.services import suspects
from releaseray.services.error_states import moment
from releaseray.tracking import suspects as tracking_suspects
from releaseray.tracking.error_state import ErrorState, state_from_json

_PLACES = 100
_CHANGES = 100


def summary(error: models.TrackedError) -> ErrorSummary:
    """An error as lists show it."""
    return ErrorSummary(**_summary(error, state_from_json(error.state)))


async def detail(session: AsyncSession, org_id: str, error_id: str) -> ErrorDetail:
    """An error's page; raises `NotFound`."""
    errors = Errors(session, org_id)
    error = await errors.get(error_id)
    state = state_from_json(error.state)
    places = await errors.places(error.id, _PLACES)
    changes = await errors.changes(error.id, _CHANGES)
    suspected = await suspects.of_error(session, org_id, error, state)
    return ErrorDetail(
        **_summary(error, state),
        resolution=_resolution(state),
        regression=_regression(state),
        ignored_until=error.ignored_until,
        ignored_events=state.ignoring.events if state.ignoring else None,
        grouping=Grouping(version=error.grouping_version, explanation=error.explanation),
        releases=[_release(place) for place in places],
        history=[ErrorChange.model_validate(change) for change in changes],
        sample=next((place.sample for place in places if place.sample), None),
        suspects=None if suspected is None else [_suspect(one) for one in suspected],
    )


def _summary(error: models.TrackedError, state: ErrorState) -> dict[str, Any]:
    return {
        **error.model_dump(include=set(ErrorSummary.model_fields) - {"status"}),
        "status": state.status_at(time.time()).value,
        "event_count": error.events,
        "first_release": state.first.release if state.first else None,
    }


def _resolution(state: ErrorState) -> Resolution | None:
    told = state.resolution
    return Resolution(resolved_in=told.how.value, release=told.release, at=moment(told.at)) if told else None


def _regression(state: ErrorState) -> Regression | None:
    seen = state.regression
    if seen is None:
        return None
    return Regression(release=seen.release, environment=seen.environment, at=moment(seen.timestamp))


def _suspect(found: tracking_suspects.Suspect) -> Suspect:
    change = found.change
    return Suspect(
        title=change.title,
        author=change.author,
        pull_request=change.pr,
        commits=list(change.shas),
        share=round(found.share, 4),
        reasons=list(found.reasons),
    )


def _release(place: models.ErrorPlace) -> ErrorRelease:
    return ErrorRelease(
        version=place.version or None,
        environment=place.environment,
        event_count=place.events,
        new=place.new_errors > 0,
        regressed=place.regressed_errors > 0,
        first_seen=place.first_seen,
        last_seen=place.last_seen,
    )
