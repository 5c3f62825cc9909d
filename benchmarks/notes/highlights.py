"""Are our highlights the maintainers'? `python -m benchmarks.notes.highlights CLONES [--out HIGHLIGHTS.md]`.

For projects that name the highlights of a release themselves: every release is drafted from its clone, with all that
its maintainers wrote about it hidden, and what they name is looked for at the top of our order.
"""

import argparse
import asyncio
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from benchmarks.notes.build_data import tag_of_version
from benchmarks.notes.product import FEWEST_WORDS, HIGHLIGHTS, MASK, WORD
from releaseray.notes.draft import Category
from releaseray.notes.engine import prepare
from releaseray.notes.highlights import by_weight, ranked
from releaseray.notes.history import Tag
from releaseray.notes.mask import masked
from releaseray.notes.model_features import stem
from releaseray.notes.personas import persona
from releaseray.notes.prepared import Item, Prepared
from releaseray.notes.versions import previous_tags
from releaseray.sources import Compare, SourceError
from releaseray.sources.git import GitSource

RELEASES = 6
"""Releases read of a repository, the newest that name highlights."""

MOST_NAMED = 10
SHOWN, TWICE = 5, 10
"""How far down our order is looked: as far as a draft shows, and twice as far."""

TELLING = frozenset({Category.FEATURE, Category.SECURITY, Category.PERF, Category.BREAKING})
"""What an order by weight alone (the one before ours) chose from."""

HIDDEN = (*MASK, "*/releases/*", "doc*/release/*", "website/blog/*", "*release_notes*")


class Project(NamedTuple):
    """Where a project names its highlights: files that match `files`, under headings of highlights (`headed`) or as
    headings of their own above the lists. `tuned` says that our order was made with an eye on it."""

    name: str
    files: str
    headed: bool
    tuned: bool


PROJECTS = (
    Project("prettier/prettier", r"website/blog/\d{4}-\d\d-\d\d-(\d+\.\d+\.0)\.md$", True, True),
    Project("wagtail/wagtail", r"docs/releases/(\d+\.\d+)\.md$", False, True),
    Project("python/mypy", r"CHANGELOG\.md$", False, True),
    Project("scrapy/scrapy", r"docs/news\.rst$", True, True),
    Project("psf/black", r"CHANGES\.md$", True, True),
    Project("gfx-rs/wgpu", r"CHANGELOG\.md$", True, False),
    Project("dask/distributed", r"docs/source/changelog\.rst$", True, False),
    Project("numpy/numpy", r"doc/source/release/(\d+\.\d+\.0)-notes\.rst$", True, False),
    Project("networkx/networkx", r"doc/release/release_(\d+\.\d+)\.rst$", True, False),
    Project("rails/rails", r"guides/source/(\d+_\d+)_release_notes\.md$", True, False),
)

_ATX = re.compile(r"(#{1,6})\s+(.+?)\s*#*$")
_UNDER = re.compile(r"([=\-~^\"'+*`])\1{3,}\s*$")
_CAPTION = re.compile(r"([Hh]ighlights?):\s*$")
_VERSION = re.compile(r"(?:\w+ )?v?(\d+\.\d+(?:\.\d+)?)\b(?! (?:support|only))")
_BULLET = re.compile(r"[-*] +(.*)")
_NUMBERS = re.compile(r"(?:#|/pull/|/issues/|:pr:`|:issue:`|gh-)(\d+)")
_MAJOR = re.compile(HIGHLIGHTS.pattern + r"|\bmajor (?:changes|features)\b", re.IGNORECASE)
_LISTS = re.compile(
    r"\bother\b|\bfix(?:es)?\b|documentation|maintenance|acknowledg|typeshed|upgrade|miscellaneous|packaging"
    r"|^mypyc? ?improvements|performance improvements|stubtest|changes to messages|next release|contributors|crashes"
    r"|undocumented",
    re.IGNORECASE,
)


class Named(NamedTuple):
    """A highlight as its maintainers name it, and the numbers beside it."""

    text: str
    numbers: frozenset[int]


class Found(NamedTuple):
    """One release: how many highlights are named, and how many of them are among so many of ours."""

    named: int
    before: int
    shown: int
    twice: int


class Block(NamedTuple):
    """A heading or a bullet (`level` 0) and what stands under it up to the next."""

    level: int
    title: str
    text: str


def blocks(document: str) -> Iterator[Block]:
    """The headings and bullets of a document in Markdown or reStructuredText, in order."""
    marks: list[str] = []
    lines = document.splitlines()
    level, title, gathered = 9, "", list[str]()
    for line, below in zip(lines, [*lines[1:], ""], strict=True):
        under = _UNDER.match(below) if line.strip() and line[0] not in " \t" and not _UNDER.match(line) else None
        if under and under[1] not in marks:
            marks.append(under[1])
        atx, caption, bullet = _ATX.match(line), _CAPTION.match(line), _BULLET.match(line)
        if atx or under or caption or bullet:
            yield Block(level, title, " ".join(gathered))
            gathered = []
            level = len(atx[1]) if atx else marks.index(under[1]) + 1 if under else 8 if caption else 0
            title = atx[2] if atx else bullet[1] if bullet and not under else line.strip()
        else:
            gathered.append(line.strip())
    yield Block(level, title, " ".join(gathered))


