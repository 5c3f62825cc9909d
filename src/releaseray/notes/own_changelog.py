"""Reads a project's changelog, whatever its markup: which notes stand under which heading of which version."""

import re
from collections.abc import Iterator
from typing import NamedTuple

from releaseray.notes.conventions import KIND_CATEGORIES, heading_category
from releaseray.notes.draft import Category
from releaseray.notes.own_numbers import OwnNumbers
from releaseray.notes.regexes import regex

MOST_NOTES = 2500
"""Notes read of one changelog, newest first."""

LONGEST_NOTE = 2000
LONGEST_HEADING = 200
"""Characters read of one."""


class Note(NamedTuple):
    """One line of a changelog: `heading` is what it stands under (or its own mark, `[BUGFIX]`), `category` what
    that heading names, None where it says no more than "changed"; `numbers` are the pull requests and issues."""

    version: str
    heading: str
    category: Category | None
    text: str
    numbers: tuple[int, ...]


VERSION = regex(
    r"^(?:\W{0,3}(?:release|version|changes in|what's new in|[a-z@][\w@/.-]*?)?[\s:@_-]*?)??\[?`{0,2}"
    r"(?:release[ _-]?|version\s+)?v?(?P<version>\d+(?:\.\d+)+"
    r"(?:[.-]?(?:alpha|beta|preview|rc|dev|post|pre|a|b|c)[.-]?\d*(?:\.\d+)*)?"
    r"(?:/v\d+(?:\.\d+)+)?)\b(?!\s+(?:support|only|and|compat))",
    re.IGNORECASE,
)
_COUNTED = regex(r"^\W{0,3}(?:v|version |release )(?P<version>\d{1,4})\b\W*(?:\d{4}-\d\d-\d\d\W*)?$", re.IGNORECASE)
"""A version of one number, where nothing else is in the heading."""

_UNRELEASED = regex(
    r"^\W*(?:unreleased|next|main|master|upcoming|in progress|head|development|latest changes)\b", re.IGNORECASE
)
_ATX = regex(r"^(#{1,6})\s+(.*?)\s*#*$")
_UNDERLINE = regex(r"^([=\-~^\"'+*#`:.])\1{2,}\s*$")
_BOLD = regex(r"^\s{0,3}(?:\*\*|__)(.{2,80}?)(?:\*\*|__):?\s*$")
_CAPTION = regex(
    r"^\s{0,3}(?!(?:For e|E)xamples?\b|Notes?\b|Usage\b|Before\b|After\b|Output\b)([A-Z][\w /&,'-]{2,60}):\s*$"
)
_APART = regex(r"^\.\. (?:dropdown|rubric):: *(\S.*)$")
"""What stands above a part of a version that is told apart from the rest: the headings above it end."""

_BULLET = regex(r"^(\s*)(?:[-*+•]|\d{1,3}[.)])\s+(.*)$")
_MARK = regex(
    r"^(?:\\?\[(?P<tag>[A-Z][A-Za-z_ /-]{2,30})\\?\](?!\()|\*\*(?P<bold>[A-Za-z][\w /-]{2,30}?)(?:\([^)]*\))?!?:?\*\*:?"
    r"|\*\(?(?P<it>[A-Za-z][\w /-]{2,30}?)\)?\*:?"
    r"|(?P<word>[A-Za-z][A-Za-z]{2,14}(?: fix)?)(?:\([^)]*\))?!?:)\s+"
)
_LEADING_NUMBER = regex(r"^\W{0,2}#?\d{2,6}\]?(?:\([^)\s]*\))?\)?[:,]?\s+")
_NOT_NOTES = regex(
    r"contributors?$|^contributors|^credits?\b|^thanks\b|^committers|^install|^closed issues", re.IGNORECASE
)
_NO_NOTE = regex(
    r"\W*no (?:\w+ )?changes\W*|\W*@[\w-]+\W*|\W*\d{4}-\d\d-\d\d\W*|\W*full changelog\b.*|https?://\S+"
    r"|(?:many |special |big )?thanks to .*\bcontributions?\b.*|changelog|diff|release notes|full diff",
    re.IGNORECASE,
)
"""What lists often hold beside notes: nothing, a name, a date, a link, thanks."""

_DATED_VERSION = regex(r"[\w.\s\[\]-]*\d+\.\d+[\w.\]-]*(?:\([^)]*\))?\W+\(?\d{4}-\d\d-\d\d\)?\W*")
"""A heading that is nothing but a version and its date begins that version, however deep it stands."""

_DATED = regex(r"\d{4}|\bTBD\b|unreleased|\bdev\b", re.IGNORECASE)
_MARKUP = regex(r"\[([^\[\]]*)\]\([^()\s]*\)|`([^`<]+?) <[^>]*>`_+|<!--.*?-->|:\w+:(?=`)")
_LINK_DEFINITION = regex(r"^\s*(?:\[[^\]]+\]:|\.\. )")


