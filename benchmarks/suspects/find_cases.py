"""Lists fixes of a repository whose commit names the commit they mend, one a line: fix, culprit, and the range
that deployed the culprit. Usage: find_cases.py CLONE TAG_PATTERN [COUNT] [SKIP] [MIN_CHANGES]

A fix is taken when its message has exactly one line `Fixes: <sha>`, `Regression in <sha>` or `Regression from <sha>`,
it mends one to six functions in one to three source files that the faulty release has, and the culprit was first
shipped in a release of MIN_CHANGES (200) changes or more, while the fix came after that release. Whether the fix
touches anything the culprit touched plays no part. Newest first; the first SKIP are left out.
"""

import re
import subprocess
import sys
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import NamedTuple

from releaseray.sources.git_patches import LANGUAGES
from releaseray.tracking.code_paths import is_aside
from releaseray.tracking.patch import parse_patch

FIXES = re.compile(r"^(?:Fixes:|Regression (?:in|from))\s+([0-9a-f]{8,40})\b", re.MULTILINE)
SOURCE = (".c", ".h", ".py", ".go", ".js", ".java", ".rb", ".cc", ".cpp")
MIN_CHANGES = 200


class Case(NamedTuple):
    """One line of a cases file."""

    fix: str
    culprit: str
    from_tag: str
    to_tag: str


def git(clone: Path, *arguments: str) -> str:
    """What git prints; raises `CalledProcessError` if it fails."""
    command = ["git", *LANGUAGES, "-C", str(clone), *arguments]
    return subprocess.run(command, check=True, capture_output=True).stdout.decode("utf-8", "replace")


def shipped_in(clone: Path, tags: list[str], fewest: int) -> dict[str, tuple[str, str]]:
    """The range (tag before, tag) in which each commit was first shipped, for ranges that are long enough."""
    ranges: dict[str, tuple[str, str]] = {}
    for before, tag in pairwise(tags):
        shas = git(clone, "rev-list", "--no-merges", f"{before}..{tag}").split()
        if len(shas) >= fewest:
            ranges.update({sha: (before, tag) for sha in shas if sha not in ranges})
    return ranges


def fixes(clone: Path) -> Iterator[tuple[str, str]]:
    """Every commit with exactly one trailer, and the full sha it names, newest first."""
    log = git(
        clone,
        "log",
        "--no-merges",
        "--format=%x1e%H%n%B",
        "--extended-regexp",
        "--grep=^(Fixes:|Regression in|Regression from) [0-9a-f]{8}",
    )
    for record in log.split("\x1e")[1:]:
        sha, _, body = record.partition("\n")
        if len(named := FIXES.findall(body)) == 1:
            known = subprocess.run(
                ["git", "-C", str(clone), "rev-parse", "--verify", "--quiet", f"{named[0]}^{{commit}}"],
                check=False, capture_output=True, text=True,
            )  # fmt: skip
            if known.returncode == 0:
                yield sha, known.stdout.strip()


def mended(clone: Path, case: Case) -> tuple[tuple[str, str], ...]:
    """The places (file, function) that a fix mends and that the deployed release has; tests are none."""
    patch = parse_patch(git(clone, "show", "--format=", "-p", case.fix))
    files = [file for file in patch if file.path.endswith(SOURCE) and not is_aside(file.path)]
    places = {(file.path, name): None for file in files for hunk in file.hunks for name in hunk.functions}
    deployed = {path: at_release(clone, case.to_tag, path) for path, _ in places}
    return tuple((path, name) for path, name in places if name in deployed[path])


def at_release(clone: Path, tag: str, path: str) -> str:
    """The text of a file at a tag; empty if it is not there."""
    command = ["git", "-C", str(clone), "show", f"{tag}:{path}"]
    return subprocess.run(command, check=False, capture_output=True).stdout.decode("utf-8", "replace")


def is_small(clone: Path, case: Case) -> bool:
    """Whether the fix mends one to six functions in one to three files of the deployed release."""
    places = mended(clone, case)
    return 1 <= len(places) <= 6 and len({path for path, _ in places}) <= 3


def cases(clone: Path, tag_pattern: str, fewest: int = MIN_CHANGES) -> Iterator[Case]:
    """Every usable fix, newest first."""
    tags = [tag for tag in git(clone, "tag", "--sort=version:refname").split() if re.fullmatch(tag_pattern, tag)]
    ranges = shipped_in(clone, tags, fewest)
    for fix, culprit in fixes(clone):
        if culprit in ranges and ranges.get(fix) != ranges[culprit]:
            case = Case(fix, culprit, *ranges[culprit])
            if is_small(clone, case):
                yield case


def main() -> None:
    """Prints the cases."""
    clone, pattern, *limits = sys.argv[1:]
    count, skip, fewest = (int(given) for given in (*limits, *("20", "0", str(MIN_CHANGES))[len(limits) :]))
    for number, case in enumerate(cases(Path(clone), pattern, fewest)):
        if number >= skip + count:
            break
        if number >= skip:
            print(*case)


if __name__ == "__main__":
    main()
