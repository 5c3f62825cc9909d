"""`releaseray try`: from a repository to drafts, a public page and a running API, in one command."""

import sys
from pathlib import Path

import click
import uvloop
from rich.console import Console

from releaseray import heap, logs
from releaseray.cli import server, tether
from releaseray.cli.configured import configured
from releaseray.cli.ground import migrated_services
from releaseray.cli.guide import Guide
from releaseray.settings import Settings


@click.command("try")
@click.argument("repo", default=".")
@click.option("--end-with", type=int, hidden=True, help="End when this process is our parent no more.")
def try_(repo: str, end_with: int | None) -> None:
    """Draft the newest release of REPO for every persona, publish a page of it on this machine, and keep serving.

    REPO is a path or a Git URL; without one, the current directory. Starting again makes nothing twice.
    """
    if end_with is not None:
        tether.end_with(end_with)
    heap.keep_one_arena()
    sys.stdout.reconfigure(errors="replace")  # type: ignore[union-attr]  # a terminal that cannot show a letter
    location = _location(repo)
    settings = configured()
    if "log_level" not in settings.model_fields_set:
        settings = settings.model_copy(update={"log_level": "warning"})
    logs.configure(settings.log_level, settings.log_format)
    console = Console(highlight=False)
    with server.bound(settings) as (listener, bound):
        console.print("Starting ReleaseRay ...")
        with migrated_services(bound) as reached:
            guide = Guide(console, location)
            uvloop.run(server.run(_allowing(reached, location), listener, with_worker=True, then=guide.show))


def _location(repo: str) -> str:
    """A path made absolute, a URL as it is."""
    path = Path(repo).expanduser()
    if path.exists():
        return str(path.resolve())
    if "://" in repo or (":" in repo and not repo.startswith((".", "/", "~"))):
        return repo
    raise click.ClickException(f"REPO: there is no folder {repo}, and it is no Git URL (https://host/owner/name.git).")


def _allowing(settings: Settings, location: str) -> Settings:
    """The path named on the command line may be read, whatever clients may name."""
    if not location.startswith("/"):
        return settings
    return settings.model_copy(update={"repo_paths": (*(settings.repo_paths or ()), Path(location))})
