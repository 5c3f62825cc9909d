"""The first start: an organization to own things."""

from sqlalchemy import text

from releaseray.db import UnitOfWork
from releaseray.models import Organization
from releaseray.repositories.organizations import first_organization
from releaseray.settings import Settings


async def organization(uow: UnitOfWork, settings: Settings, name: str = "My organization") -> tuple[Organization, bool]:
    """The first organization, and whether it was made just now; two starts at once make one."""
    await uow.session.scalar(text("SELECT pg_advisory_xact_lock(hashtextextended('bootstrap', 0))"))
    existing = await first_organization(uow.session)
    if existing is not None:
        return existing, False
    made = Organization(name=name, tier=settings.default_tier)
    uow.session.add(made)
    await uow.session.flush()
    return made, True
