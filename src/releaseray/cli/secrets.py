"""`releaseray secrets`: keys for what is stored encrypted."""

import click

from releaseray.secrets import new_key


@click.group()
def secrets() -> None:
    """Make keys for what is stored encrypted, such as the tokens of channels."""


@secrets.command()
def key() -> None:
    """Print a new key for RELEASERAY_SECRET_KEYS. To rotate, put it in front of the old ones."""
    click.echo(new_key())
