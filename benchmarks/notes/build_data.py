"""Builds rows of human changelogs from clones: `python -m benchmarks.notes.build_data CLONE… --out rows.jsonl.gz`.

With `--list FILE --clones DIR` the clones are those that the file names, a line each, as they were at the commit that
stands behind the name: the same rows, however old the clones are by now.

A note of the changelog and a commit belong together when the note names the commit's pull request, or an issue
that the commit closes. What lies between two tags and is named by no note was left out: also by none of another
version, for what came with a beta is often told there, and a fix on two lines where it was released first.
"""

import argparse
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

from benchmarks.notes.rows import write_rows
from releaseray.notes.own_changelog import Note, notes_of

NAMES = re.compile(
    r"(?:^|/)(?:change(?:s|log|_log)?|news|history|release[-_]?notes|releases)[^/]*(?:\.(?:md|rst|txt))?$", re.I
)
MASKED = re.compile(
    r"(?:^|/)(?:change(?:s|log|logs|_log)?|news|history|release[-_]?notes?)(?:[-_.][^/]*)?(?:/|$)"
    r"|(?:^|/)(?:newsfragments?|\.changes?|\.changeset|\.chloggen|changelog\.d|releasenotes|upcoming_changes|unreleased)/",
    re.I,
)
PR = re.compile(r"(?:\(#|\(!|pull request #|PR #?|\(pull/)(\d+)|^#(\d+):")
CLOSES = re.compile(r"\b(?:fix(?:es|ed)?|close[sd]?|resolve[sd]?|refs?)\s*:?\s+(?:\S+/issues/|[\w./-]*#)(\d+)", re.I)
NUMBERED = re.compile(
    r"^(?P<family>.*?)(?P<version>\d+(?:\.\d+)+)(?P<pre>[-.]?(?:a|b|c|rc|alpha|beta|dev|pre|preview|next|canary).*)?$"
)
EMAIL = re.compile(r"\S+@\S+\.\S+")
TRAILER = re.compile(
    r"^(?:signed-off-by|co-authored-by|reviewed-by|change-id|acked-by|tested-by|reported-by)\s*:.*$", re.I | re.M
)
BOT = re.compile(
    r"\[bot\]|dependabot|renovate|pre-commit-ci|github-actions|weblate|pyup|greenkeeper|-bot\b|\bbot\b", re.I
)
RELEASES = 40
JOINED = 0.5
"""A release counts when at least this share of its notes finds its change: otherwise silence says nothing."""
DATED = "%(creatordate:unix) %(refname:short)"
RECORD = "%x1e%H%x1f%P%x1f%an%x1f%s%x1f%b%x1d"
RECORDS = re.compile(r"\x1e(?=[0-9a-f]{40,64}\x1f)")
"""Where a record begins: messages may hold the separator too."""


class Seen(NamedTuple):
    """A commit of the main line as git shows it, against its first parent."""

    sha: str
    author: str
    subject: str
    body: str
    files: tuple[str, ...]

    def numbers(self) -> Iterator[int]:
        """The pull request of the commit first, then the issues that it says it closes."""
        for pattern, text in ((PR, self.subject), (CLOSES, f"{self.subject}\n{self.body}")):
            for groups in pattern.findall(text):
                yield int(next(g for g in ([groups] if isinstance(groups, str) else groups) if g))


def git(clone: Path, *arguments: str) -> str:
    """What git prints; raises CalledProcessError with its complaint."""
    done = subprocess.run(["git", "-C", str(clone), *arguments], capture_output=True, check=True)
    return done.stdout.decode("utf-8", "replace")


class Source(NamedTuple):
    """A clone to read, the name of its repository, and the commit up to which it is read (empty: all there is)."""

    clone: Path
    repo: str
    at: str = ""

    @property
    def end(self) -> str:
        """The newest commit that is read."""
        return self.at or "HEAD"

    def tags(self) -> list[str]:
        """The tags there were at that commit."""
        if not self.at:
            return git(self.clone, "tag").split()
        then = int(git(self.clone, "log", "-1", "--format=%ct", self.at))
        dated = (line.split() for line in git(self.clone, "tag", f"--format={DATED}").splitlines())
        return [tag for date, tag in dated if int(date) <= then]


def listed_sources(path: Path, clones: Path) -> list[Source]:
    """The sources that a file lists: `owner/name commit` on each line."""
    named = [line.split() for line in path.read_text(encoding="utf-8").splitlines() if line and line[0] != "#"]
    return [Source(place_of(repo, clones) or clones / repo, repo, at) for repo, at in named]


def place_of(repo: str, clones: Path) -> Path | None:
    """Where a repository's clone is in a folder of clones; None where it is not."""
    places = (clones / repo, clones / repo.replace("/", "+") / "repo", clones / repo.rpartition("/")[2])
    return next((place for place in places if place.exists()), None)


def best_changelog(source: Source) -> tuple[str, list[Note]]:
    """The file whose notes name the most pull requests (counting its newest thousand), and those notes."""
    best: tuple[int, str, list[Note]] = (0, "", [])
    for path in git(source.clone, "ls-tree", "-r", "--name-only", source.end).splitlines():
        if NAMES.search(path) and path.count("/") <= 3 and "node_modules" not in path:
            text = git(source.clone, "show", f"{source.end}:{path}")
            notes = notes_of(text, source.repo.rpartition("/")[2])
            named = sum(bool(note.numbers) for note in notes[:1000]) - 5 * path.count("/")
            if named > best[0]:
                best = (named, path, notes)
    return best[1], best[2]


