"""Making services, each with a DSN of its own."""

from releaseray.db import UnitOfWork
from releaseray.errors import Conflict
from releaseray.models import Service
from releaseray.repositories.services import Services
from releaseray.settings import Settings
from releaseray.tracking.dsn import make_dsn


def dsn_of(settings: Settings, service: Service) -> str:
    """What an unmodified Sentry SDK is given to report to a service."""
    return make_dsn(settings.base_url, service.public_key, service.project_id or 0)


async def create(uow: UnitOfWork, org_id: str, name: str, repository: str | None) -> Service:
    """A new service; raises `Conflict` with the existing one's id when the name is taken."""
    services = Services(uow.session, org_id)
    made = await services.insert(Service(org_id=org_id, name=name, repository=repository))
    if made is None:
        existing = await services.by_name(name)
        raise Conflict(f"A service named {name} exists.", {"id": existing.id} if existing else None)
    return made
