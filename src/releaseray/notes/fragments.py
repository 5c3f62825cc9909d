"""News fragments → the changes they tell of: who added the file, unless its name is another's number."""

import re
from collections.abc import Mapping, Sequence
from posixpath import basename

from releaseray.notes.change import Change, Fragment
from releaseray.notes.history import FileChange
from releaseray.notes.json_fragments import as_blocks
from releaseray.notes.regexes import regex

_NUMBER = regex(r"(?:pr[-_]?|gh[-_]?)?(\d{1,7})\.", re.IGNORECASE)
"""The number that a fragment is named after, of a pull request or an issue: `1268.bugfix.rst`, `pr-7.md`."""


def added(files: Sequence[FileChange], texts: Mapping[str, str]) -> tuple[Fragment, ...]:
    """The fragments among the files that a change added; `texts` are those of the range, by path."""
    paths = (file.path for file in files if file.path in texts and file.status == "A")
    return tuple(Fragment(path, text) for path in paths if (text := _text(path, texts[path])))


def brought_home(changes: Sequence[Change]) -> list[Change]:
    """The changes, each with the fragments that tell of it: who writes afterwards what others left out names the files
    after their pull requests."""
    places: dict[int | None, int] = {change.pr: at for at, change in enumerate(changes) if change.pr is not None}
    homes = list(changes)
    for at, change in enumerate(changes):
        for fragment in change.fragments:
            home = places.get(_number(fragment.path), at)
            if home != at:
                homes[at] = _without(homes[at], fragment)
                homes[home] = homes[home]._replace(fragments=(*homes[home].fragments, fragment))
    return homes


def _without(change: Change, fragment: Fragment) -> Change:
    return change._replace(fragments=tuple(other for other in change.fragments if other != fragment))


def _number(path: str) -> int | None:
    found = _NUMBER.match(basename(path))
    return int(found[1]) if found else None


def _text(path: str, text: str) -> str:
    return as_blocks(text) if path.endswith(".json") else text
