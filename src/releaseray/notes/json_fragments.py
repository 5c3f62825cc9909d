"""Reads news fragments in JSON, as the AWS SDKs, beachball and Rush write them, as `release-note` blocks."""

import json
from collections.abc import Iterator
from typing import Any

from releaseray.notes.regexes import regex
from releaseray.notes.release_note import block_of

_KINDS = {"major": "breaking", "minor": "feature", "patch": "change", "prerelease": "change", "dependent": "none"}
"""What the size of a step says of its kind; other types are kinds already."""

_KIND = regex(r"[\w-]{1,40}")
_MENDS = ("fix", "bugfix", "hotfix")


def as_blocks(text: str) -> str:
    """The notes of a fragment, a block each; nothing where it is no such JSON: what is written for machines is no note.

    Sources: https://microsoft.github.io/beachball/concepts/change-files.html ("type", "comment"),
    https://rushjs.io/pages/best_practices/change_logs/ (a list of such under "changes"), and `.changes/next-release` of
    aws/aws-cli ("type", "description").
    """
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        return ""
    return "\n".join(note for raw in _changes(found) if (note := _note(raw)))


def _changes(found: Any) -> Iterator[dict[str, Any]]:
    listed = found.get("changes", [found]) if isinstance(found, dict) else found
    for one in listed if isinstance(listed, list) else []:
        if isinstance(one, dict):
            yield one


def _note(raw: dict[str, Any]) -> str | None:
    kind, told = raw.get("type"), raw.get("comment", raw.get("description"))
    if not isinstance(kind, str) or not isinstance(told, str):
        return None
    step = _KINDS.get(kind, kind if _KIND.fullmatch(kind) else "note")
    mends = step == "change" and told.lower().startswith(_MENDS)
    return block_of("fix" if mends else step, told)
