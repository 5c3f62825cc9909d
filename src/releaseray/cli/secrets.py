"""`releaseray secrets`: keys for what is stored encrypted."""

import asyncio

import click

from releaseray.cli.configured import configured
from releaseray.cli.ground import migrated_services, runtime_of
from releaseray.secrets import new_key
from releaseray.services import resealing
from releaseray.services.resealing import Resealed
from releaseray.settings import Settings


@click.group()
def secrets() -> None:
    """Make and change the keys for what is stored encrypted, such as the tokens of channels."""


@secrets.command()
def key() -> None:
    """Print a new key for RELEASERAY_SECRET_KEYS.

    To rotate: put it in front of the old ones, restart every server and worker, run `releaseray secrets reseal`, then
    take the old ones away.
    """
    click.echo(new_key())


@secrets.command()
def reseal() -> None:
    """Encrypt everything that is stored encrypted with the newest key. Works beside running servers, which must know
    that key already."""
    with migrated_services(configured()) as settings:
        done, lost = asyncio.run(_reseal(settings))
    click.echo(f"{done} secret{'' if done == 1 else 's'} encrypted with the newest key.")
    if lost:
        raise click.ClickException(f"{lost} cannot be opened with any of the keys; set them again.")


async def _reseal(settings: Settings) -> Resealed:
    async with runtime_of(settings) as runtime, runtime.database.unit_of_work() as uow:
        return await resealing.reseal(uow, runtime.secrets)