def named_in(document: str, version: str, headed: bool) -> dict[str, list[Named]]:
    """The highlights of each version of a document; `version` is what it is about, where it is about one."""
    told: dict[str, list[Named]] = {}
    parts = [part for part in blocks(document) if part.title]
    within, depth = False, 0
    for part, following in zip(parts, [*parts[1:], Block(9, "", "")], strict=True):
        release = _VERSION.match(part.title) if part.level in (1, 2) else None
        if release:
            version = version if version and release[1].startswith(version) else release[1]
        if part.level and (part.level <= depth or part.level in (1, 2)):
            within, depth = not headed and not _LISTS.search(part.title), part.level
        if headed and part.level and _MAJOR.search(part.title):
            within, depth = True, part.level
        elif (headed and within and _is_leaf(part, following)) or (not headed and within and _is_headline(part)):
            told.setdefault(version, []).append(_named(part))
    return {version: named[:MOST_NAMED] for version, named in told.items() if version}


def _is_leaf(part: Block, following: Block) -> bool:
    return part.level == 0 or not 0 < part.level < following.level <= 6


def _is_headline(part: Block) -> bool:
    return part.level == 3 and not _VERSION.match(part.title) and not _LISTS.search(part.title)


def _named(part: Block) -> Named:
    text = f"{part.title} {part.text}" if part.level else f"{part.title} {part.text[:200]}"
    return Named(part.title if part.level else text, frozenset(int(n) for n in _NUMBERS.findall(text) if len(n) < 7))


def tells(item: Item, named: Named) -> bool:
    """Whether a change is what maintainers named: a number in common, or half of the words of the shorter."""
    change = item.change
    if {change.pr, *change.closes} & named.numbers:
        return True
    ours, said = ({stem(word) for word in WORD.findall(text.lower())} for text in (item.note, named.text))
    least = min(len(ours), len(said))
    return least >= FEWEST_WORDS and len(ours & said) >= least / 2


def named_by(clone: Path, project: Project) -> dict[str, list[Named]]:
    """What a project's documents name, by version."""
    told: dict[str, list[Named]] = {}
    for path in _git(clone, "ls-tree", "-r", "--name-only", "HEAD").splitlines():
        if found := re.search(project.files, path):
            version = found[1].replace("_", ".") if found.groups() else ""
            told.update(named_in(_git(clone, "show", f"HEAD:{path}"), version, project.headed))
    return told


def _git(clone: Path, *arguments: str) -> str:
    return subprocess.run(
        ["git", "-C", str(clone), *arguments], check=True, capture_output=True, text=True, errors="replace"
    ).stdout


async def releases(clone: Path, told: dict[str, list[Named]]) -> list[Found]:
    """The newest releases that name highlights, drafted without what was written about them, and judged."""
    made: list[Found] = []
    with tempfile.TemporaryDirectory(prefix="highlights-") as scratch:
        source = GitSource(str(clone), Path(scratch) / "mirror")
        tags = await source.tags()
        by_name = {tag.name: tag for tag in tags}
        asked = [by_name[name] for version in told if (name := _tag(version, by_name))]
        for newer in sorted(set(asked), key=lambda tag: -tag.date):
            if len(made) < RELEASES and (older := next(iter(previous_tags(newer, tags)), None)):
                named = next(told[version] for version in told if _tag(version, by_name) == newer.name)
                if release := await _drafted(source, older, newer):
                    made.append(judged(release, named))
    return made


def _tag(version: str, tags: Iterable[str]) -> str | None:
    return tag_of_version(version, list(tags)) or tag_of_version(f"{version}.0", list(tags))


async def _drafted(source: GitSource, older: Tag, newer: Tag) -> Prepared | None:
    try:
        history = await source.history(Compare.between(older, newer)._replace(past=True))
    except SourceError:
        return None
    return prepare(masked(history._replace(fragments={}), HIDDEN))


def judged(release: Prepared, named: Sequence[Named]) -> Found:
    """How many of the named are found at the top of our order, and of the order by weight alone (before)."""
    shown = persona("engineer").shown(release)
    before, now = [item for item in by_weight(shown) if item.category in TELLING], ranked(shown)

    def recalled(items: Sequence[Item]) -> int:
        return sum(any(tells(item, one) for item in items) for one in named)

    return Found(len(named), recalled(before[:SHOWN]), recalled(now[:SHOWN]), recalled(now[:TWICE]))


def table(rows: Sequence[tuple[Project, Sequence[Found]]]) -> str:
    """The figures in Markdown, a line a project, and a line for those that were and were not looked at."""
    lines = ["| project | releases | named | among 5, by weight | among our 5 | among our 10 |", "|---|" + "---:|" * 5]
    groups = [(project.name + ("" if project.tuned else " ·"), found) for project, found in rows]
    for label, tuned in (("**tuned on**", True), ("**others ·**", False)):
        groups.append((label, [one for project, found in rows if project.tuned is tuned for one in found]))
    for label, found in groups:
        named, *recalled = (sum(column) for column in zip(*found, strict=True)) if found else (0, 0, 0, 0)
        cells = " | ".join(f"{count} ({count / named:.0%})" if named else "–" for count in recalled)
        lines.append(f"| {label} | {len(found)} | {named} | {cells} |")
    return "\n".join(lines) + "\n"


def main(arguments: Sequence[str]) -> int:
    """Reads the command line and prints the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("clones", type=Path, help="a folder with OWNER+NAME/repo (or OWNER+NAME) below it")
    parser.add_argument("--only", default="", help="projects whose name contains this")
    asked = parser.parse_args(arguments)
    rows = []
    for project in PROJECTS:
        clone = asked.clones / project.name.replace("/", "+")
        clone = clone / "repo" if (clone / "repo").exists() else clone
        if asked.only in project.name and clone.exists():
            rows.append((project, asyncio.run(releases(clone, named_by(clone, project)))))
    print(table(rows), end="")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
