"""What `releaseray try` shows at the end: one draft, where the rest is, and lines to paste."""

import shlex
import sys
import unicodedata
from collections.abc import Mapping
from pathlib import Path

from rich.console import Console
from rich.markdown import Markdown
from rich.rule import Rule

from releaseray.models import Draft, ReleaseRange
from releaseray.settings import Settings

PUBLISHED = "customer"
"""Whose draft stands on the public page."""
_MOST_LINES = 60


def show_draft(console: Console, draft: Draft, release: ReleaseRange) -> None:
    """Print a draft, rendered on a terminal, as it is elsewhere; a long one only in part."""
    lines = printable(draft.body_md).splitlines()
    body = "\n".join(lines[:_MOST_LINES])
    title = f"{release.to_tag}, the {draft.persona} draft"
    console.print()
    if console.is_terminal:
        console.print(Rule(title), Markdown(body), Rule())
    else:
        console.print(f"--- {title} ---\n{body}\n---", markup=False, soft_wrap=True)
    if len(lines) > _MOST_LINES:
        console.print(f"({len(lines) - _MOST_LINES} more lines in {draft.id})")


def printable(text: str) -> str:
    """The text without control characters: what others wrote into a history must not steer a terminal."""
    return "".join(letter for letter in text if letter in "\n\t" or unicodedata.category(letter) != "Cc")


def show_next_steps(
    console: Console,
    settings: Settings,
    release: ReleaseRange,
    drafts: Mapping[str, Draft],
    page: str | None,
    key: str | None,
) -> None:
    """Print where everything is and how to go on; `key` is the first key, shown this once."""
    say = _Speaker(console)
    base = settings.base_url
    say.line()
    for persona, draft in drafts.items():
        say.line(f"  {persona:<10} {base}/api/drafts/{draft.id}")
    if page:
        say.line(f"  {'page':<10} {page}")
    say.line(f"  {'docs':<10} {base}/docs")
    say.line()
    if key:
        say.line("This is your API key. It is shown this once and stored nowhere:")
        say.line(f"  export RELEASERAY_KEY={key}")
    else:
        say.line("The first key was shown on the first start. This makes another one:")
        say.line(f"  export RELEASERAY_KEY=$({_keys_create(settings)})")
    say.line("Then, for example:")
    for line in _curls(base, release, drafts):
        say.line(f"  {line}")
    say.line()
    say.line(f"ReleaseRay is ready: {base} (Ctrl-C ends it)")


class _Speaker:
    """Prints lines exactly as they are, so that they can be pasted."""

    def __init__(self, console: Console) -> None:
        self._console = console

    def line(self, text: str = "") -> None:
        self._console.print(text, markup=False, soft_wrap=True)


def _curls(base: str, release: ReleaseRange, drafts: Mapping[str, Draft]) -> list[str]:
    key = '-H "Authorization: Bearer $RELEASERAY_KEY"'
    json = "-H 'Content-Type: application/json'"
    lines = [f"curl {key} '{base}/api/drafts?releaseRangeId={release.id}'"]
    for draft in list(drafts.values())[:1]:
        lines.append(f"curl {key} {base}/api/drafts/{draft.id}")
    if PUBLISHED in drafts:
        body = f'{{"draftId": "{drafts[PUBLISHED].id}", "channel": "hosted"}}'
        lines.append(f"curl {key} {json} -d '{body}' {base}/api/publish")
    lines.append(f"""curl {key} {json} -d '{{"persona": "internal"}}' {base}/api/drafts/{release.id}/generate""")
    return lines


def _keys_create(settings: Settings) -> str:
    """A command that works from any folder."""
    program = Path(sys.executable).with_name("releaseray")
    where = f"RELEASERAY_DATA_DIR={shlex.quote(str(settings.data_dir.absolute()))}"
    return f"{where} {shlex.quote(str(program))} keys create --name mine"
