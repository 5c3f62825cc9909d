"""The GitHub App's installations: each belongs to one organization, and reads for no other."""

import structlog
from sqlmodel.ext.asyncio.session import AsyncSession

from releaseray.db import UnitOfWork
from releaseray.errors import Conflict, NotFound
from releaseray.github import Auth, GitHubError, Installation, Kind
from releaseray.github.auth import Ask
from releaseray.models import GitHubInstallation, Organization
from releaseray.repositories import github as rows
from releaseray.repositories import incoming
from releaseray.repositories.organizations import first_organization
from releaseray.services.outages import despite_outages
from releaseray.services.runtime import Runtime

_NAMED = 5

log = structlog.stdlib.get_logger(__name__)


async def seen(runtime: Runtime, session: AsyncSession, found: Installation) -> GitHubInstallation | None:
    """The installation as it is kept from now on. A new one belongs to the organization that the operator names, else
    to the first, whoever saw it; None when there is no such organization."""
    known = await rows.installation(session, found.id)
    org_id = known.org_id if known else await _organization_of_new_ones(runtime, session)
    if org_id is None:
        return None
    kept = GitHubInstallation(id=found.id, org_id=org_id, account=found.account, suspended=found.suspended)
    return await rows.keep_installation(session, kept)


async def _organization_of_new_ones(runtime: Runtime, session: AsyncSession) -> str | None:
    named = runtime.settings.github_app_organization
    found = await session.get(Organization, named) if named else await first_organization(session)
    if found is None:
        log.warning("a GitHub App's installation belongs to nobody", organization=named)
    return found.id if found else None


async def move(uow: UnitOfWork, installation_id: int, org_id: str) -> GitHubInstallation:
    """Give an installation to another organization, which may then connect every repository that it sees.

    Raises `NotFound`, and `Conflict` while the organization that has it reads repositories through it: whoever gets it
    could read those too.
    """
    kept = await rows.installation(uow.session, installation_id, locked=True)
    if kept is None:
        raise NotFound(f"The GitHub App has no installation {installation_id} here.")
    if await uow.session.get(Organization, org_id) is None:
        raise NotFound.of("Organization", org_id)
    if kept.org_id == org_id:
        return kept
    through = await incoming.through(uow.session, kept.org_id, installation_id)
    used = [repo.full_name for repo in through if repo.sealed_token is None]
    if used:
        named = ", ".join(used[:_NAMED]) + (f" and {len(used) - _NAMED} more" if len(used) > _NAMED else "")
        raise Conflict(
            f"{kept.org_id} reads {named} through the installation at {kept.account}, and {org_id} could read them "
            "too. Disconnect them first, or connect them again with a token of their own."
        )
    kept.org_id = org_id
    uow.session.add(kept)
    await incoming.hand_over(uow.session, installation_id, org_id)
    return kept


async def reading(runtime: Runtime, org_id: str, api_url: str, full_name: str) -> GitHubInstallation | None:
    """The installation through which this organization may read a repository; None where the App is not installed,
    or for another organization. What keeps the App from being asked is logged: anybody may still read the repository.

    A new installation is kept at once, whatever becomes of the caller's own transaction."""
    app = runtime.github_app
    if app is None or app.url != api_url:
        return None
    try:
        found = await app.installation_at(full_name)
    except GitHubError as problem:
        log.warning("the GitHub App cannot be asked", repository=full_name, problem=problem.message)
        return None
    if found is None:
        return None
    async with runtime.database.unit_of_work() as uow:
        kept = await seen(runtime, uow.session, found)
    return kept if kept and kept.org_id == org_id else None


class Bound:
    """Reads as an installation for as long as it belongs to the organization; asked once, before the first call."""

    def __init__(self, runtime: Runtime, org_id: str, installation_id: int, auth: Auth) -> None:
        self._runtime, self._org_id, self._id, self._auth = runtime, org_id, installation_id, auth
        self._checked = False
        self.identity = auth.identity

    async def authorization(self, ask: Ask) -> str | None:
        if not self._checked:
            await self._check()
            self._checked = True
        return await self._auth.authorization(ask)

    def forget(self) -> bool:
        return self._auth.forget()

    async def _check(self) -> None:
        kept = await despite_outages(self._kept)
        if kept is None or kept.org_id != self._org_id:
            raise GitHubError(
                "The GitHub App is not installed there any more. Install it, or give a token.", Kind.REVOKED
            )
        if kept.suspended:
            raise GitHubError(f"The GitHub App's installation at {kept.account} is suspended.", Kind.FORBIDDEN)

    async def _kept(self) -> GitHubInstallation | None:
        async with self._runtime.database.reading() as session:
            return await rows.installation(session, self._id)
