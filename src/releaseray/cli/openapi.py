"""`releaseray openapi`: print the OpenAPI document."""

import json

import click

from releaseray.app import create_app
from releaseray.settings import Settings


@click.command()
def openapi() -> None:
    """Print the OpenAPI document as JSON. Needs no database and no Redis."""
    settings = Settings(database_url="postgresql://localhost/releaseray", redis_url="redis://localhost")
    click.echo(json.dumps(create_app(settings).openapi(), ensure_ascii=False, indent=2))
