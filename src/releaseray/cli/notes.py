"""`releaseray notes`: the draft of a range on standard output; no service, no database."""

import asyncio
import gc
import json
import os
import tempfile
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click

from releaseray.cli.notes_range import Asked, read, resolve
from releaseray.notes import PERSONAS, build
from releaseray.notes.draft import Draft
from releaseray.notes.history import History
from releaseray.notes.keep_a_changelog import updated
from releaseray.notes.mask import masked
from releaseray.sources.git import GitSource


@click.command()
@click.argument("spec", metavar="[FROM..TO]", default="")
@click.option("--repo", default=".", show_default=True, help="A path or a Git URL.")
@click.option("--persona", type=click.Choice(PERSONAS), default=PERSONAS[0], show_default=True)
@click.option("--format", "form", type=click.Choice(["md", "json"]), default="md", show_default=True)
@click.option("--unreleased", is_flag=True, help="What came after the newest release.")
@click.option("--mask", multiple=True, metavar="GLOB", help="Hide files from the engine. May be given again.")
@click.option(
    "--changelog",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Bring this file up to date (Keep a Changelog style) instead of printing.",
)
def notes(
    spec: str, repo: str, persona: str, form: str, unreleased: bool, mask: tuple[str, ...], changelog: Path | None
) -> None:
    """Draft the release notes of FROM..TO, tags both.

    Leave FROM out for the release before TO, and TO out for the newest release.
    """
    gc.disable()  # the process ends with the draft: to walk a large history for garbage costs as much as reading it
    asked, history = asyncio.run(_read(repo, spec, unreleased))
    draft = build(masked(history, mask), persona)
    if changelog:
        _update(changelog, asked, draft)
    else:
        click.echo(_json(draft) if form == "json" else draft.body_md, nl=form == "json")


async def _read(repo: str, spec: str, unreleased: bool) -> tuple[Asked, History]:
    with tempfile.TemporaryDirectory(prefix="releaseray-") as scratch:
        source = GitSource(repo, Path(scratch) / "mirror")
        asked = await resolve(source, spec, unreleased)
        return asked, await read(source, asked)


def _json(draft: Draft) -> str:
    flags: dict[str, Any] = {"highlights": draft.flags.highlights}
    if draft.flags.upgrade_instructions is not None:
        flags["upgradeInstructions"] = draft.flags.upgrade_instructions
    flags["contributors"] = draft.flags.contributors
    entries = [
        {
            "shas": entry.shas,
            "pr": entry.pr,
            "category": entry.category,
            "kept": entry.kept,
            "text": entry.text,
            "reason": entry.reason,
        }
        for entry in draft.entries
    ]
    return json.dumps({"bodyMd": draft.body_md, "flags": flags, "entries": entries}, ensure_ascii=False, indent=2)


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
