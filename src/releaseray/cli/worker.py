"""`releaseray worker`: make drafts until told to stop."""

import asyncio
import os
import signal
import sys
from contextlib import suppress

import click
import uvloop

from releaseray import heap, logs
from releaseray import worker as work
from releaseray.cli.configured import configured
from releaseray.cli.ground import check_room_for_mirrors, migrated_services
from releaseray.settings import Settings


@click.command()
@click.option("--until-stdin-ends", is_flag=True, hidden=True, help="Stop when standard input ends.")
def worker(until_stdin_ends: bool) -> None:
    """Make drafts until told to stop (SIGTERM, Ctrl-C). Run as many as you like, on as many machines.

    Needs RELEASERAY_DATABASE_URL and RELEASERAY_REDIS_URL, or a data directory whose services it then shares.
    """
    heap.keep_one_arena()
    settings = configured()
    logs.configure(settings.log_level, settings.log_format)
    check_room_for_mirrors(settings)
    with migrated_services(settings) as reached:
        uvloop.run(_work(reached, until_stdin_ends))


async def _work(settings: Settings, until_stdin_ends: bool) -> None:
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    if until_stdin_ends:
        loop.add_reader(sys.stdin.fileno(), _stop_at_end, stop)
    await work.run(settings, stop)


def _stop_at_end(stop: asyncio.Event) -> None:
    with suppress(BlockingIOError):
        if not os.read(sys.stdin.fileno(), 4096):
            asyncio.get_running_loop().remove_reader(sys.stdin.fileno())
            stop.set()
