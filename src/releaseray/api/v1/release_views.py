"""From a release's page to what clients see of it."""

from releaseray.api.v1.error_views import summary
from releaseray.api.v1.schemas.releases import (
    Comparison,
    Deploy,
    PreviousRelease,
    RangeLink,
    Release,
    ReleaseDetail,
    Sessions,
)
from releaseray.services import release_pages
from releaseray.services.release_pages import ReleasePage
from releaseray.tracking.sessions import SessionCounts, crash_free_rate


def detail(page: ReleasePage) -> ReleaseDetail:
    """A release with everything about it."""
    return ReleaseDetail(
        **Release.model_validate(page.release).model_dump(mode="python"),
        previous_release=PreviousRelease.model_validate(page.previous) if page.previous else None,
        comparison=_comparison(page.comparison) if page.comparison else None,
        sessions=_sessions(page.sessions) if page.sessions.total else None,
        new=[summary(error) for error in page.new],
        regressed=[summary(error) for error in page.regressed],
        deploys=[
            Deploy(
                kind=deploy.kind,
                deployed_at=deploy.deployed_at,
                deployed_by=deploy.deployed_by,
                commit_sha=deploy.commit_sha,
                replaced=deploy.replaced_id,
            )
            for deploy in page.deploys
        ],
        range=RangeLink.model_validate(page.range) if page.range else None,
    )


def _comparison(made: release_pages.Comparison) -> Comparison:
    return Comparison(
        hours=made.hours,
        error_count=made.events,
        previous_error_count=made.previous_events,
        share=made.share,
        verdict=made.verdict,
    )


def _sessions(counts: SessionCounts) -> Sessions:
    return Sessions(**counts._asdict(), crash_free_rate=crash_free_rate(counts))
