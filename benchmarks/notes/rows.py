"""Rows of human changelogs: reading them, and seeing each as the engine sees it at run time."""

import gzip
import json
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from releaseray.notes.change import Change
from releaseray.notes.draft import QUIET, Category
from releaseray.notes.headline import headline
from releaseray.notes.history import Commit, FileChange, History, Person
from releaseray.notes.link import link
from releaseray.notes.surroundings import pulls_among

FOLDED = {Category.SECURITY: Category.FIX, Category.DEPRECATION: Category.BREAKING}
CONTROLS = frozenset({"vitejs/vite"})
"""Repositories whose changelog is generated from commit prefixes: reported apart, never trained on."""


@dataclass(frozen=True, slots=True)
class Row:
    """A change beside what its maintainers published of it: `category` is folded, None where their heading says no
    more than "changed" or they left it out; `kept` says that it is listed for users."""

    repo: str
    version: str | None
    source: str
    change: Change
    listed: bool
    category: Category | None
    kept: bool
    heading: str
    text: str
    commit: Commit
    noted: Category | None
    """The category as the human's heading has it, not folded."""
    pulls: float
    """The share of pull requests among the changes of its version, as far as there are rows of them."""


def read_rows(path: Path) -> list[Row]:
    """All rows of a file of JSON lines, gzipped or not, in its order.

    Raises ValueError naming the line that is not a row.
    """
    raw = path.read_bytes()
    text = (gzip.decompress(raw) if path.suffix == ".gz" else raw).decode()
    return _with_pulls([_row(line, number, path) for number, line in enumerate(text.split("\n"), 1) if line.strip()])


def by_release(rows: Iterable[Row]) -> list[list[Row]]:
    """The rows of each release of each repository, as they come."""
    releases: dict[tuple[str, str | None], list[Row]] = defaultdict(list)
    for row in rows:
        releases[row.repo, row.version].append(row)
    return list(releases.values())


def _with_pulls(rows: Sequence[Row]) -> list[Row]:
    pulls = {
        (release[0].repo, release[0].version): pulls_among([row.change for row in release])
        for release in by_release(rows)
    }
    return [replace(row, pulls=pulls[row.repo, row.version]) for row in rows]


def write_rows(path: Path, rows: Iterable[dict[str, Any]]) -> int:
    """Writes rows as JSON lines, gzipped without a time stamp so that the same rows give the same bytes."""
    lines = [json.dumps(row, ensure_ascii=False, sort_keys=True) + "\n" for row in rows]
    path.write_bytes(gzip.compress("".join(lines).encode(), mtime=0))
    return len(lines)


def by_repository(rows: Iterable[Row]) -> dict[str, list[Row]]:
    """The rows of each repository, repositories in alphabetical order."""
    grouped: dict[str, list[Row]] = {}
    for row in rows:
        grouped.setdefault(row.repo, []).append(row)
    return dict(sorted(grouped.items()))


def _row(line: str, number: int, path: Path) -> Row:
    try:
        raw = json.loads(line)
        said = raw["category"]
        category = Category(said) if said in set(Category) else None
        return Row(
            repo=raw["repo"],
            version=raw["version"],
            source=raw["source"],
            change=_change(raw),
            listed=said is not None,
            category=FOLDED.get(category, category) if category else None,
            kept=said is not None and category not in QUIET,
            heading=raw["heading"] or "",
            text=raw["text"] or "",
            commit=_commit(raw),
            noted=category,
            pulls=0.0,
        )
    except (ValueError, KeyError, TypeError) as error:
        raise ValueError(f"{path}, line {number}: not a row of human changelogs ({error!r})") from error


def _commit(raw: dict[str, Any]) -> Commit:
    files = tuple(FileChange(*entry.split("\t", 1)) for entry in raw["files"])
    person = Person("dependabot[bot]", "bot@users.noreply.github.com") if raw["bot"] else Person("A. Person", "a@b.c")
    parents = ("a", "b") if raw["subject"].startswith("Merge") else ("a",)
    return Commit(raw["sha"], parents, person, 0, raw["subject"], raw["body"], files)


def _change(raw: dict[str, Any]) -> Change:
    commit = _commit(raw)
    linked = next(iter(link(History(raw["repo"], None, "", (commit,)))), None) or _unlinked(commit)
    return linked._replace(pr=raw["pr"] or linked.pr, is_bot=raw["bot"])


def _unlinked(commit: Commit) -> Change:
    """A merge of branches says nothing of itself, so the engine drops it; the row is scored all the same."""
    return Change((commit.sha,), commit.subject, headline(commit.subject), body=commit.body, files=commit.files)
