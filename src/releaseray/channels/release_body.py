"""The body of a GitHub release: our part between two invisible marks, everything else left as people wrote it."""

import re

from releaseray.channels import Note
from releaseray.channels.cutting import cut_markdown

BEGIN = "<!-- releaseray:begin -->"
END = "<!-- releaseray:end -->"
MAX_BODY = 125_000

_OURS = re.compile(re.escape(BEGIN) + ".*?" + re.escape(END), re.DOTALL)


def merged(existing: str, note: Note) -> str:
    """The existing body with our part renewed.

    Our part goes where the marks are. Where they were removed, all that is there counts as written by people: it is
    kept, and our part follows it, unless the very same text stands there already. A mark without its partner is
    dropped. The whole is at most GitHub's 125,000 characters, of which people's text comes first.
    """
    existing = existing.replace("\r\n", "\n")
    before, after = _around(existing)
    text = _unmarked(note.body_md.replace("\r\n", "\n")).strip()
    if not _OURS.search(existing) and text and text in before:
        before, _, after = (part.strip() for part in before.partition(text))
    more = f"[Read the whole]({note.whole_url})" if note.whole_url else "…"
    room = MAX_BODY - sum(len(part) for part in (before, after, BEGIN, END)) - 8
    text, _ = cut_markdown(text, max(room, len(more) + 100), more)
    return "\n\n".join(part for part in (before, f"{BEGIN}\n{text}\n{END}", after) if part)


def _around(existing: str) -> tuple[str, str]:
    """What stands before and behind our part; all of it before where there is none."""
    before, *rest = _OURS.split(existing)
    return _unmarked(before).strip(), _unmarked("\n\n".join(rest)).strip()


def _unmarked(text: str) -> str:
    return text.replace(BEGIN, "").replace(END, "")
