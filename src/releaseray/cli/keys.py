"""`releaseray keys`: make, list and revoke API keys from the machine the server runs on."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from typing import TypeVar

import click

from releaseray.cli.configured import configured
from releaseray.cli.ground import migrated_services, runtime_of
from releaseray.db import UnitOfWork
from releaseray.models import ApiKey, now
from releaseray.repositories.organizations import Keys
from releaseray.repositories.paging import Page
from releaseray.services import bootstrap
from releaseray.services import keys as service
from releaseray.services.keys import DEFAULT_SCOPES, Scope
from releaseray.settings import Settings

T = TypeVar("T")
_AT_MOST = 1000
_MOST_NAME = 200


@click.group()
def keys() -> None:
    """Make, list and revoke API keys. Works beside a running server and without one."""


def _scopes(ctx: click.Context, param: click.Parameter, value: str | None) -> tuple[Scope, ...]:
    if value is None:
        return DEFAULT_SCOPES
    names = [name.strip() for name in value.split(",") if name.strip()]
    try:
        return tuple(Scope(name) for name in names) or DEFAULT_SCOPES
    except ValueError as problem:
        raise click.BadParameter(f"{problem}. Scopes are {', '.join(Scope)}.") from None


def _name(ctx: click.Context, param: click.Parameter, value: str) -> str:
    name = value.strip()
    if not name or len(name) > _MOST_NAME or not name.isprintable():
        raise click.BadParameter(f"must be 1 to {_MOST_NAME} printable characters.")
    return name


@keys.command()
@click.option("--name", required=True, callback=_name, help="What the key is for, e.g. 'CI/CD Pipeline'.")
@click.option(
    "--scopes",
    callback=_scopes,
    metavar="A,B",
    help=f"What it may do: {', '.join(Scope)}. Default: all but admin.",
)
@click.option(
    "--expires-in-days", type=click.IntRange(1, 36_500), metavar="N", help="When it stops working. Default: never."
)
def create(name: str, scopes: tuple[Scope, ...], expires_in_days: int | None) -> None:
    """Make a key and print it, alone, on standard output. It is shown this once and stored nowhere."""
    expires_at = now() + timedelta(days=expires_in_days) if expires_in_days else None

    async def make(uow: UnitOfWork, org_id: str) -> str:
        return (await service.create(uow, org_id, name, scopes, expires_at))[1]

    click.echo(_for_organization(make))


@keys.command("list")
def list_keys() -> None:
    """List the keys that work."""

    async def read(uow: UnitOfWork, org_id: str) -> list[ApiKey]:
        return list((await Keys(uow.session, org_id).list(Page(limit=_AT_MOST))).items)

    rows: list[tuple[str, ...]] = [("ID", "NAME", "KEY", "SCOPES", "MADE", "LAST USED", "EXPIRES")]
    for key in _for_organization(read):
        moments = (_shown(moment) for moment in (key.created_at, key.last_used_at, key.expires_at))
        rows.append((key.id, key.name, f"…{key.last_four}", ",".join(key.scopes), *moments))
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    for row in rows:
        click.echo("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip())


@keys.command()
@click.argument("key_id")
def revoke(key_id: str) -> None:
    """Make the key KEY_ID (see `keys list`) stop working, for good, within seconds."""

    async def end(uow: UnitOfWork, org_id: str) -> str:
        return (await service.revoke(uow, org_id, key_id)).name

    click.echo(f"The key {_for_organization(end)!r} works no more.")


def _for_organization(use: Callable[[UnitOfWork, str], Awaitable[T]]) -> T:
    """Do it for the first organization, which is made if need be, in one transaction."""

    async def run(settings: Settings) -> T:
        async with runtime_of(settings) as runtime, runtime.database.unit_of_work() as uow:
            organization, _ = await bootstrap.organization(uow, settings)
            return await use(uow, organization.id)

    with migrated_services(configured()) as settings:
        return asyncio.run(run(settings))


def _shown(moment: datetime | None) -> str:
    return f"{moment:%Y-%m-%d %H:%M}" if moment else "never"
