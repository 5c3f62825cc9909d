"""`releaseray serve`: the API and the pages, with services and a worker of its own when no URL is set."""

import click
import uvloop
from fastapi import FastAPI

from releaseray import heap, logs
from releaseray.cli import server
from releaseray.cli.configured import configured
from releaseray.cli.ground import check_room_for_mirrors, migrated_services


@click.command()
def serve() -> None:
    """Serve the API, the public pages and /docs until Ctrl-C or SIGTERM.

    Without RELEASERAY_DATABASE_URL and RELEASERAY_REDIS_URL this starts a PostgreSQL and a Redis in
    RELEASERAY_DATA_DIR and a worker beside it. With them, migrate first (`releaseray migrate`) and run at least
    one `releaseray worker`.
    """
    heap.keep_one_arena()
    settings = configured()
    logs.configure(settings.log_level, settings.log_format)
    with server.bound(settings) as (listener, bound):
        check_room_for_mirrors(bound)
        with migrated_services(bound) as reached:
            uvloop.run(server.run(reached, listener, with_worker=settings.embedded, then=_announce))


async def _announce(app: FastAPI) -> bool:
    click.echo(f"ReleaseRay is ready: {app.state.runtime.settings.base_url}")
    return True
