"""Making services, each with a DSN of its own, and changing them."""

from collections.abc import Mapping
from typing import Any

from releaseray.db import UnitOfWork
from releaseray.errors import Conflict
from releaseray.models import Service
from releaseray.repositories.services import Services
from releaseray.services import late_tags
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


async def update(uow: UnitOfWork, org_id: str, service_id: str, changes: Mapping[str, Any]) -> Service:
    """The service with another name or repository. Deploys that waited for a repository are read in the one that is
    named now. Raises `NotFound`, and `Conflict` with the other service's id when the name is taken."""
    services = Services(uow.session, org_id)
    service = await services.get(service_id, locked=True)
    other = await services.by_name(changes["name"]) if "name" in changes else None
    if other is not None and other.id != service.id:
        raise Conflict(f"A service named {other.name} exists.", {"id": other.id})
    for name, value in changes.items():
        setattr(service, name, value)
    uow.session.add(service)
    await uow.session.flush()
    if changes.get("repository"):
        await late_tags.named(uow, service)
    return service
