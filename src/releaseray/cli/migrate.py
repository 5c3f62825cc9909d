"""`releaseray migrate`: bring the database's schema up to this version."""

import click

from releaseray import migrations
from releaseray.cli.configured import configured
from releaseray.cli.ground import services


@click.command()
def migrate() -> None:
    """Bring the database's schema up to this version.

    Run it once for each new version, while servers and workers are stopped; running it again, or on several machines
    at once, does no harm. With embedded services, `serve` does it by itself.
    """
    with services(configured()) as settings:
        migrations.upgrade(str(settings.database_url))
    click.echo(f"The schema is at {migrations.newest()}.")
