"""`releaseray installations`: whose the installations of the GitHub App are, for the operator to see and change."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeVar

import click

from releaseray.cli.configured import configured
from releaseray.cli.ground import migrated_services, runtime_of
from releaseray.db import UnitOfWork
from releaseray.repositories import github as rows
from releaseray.services import installations as service
from releaseray.settings import Settings

T = TypeVar("T")


@click.group()
def installations() -> None:
    """See and change to which organization an installation of the GitHub App belongs. Works beside a running server."""


@installations.command("list")
def list_installations() -> None:
    """List the installations that were seen, and how many repositories are read through each."""

    async def read(uow: UnitOfWork) -> list[tuple[str, ...]]:
        return [
            (str(kept.id), kept.account, organization.id, organization.name, str(count), _state(kept.suspended))
            for kept, organization, count in await rows.installations(uow.session)
        ]

    table = [("ID", "ACCOUNT", "ORGANIZATION", "NAME", "REPOSITORIES", "STATE"), *_in_one_transaction(read)]
    widths = [max(map(len, column)) for column in zip(*table, strict=True)]
    for row in table:
        click.echo("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip())


@installations.command()
@click.argument("installation_id", type=click.IntRange(1, 2**63 - 1))
@click.argument("organization")
def move(installation_id: int, organization: str) -> None:
    """Give the installation INSTALLATION_ID (see `installations list`) to ORGANIZATION, which may then read every
    repository that it sees.

    ORGANIZATION is an id, `org_...`, as the API shows it with every repository (`orgId`). Refused while the
    organization that has it reads repositories through it.
    """

    async def give(uow: UnitOfWork) -> str:
        return (await service.move(uow, installation_id, organization)).account

    click.echo(f"The installation at {_in_one_transaction(give)} belongs to {organization}.")


def _in_one_transaction(use: Callable[[UnitOfWork], Awaitable[T]]) -> T:
    async def run(settings: Settings) -> T:
        async with runtime_of(settings) as runtime, runtime.database.unit_of_work() as uow:
            return await use(uow)

    with migrated_services(configured()) as settings:
        return asyncio.run(run(settings))


def _state(suspended: bool) -> str:
    return "suspended" if suspended else "active"