class _Reader:
    """Where the reading stands: the version, the headings above, and the note that is still growing."""

    def __init__(self, numbers: OwnNumbers) -> None:
        self.numbers = numbers
        self.version = ""
        self.version_level = 99
        self.headings: dict[int, str] = {}
        self.underlines: list[str] = []
        self.parts: list[str] = []

    def note(self) -> Note | None:
        """The note that has been gathered, if any; gathering starts anew."""
        raw, self.parts = " ".join(self.parts)[:LONGEST_NOTE], []
        text = _MARKUP.sub(lambda m: m[1] or m[2] or "", raw).strip()
        heading = self.heading()
        if not self.version or len(text) < 4 or _NO_NOTE.fullmatch(text) or _NOT_NOTES.search(heading):
            return None
        text = _LEADING_NUMBER.sub("", text)
        numbers = self.numbers.of(raw)
        category = heading_category(heading) if heading else None
        if (mark := _MARK.match(text)) and (marked := _mark_category(mark)):
            if category is None or mark["tag"]:
                heading, category = mark[0].strip(" :*[]"), marked
            text = text[mark.end() :]
        return Note(self.version, heading, category, text, numbers)

    def heading(self) -> str:
        """The deepest heading under the version that names a category, else the deepest."""
        below = [self.headings[level] for level in sorted(self.headings, reverse=True)]
        return next((h for h in below if heading_category(h)), below[0] if below else "")

    def enter(self, text: str, level: int) -> None:
        """Go on under a new heading."""
        text = _MARKUP.sub(lambda m: m[1] or m[2] or "", text[:LONGEST_HEADING]).strip(" *_:")
        above = level <= self.version_level
        found = VERSION.match(text) or _COUNTED.match(text) if above else None
        if not above and _DATED_VERSION.fullmatch(text):
            found = VERSION.match(text)
        if found or (above and _UNRELEASED.match(text)):
            self.version = found["version"] if found else "unreleased"
            self.version_level, self.headings = min(level, self.version_level), {}
            return
        self.headings = {above: h for above, h in self.headings.items() if above < level}
        if level > self.version_level and text:
            self.headings[level] = text

    def underline_level(self, mark: str) -> int:
        """The depth of a heading underlined so, by order of appearance."""
        if mark not in self.underlines:
            self.underlines.append(mark)
        return self.underlines.index(mark) + 1


def _mark_category(mark: re.Match[str]) -> Category | None:
    word = next(group for group in mark.groups() if group).lower()
    return KIND_CATEGORIES.get(word) or (None if mark["word"] and " " not in word else heading_category(word))


def notes_of(changelog: str, project: str = "") -> list[Note]:
    """The notes of a changelog in the order they stand (newest first, as changelogs are), `MOST_NOTES` at most;
    `project` is the name of its repository."""
    notes: list[Note] = []
    for note in notes_in(changelog, project):
        notes.append(note)
        if len(notes) >= MOST_NOTES:
            break
    return notes


def notes_in(changelog: str, project: str = "") -> Iterator[Note]:
    """All notes of a changelog, read as they are asked for."""
    reader = _Reader(OwnNumbers(changelog, project))
    lines = (_plain(changelog) if ".. changelog::" in changelog else changelog).splitlines()
    for number, line in enumerate(lines):
        below = lines[number + 1] if number + 1 < len(lines) else ""
        heading = _heading(line, below, reader) if line.strip() else None
        bullet = None if heading else _BULLET.match(line)
        if heading or bullet or not line.strip():
            over = reader.parts and (heading or bullet or not _continues(lines, number))
            if over and (note := reader.note()):
                yield note
            if heading:
                reader.enter(*heading)
            elif bullet:
                reader.parts = [bullet[2]]
        elif not _UNDERLINE.match(line) and not _LINK_DEFINITION.match(line):
            reader.parts.append(line.strip())
    if note := reader.note():
        yield note


_DIRECTIVE = regex(
    r"^\.\. changelog::\s*\n(?:[ \t]+:(?!version:).*\n)*[ \t]+:version: *(?P<version>\S+).*\n(?:[ \t]+:.*\n)*"
    r"|^[ \t]+\.\. change::.*\n(?P<fields>(?:[ \t]+:\w+:.*\n)*)",
    re.MULTILINE,
)
_TAGS = regex(r":tags: *(\w+)")
_TICKETS = regex(r":tickets: *([\d, ]+)")


def _plain(changelog: str) -> str:
    """A changelog of Sphinx directives (`.. changelog::`, `.. change::` with tags and tickets) as headings and
    bullets."""
    return _DIRECTIVE.sub(_as_markdown, changelog)


def _as_markdown(directive: re.Match[str]) -> str:
    if version := directive["version"]:
        return f"# {version}\n"
    fields = directive["fields"] or ""
    tag, tickets = _TAGS.search(fields), _TICKETS.search(fields)
    numbers = " ".join(f"#{number}" for number in re.findall(r"\d+", tickets[1])) if tickets else ""
    return f"- {f'[{tag[1].capitalize()}] ' if tag else ''}{f'{numbers} ' if numbers else ''}"


def _continues(lines: list[str], blank: int) -> bool:
    """Whether the paragraph after the blank line still belongs to the bullet above it: it is indented."""
    following = next((line for line in lines[blank + 1 : blank + 3] if line.strip()), "")
    return following.startswith("  ") and not _BULLET.match(following)


def _heading(line: str, below: str, reader: _Reader) -> tuple[str, int] | None:
    if atx := _ATX.match(line):
        return atx[2], len(atx[1])
    if apart := _APART.match(line):
        return apart[1], reader.version_level + 1
    if (
        line[0] not in " \t"
        and (under := _UNDERLINE.match(below))
        and not _UNDERLINE.match(line)
        and len(below.strip()) >= min(len(line.strip()), 4)
    ):
        return None if _BULLET.match(line) else (line.strip(), reader.underline_level(under[1]))
    if len(line) < 60 and line[0] not in " -*" and VERSION.match(line) and _DATED.search(line):
        return line, 1
    if bold := _BOLD.match(line) or _CAPTION.match(line):
        return bold[1], 8
    return None
