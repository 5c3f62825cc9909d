"""A draft as JSON that says what became of each change and why, and back."""

import json
from typing import Any

from releaseray.notes.draft import Category, Draft, Entry, Flags


def written(draft: Draft) -> str:
    """The draft as it is printed."""
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
    told = {"bodyMd": draft.body_md, "flags": flags, "entries": entries}
    return json.dumps(told, ensure_ascii=False, indent=2) + "\n"


def parsed(text: str) -> Draft:
    """The draft that was written."""
    told = json.loads(text)
    flags = told["flags"]
    return Draft(
        body_md=told["bodyMd"],
        flags=Flags(tuple(flags["highlights"]), flags.get("upgradeInstructions"), tuple(flags["contributors"])),
        entries=[
            Entry(tuple(of["shas"]), of["pr"], Category(of["category"]), of["kept"], of["text"], of["reason"])
            for of in told["entries"]
        ],
    )
