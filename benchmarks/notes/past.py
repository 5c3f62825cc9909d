"""Gives back to rows the shape the engine meets them in: a changelog and commits of the time before a range."""

from collections.abc import Sequence
from dataclasses import replace
from itertools import groupby

from benchmarks.notes.rows import Row
from releaseray.notes.history import Commit, History

HELD_OUT = 1 / 3
"""Share of a repository's releases (of its changes, where releases are not known) that is asked about: the newest."""

HEADINGS = {
    "breaking": "Breaking changes", "feature": "Features", "fix": "Bug fixes", "perf": "Performance",
    "docs": "Documentation", "internal": "Internal", "security": "Security", "deprecation": "Deprecations",
}  # fmt: skip
INVENTED = 9_000_000


def split(rows: Sequence[Row]) -> tuple[list[Row], list[Row]]:
    """The newest releases of one repository, and what came before, both newest first.

    Where releases are known, changes known by their fragment alone are left away: they may be of any release, also of
    one that is asked about. Within a release the order is that of the hashes, as good as any: files of rows may put
    what was listed first, and nothing must be learned from that.

    Where no row has a pull request (their fragments had numbers in their names) each is given one.
    """
    if not any(row.change.pr for row in rows):
        rows = [replace(row, change=row.change._replace(pr=INVENTED + at), pulls=1.0) for at, row in enumerate(rows)]
    versions = {version: at for at, version in enumerate(dict.fromkeys(row.version for row in rows if row.version))}
    if not versions:
        at = round(len(rows) * HELD_OUT)
        return list(rows[:at]), list(rows[at:])
    ordered = sorted(
        (row for row in rows if row.version), key=lambda row: (versions[row.version or ""], row.commit.sha)
    )
    last = max(1, round(len(versions) * HELD_OUT))
    asked = [row for row in ordered if versions[row.version or ""] < last]
    seen = {row.commit.sha for row in asked}
    return asked, [row for row in ordered if versions[row.version or ""] >= last and row.commit.sha not in seen]


def history(rows: Sequence[Row], *, commits: bool = True) -> History:
    """The past that these rows are: their changelog as its people wrote it and, if wanted, the commits behind it.

    What was listed without a pull request is given one on both sides.
    """
    numbers = {
        row.commit.sha: row.change.pr or INVENTED + at for at, row in enumerate(rows) if row.change.pr or row.listed
    }
    past = tuple(_commit(row, numbers, at, rows) for at, row in enumerate(rows)) if commits else ()
    return History(rows[0].repo if rows else "", "v0", "v1", (), changelog=changelog(rows, numbers), past=past)


def changelog(rows: Sequence[Row], numbers: dict[str, int]) -> str:
    """The listed rows as a changelog, newest release first."""
    lines: list[str] = []
    for version, release in groupby(rows, key=lambda row: row.version):
        lines.append(f"\n## {version if version and version[:1].isdigit() else '0.' + str(len(lines))}\n")
        listed = sorted((row for row in release if row.listed), key=_heading)
        for heading, notes in groupby(listed, key=_heading):
            lines.append(f"\n### {heading}\n")
            lines += [f"- {' '.join(row.text.split())} (#{numbers[row.commit.sha]})" for row in notes]
    return "\n".join(lines)


def _heading(row: Row) -> str:
    return row.heading or (HEADINGS[row.noted.value] if row.noted else "Changed")


def _commit(row: Row, numbers: dict[str, int], at: int, rows: Sequence[Row]) -> Commit:
    older = rows[at + 1].commit.sha if at + 1 < len(rows) else "root"
    commit = row.commit
    parents = (older, *commit.parents[1:])
    number = numbers.get(commit.sha)
    known = number is None or number < INVENTED
    subject = commit.subject if known else f"{commit.subject} (#{number})"
    return commit._replace(parents=parents, subject=subject)
