"""`releaseray notes`: the draft of a range on standard output; no service, no database."""

import os
import tempfile
from datetime import UTC, datetime
from pathlib import Path

import click

from releaseray.cli.notes_answer import Request, answer
from releaseray.cli.notes_json import parsed
from releaseray.cli.notes_range import Asked
from releaseray.cli.quick import FORMS
from releaseray.notes.draft import Draft
from releaseray.notes.engine import PERSONAS
from releaseray.notes.keep_a_changelog import updated


@click.command()
@click.argument("spec", metavar="[FROM..TO]", default="")
@click.option("--repo", default=".", show_default=True, help="A path or a Git URL.")
@click.option("--persona", type=click.Choice(PERSONAS), default=PERSONAS[0], show_default=True)
@click.option("--format", "form", type=click.Choice(FORMS), default="md", show_default=True)
@click.option("--unreleased", is_flag=True, help="What came after the newest release.")
@click.option("--mask", multiple=True, metavar="GLOB", help="Hide files from the engine. May be given again.")
@click.option(
    "--changelog",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Bring this file up to date (Keep a Changelog style) instead of printing.",
)
@click.option("--no-cache", is_flag=True, help="Neither use nor keep drafts and what was learned for them.")
def notes(
    spec: str,
    repo: str,
    persona: str,
    form: str,
    unreleased: bool,
    mask: tuple[str, ...],
    changelog: Path | None,
    no_cache: bool,
) -> None:
    """Draft the release notes of FROM..TO, tags both.

    Leave FROM out for the release before TO, and TO out for the newest release.
    """
    # A changelog is made of the changes themselves, which only JSON tells
    asked, told = answer(Request(spec, repo, persona, "json" if changelog else form, unreleased, mask, not no_cache))
    if changelog:
        _update(changelog, asked, parsed(told))
    else:
        click.echo(told, nl=False)


def _update(path: Path, asked: Asked, draft: Draft) -> None:
    """Write the file beside itself first: whoever is interrupted keeps the old one whole."""
    try:
        before = path.read_bytes().decode("utf-8") if path.exists() else ""
        date = datetime.fromtimestamp(asked.released, UTC).strftime("%Y-%m-%d") if asked.released else None
        after = updated(before, asked.until.name, date, draft)
        if after != before:
            _replace(path.resolve(), after)
    except (OSError, UnicodeDecodeError) as problem:
        raise click.ClickException(f"{path}: {problem}") from problem


def _replace(path: Path, text: str) -> None:
    handle, beside = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(handle, "w", encoding="utf-8", newline="") as file:
            file.write(text)
        Path(beside).chmod(path.stat().st_mode & 0o777 if path.exists() else 0o644)
        Path(beside).replace(path)
    except BaseException:
        Path(beside).unlink(missing_ok=True)
        raise
