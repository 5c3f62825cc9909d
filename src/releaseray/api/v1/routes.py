"""Every router of release tracking, under its base path."""

from fastapi import APIRouter

from releaseray.api.v1 import errors, releases, services

router = APIRouter(prefix="/api/v1")
for module in (services, releases, errors):
    router.include_router(module.router)