def previous_tag(tag: str, tags: list[str]) -> str | None:
    """The highest lower version of the same family, prereleases skipped for a stable version."""
    mine = NUMBERED.match(tag)
    if not mine:
        return None
    lower = []
    for other in tags:
        found = NUMBERED.match(other)
        if found and found["family"] == mine["family"] and not found["pre"] and _order(found) < _order(mine):
            lower.append((_order(found), other))
    return max(lower)[1] if lower else None


def _order(found: re.Match[str]) -> tuple[int, ...]:
    parts = [int(part) for part in found["version"].split(".")]
    return (*parts, *[0] * (5 - len(parts)))


def commits(clone: Path, *range_: str) -> list[Seen]:
    """The first-parent line of a range, newest first."""
    out = git(
        clone, "log", "--first-parent", "--diff-merges=first-parent", "--no-renames", "--name-status",
        f"--format={RECORD}",
        *range_, "--",
    )  # fmt: skip
    seen = []
    for record in RECORDS.split(out)[1:]:
        head, _, files = record.rpartition("\x1d")
        sha, _parents, author, subject, body = head.split("\x1f", 4)
        seen.append(Seen(sha, author, subject, body.strip(), tuple(line for line in files.splitlines() if line)))
    return seen


def rows_of(source: Source) -> Iterator[dict[str, Any]]:
    """The rows of the newest releases, newest release first, then as git lists them."""
    _path, notes = best_changelog(source)
    clone, tags = source.clone, source.tags()
    by_version: dict[str, list[Note]] = {}
    for note in notes:
        by_version.setdefault(note.version, []).append(note)
    by_number = {n: seen for seen in reversed(commits(clone, source.end)) for n in list(seen.numbers())[:1]}
    elsewhere = {number: note for note in reversed(notes) for number in note.numbers}
    releases, used = 0, set[str]()
    for version, listed in by_version.items():
        tag = tag_of_version(version, tags)
        before = previous_tag(tag, tags) if tag else None
        if not tag or not before or releases >= RELEASES:
            continue
        found = [
            row
            for row in _release(clone, source.repo, version, listed, f"{before}..{tag}", by_number, elsewhere)
            if row["sha"] not in used
        ]
        own = {(note.heading, note.text) for note in listed}
        joined = own & {(row["heading"], row["text"]) for row in found}
        if len(joined) >= max(2, JOINED * len(listed)):
            releases += 1
            used.update(row["sha"] for row in found)
            yield from found


def tag_of_version(version: str, tags: list[str]) -> str | None:
    """The tag of a version, the shortest where several end in it."""
    ends = [tag for tag in tags if re.search(rf"(?:^|[^\d.]){re.escape(version)}$", tag)]
    return min(ends, key=lambda tag: (len(tag), tag)) if ends else None


def _release(
    clone: Path,
    repo: str,
    version: str,
    notes: list[Note],
    range_: str,
    by_number: dict[int, Seen],
    elsewhere: dict[int, Note],
) -> Iterator[dict[str, Any]]:
    note_of = {number: note for note in reversed(notes) for number in note.numbers}
    inside = commits(clone, range_)
    met: set[str] = set()
    joined: set[int] = set()
    for seen in inside:
        numbers = list(seen.numbers())
        pr = numbers[0] if numbers and PR.search(seen.subject) else None
        note = next((note_of[n] for n in numbers if n in note_of), elsewhere.get(pr) if pr else None)
        if numbers and numbers[0] in joined:
            continue
        joined.update(numbers[:1])
        met.add(seen.sha)
        yield _row(repo, version, seen, pr, note)
    for number, note in note_of.items():
        seen_before = by_number.get(number)
        if seen_before and seen_before.sha not in met and number not in joined:
            met.add(seen_before.sha)
            yield _row(repo, version, seen_before, number, note)


def _row(repo: str, version: str, seen: Seen, pr: int | None, note: Note | None) -> dict[str, Any]:
    body = EMAIL.sub("", TRAILER.sub("", seen.body)).strip()[:1500]
    category: str | None = None
    if note:
        category = note.category.value if note.category else "change"
    return {
        "repo": repo, "sha": seen.sha, "pr": pr, "source": "changelog", "version": version,
        "subject": seen.subject, "body": body,
        "files": [f for f in seen.files if not MASKED.search(f.split("\t")[-1])][:60],
        "bot": bool(BOT.search(seen.author)), "category": category,
        "heading": note.heading if note else None, "text": note.text if note else "",
    }  # fmt: skip


def _source(clone: str) -> Source:
    name, _, path = clone.rpartition("=")
    return Source(Path(path), name or Path(path).resolve().name)


def main(arguments: list[str]) -> int:
    """Reads the command line; each clone is `path` or `owner/name=path`."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("sources", nargs="*", type=_source, metavar="[OWNER/NAME=]CLONE")
    parser.add_argument("--list", type=Path, help="names repositories and commits")
    parser.add_argument("--clones", type=Path, help="holds the clones of the listed: owner/name or name")
    parser.add_argument("--out", type=Path, required=True)
    asked = parser.parse_args(arguments)
    if bool(asked.list) is not bool(asked.clones) or not (asked.sources or asked.list):
        parser.error("name clones, or a --list of repositories and the --clones folder that holds them")
    rows: list[dict[str, Any]] = []
    for source in [*asked.sources, *(listed_sources(asked.list, asked.clones) if asked.list else [])]:
        found = list(rows_of(source))
        listed = sum(row["category"] is not None for row in found)
        print(
            f"{source.repo}: {len(found)} changes, {listed} listed, {len({row['version'] for row in found})} releases"
        )
        rows.extend(found)
    print(f"{write_rows(asked.out, rows)} rows written to {asked.out}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
