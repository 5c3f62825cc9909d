"""What simpler tools make of the same changes: prefixes and keywords, and git-cliff with its default settings."""

import json
import re
import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path

from benchmarks.notes.rows import Row
from benchmarks.notes.scoring import Judged
from releaseray.notes.conventions import heading_category, spoken_category
from releaseray.notes.draft import QUIET, Category

_KEYWORDS = (
    (Category.BREAKING, r"\bbreaking\b|\bremove[sd]? support|\bdrop(?:s|ped)? support|\bdeprecat"),
    (Category.DOCS, r"\bdoc(?:s|umentation)?\b|\btypo|\breadme\b"),
    (Category.FIX, r"\bfix|\bbug\b|\bcrash|\bregression\b|\bcorrect"),
    (Category.PERF, r"\bperf|\bfaster\b|\bspeed|\boptimi[sz]"),
    (Category.INTERNAL, r"\brefactor|\btests?\b|\bci\b|\bbump|\bupgrade\b|\bupdate dep|\bclean ?up|\bchore\b|\blint"),
    (Category.FEATURE, r"\badd|\bsupport|\bimplement|\bintroduce|\ballow|\bnew\b|\benable"),
)
_PATTERNS = tuple((category, re.compile(pattern, re.IGNORECASE)) for category, pattern in _KEYWORDS)
CLIFF_TIMEOUT = 45


def keywords(rows: Sequence[Row]) -> list[Judged]:
    """By the author's prefix, else by the first keyword that the title holds."""
    return [_judged(row, _by_keyword(row)) for row in rows]


def _by_keyword(row: Row) -> Category | None:
    head = row.change.headline
    if head.breaking:
        return Category.BREAKING
    found = (category for category, pattern in _PATTERNS if pattern.search(head.text))
    return spoken_category(head) or next(found, None)


def _judged(row: Row, category: Category | None) -> Judged:
    return Judged(row, category, category is not None and category not in QUIET)


def git_cliff(rows: Sequence[Row], clone: Path, range_: str) -> list[Judged] | None:
    """By the group git-cliff puts the commit in; None where it is not installed or takes longer than its time."""
    tool = shutil.which("git-cliff")
    if not tool:
        return None
    command = [tool, "--context", "--offline", range_]
    try:
        done = subprocess.run(command, capture_output=True, check=True, timeout=CLIFF_TIMEOUT, cwd=clone)
    except (subprocess.TimeoutExpired, subprocess.CalledProcessError):
        return None
    group = {
        commit["id"]: commit.get("group") or "" for release in json.loads(done.stdout) for commit in release["commits"]
    }
    return [_judged(row, _cliff_category(group.get(row.commit.sha))) for row in rows]


def _cliff_category(group: str | None) -> Category | None:
    if group is None:
        return None
    return heading_category(re.sub(r"<!--.*?-->", "", group)) or Category.INTERNAL
