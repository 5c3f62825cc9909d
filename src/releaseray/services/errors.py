"""What people do to errors: resolve, ignore, reopen; and what an error's page says."""

from collections.abc import Sequence

from sqlmodel.ext.asyncio.session import AsyncSession

from releaseray.db import UnitOfWork
from releaseray.errors import Conflict
from releaseray.models import ErrorChange, Release, TrackedError, now
from releaseray.repositories.errors import Errors
from releaseray.repositories.organizations import Keys
from releaseray.repositories.releases import Releases
from releaseray.repositories.services import Services
from releaseray.services.error_states import columns_of, moment
from releaseray.services.ledger import KnownReleases
from releaseray.tracking.error_state import ResolvedIn, state_from_json, state_to_json
from releaseray.tracking.regression import Ignore, Reopen, Resolve, apply


async def actor(session: AsyncSession, org_id: str, key_id: str) -> str:
    """Who acts: the name of the key, as its owner chose it."""
    return (await Keys(session, org_id).get(key_id)).name


async def act(uow: UnitOfWork, org_id: str, error_id: str, action: Resolve | Ignore | Reopen) -> TrackedError:
    """The error after someone's action. Raises `NotFound`, and `Conflict` for an ignoring that is over already."""
    if isinstance(action, Ignore) and action.until is not None and action.until <= action.at:
        raise Conflict("ignored_until: has passed already", {"ignored_until": "has passed already"})
    errors = Errors(uow.session, org_id)
    service_id = (await errors.get(error_id)).service_id
    await Services(uow.session, org_id).get(service_id, locked=True)
    error = await errors.get(error_id)
    releases = await Releases(uow.session, org_id).of_service(service_id)
    if isinstance(action, Resolve) and action.how is not ResolvedIn.RELEASE:
        action = action._replace(deployed=_running(releases, set(await errors.environments(error_id))))
    applied = apply(state_from_json(error.state), action, known_releases(releases).order)
    error.state = state_to_json(applied.state)
    for name, value in columns_of(applied.state)._asdict().items():
        setattr(error, name, value)
    error.updated_at = now()
    await errors.save(error)
    for change in applied.transitions:
        before, after = change.before.value, change.after.value
        uow.session.add(
            ErrorChange(
                error_id=error.id, at=moment(change.at), before=before, after=after, by=change.by, reason=change.reason
            )
        )
    return error


def known_releases(releases: Sequence[Release]) -> KnownReleases:
    """Releases as the rules want them."""
    return KnownReleases.of(0, [(one.version, one.environment, one.first_deployed_at.timestamp()) for one in releases])


def _running(releases: Sequence[Release], environments: set[str]) -> tuple[str, ...]:
    """The versions that are known where the error was seen: "the newest" means the newest of these."""
    return tuple({release.version for release in releases if release.environment in environments})
