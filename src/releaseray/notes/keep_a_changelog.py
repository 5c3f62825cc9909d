"""Brings a changelog file up to date in the style of keepachangelog.com, and keeps what people wrote in it."""

import re
from collections.abc import Iterable, Iterator, Sequence

from releaseray.notes.draft import Category, Draft, Entry
from releaseray.notes.regexes import regex
from releaseray.notes.versions import UNRELEASED

_HEADER = "# Changelog\n\nWhat changed in this project, newest version first.\n"
_ORDER = ("Added", "Changed", "Deprecated", "Removed", "Fixed", "Security")
_SECTIONS = {
    Category.BREAKING: "Changed",
    Category.SECURITY: "Security",
    Category.FEATURE: "Added",
    Category.FIX: "Fixed",
    Category.PERF: "Changed",
    Category.DEPRECATION: "Deprecated",
}
_VERSION = regex(r"^## +\[?([^\]\s]+)\]?[^\n]*\n", re.MULTILINE)
_GROUP = regex(r"^### +(\w+)[ \t]*\n", re.MULTILINE)
_TOLD = regex(r"^<!-- told: ([0-9a-f ]+) -->[ \t]*\n?", re.MULTILINE)
_LINKS = regex(r"^\[[^\]\n]+\]: ", re.MULTILINE)
_REMOVES = regex(r"(?:\*\*[^*\n]+:\*\* )?(?:Remove|Drop)")
_ADDS = regex(r"(?:\*\*[^*\n]+:\*\* )?(?:Improve|Change|Update|Make|Use|Allow|Rename|Move|Switch)")
_NUMBER = regex(r"#(\d+)\b")


def updated(changelog: str, version: str, date: str | None, draft: Draft) -> str:
    """`changelog` with a section for `version` that has every entry the draft keeps.

    Lines that are there stay as they are. An entry is added once: the section remembers, in a comment, which
    commits it has told, so that what somebody reworded, moved or took out does not come back. A version that is not
    there yet takes over what stands under "Unreleased". `date` is `YYYY-MM-DD`, None for what is not released.
    """
    text = changelog.replace("\r\n", "\n") or _HEADER
    start, end = _section(text, version) or (None, 0)
    if start is None:
        text = _with_section(text, version, date)
        start, end = _section(text, version) or (len(text), len(text))
    body = _filled(text[start:end], [entry for entry in draft.entries if entry.kept and entry.category in _SECTIONS])
    rest = text[end:]
    updated_text = text[:start] + body + ("\n" + rest.lstrip("\n") if rest.strip() else "")
    return updated_text.replace("\n", "\r\n") if "\r\n" in changelog else updated_text


def _section(text: str, version: str) -> tuple[int, int] | None:
    """Where the text under a version's heading begins and ends."""
    headings = list(_VERSION.finditer(text))
    for at, heading in enumerate(headings):
        if heading[1].lower().removeprefix("v") == version.lower().removeprefix("v"):
            end = headings[at + 1].start() if at + 1 < len(headings) else _end(text, heading.end())
            return heading.end(), end
    return None


def _end(text: str, start: int) -> int:
    links = _LINKS.search(text, start)
    return links.start() if links else len(text)


def _with_section(text: str, version: str, date: str | None) -> str:
    heading = f"## [{version}]" + (f" - {date}" if date else "") + "\n"
    unreleased = _section(text, UNRELEASED)
    if unreleased and date:
        return text[: unreleased[0]] + "\n" + heading + text[unreleased[0] :]
    first = _VERSION.search(text)
    at = unreleased[1] if unreleased else first.start() if first else _end(text, 0)
    before, after = text[:at].rstrip("\n"), text[at:].lstrip("\n")
    return f"{before}\n\n{heading}" + (f"\n{after}" if after else "")


def _filled(body: str, entries: Sequence[Entry]) -> str:
    told = [sha for comment in _TOLD.finditer(body) for sha in comment[1].split()]
    body = _TOLD.sub("", body)
    numbers = {int(number) for number in _NUMBER.findall(body)}
    fresh = [entry for entry in entries if not _is_told(entry, told, numbers)]
    for section in _ORDER:
        lines = [f"- {entry.text}" for entry in fresh if _belongs(entry) == section]
        body = _with_lines(body, section, lines) if lines else body
    seen = list(dict.fromkeys([*told, *(entry.shas[0][:12] for entry in entries)]))
    memory = "\n".join(f"<!-- told: {' '.join(chunk)} -->" for chunk in _chunks(seen))
    return f"\n{body.strip()}\n\n{memory}\n" if memory else f"\n{body.strip()}\n"


def _is_told(entry: Entry, told: Iterable[str], numbers: set[int]) -> bool:
    return entry.pr in numbers or any(sha.startswith(known) for known in told for sha in entry.shas)


def _belongs(entry: Entry) -> str:
    if entry.category in (Category.BREAKING, Category.FEATURE) and _REMOVES.match(entry.text):
        return "Removed"
    if entry.category is Category.FEATURE and _ADDS.match(entry.text):
        return "Changed"
    return _SECTIONS[entry.category]


def _with_lines(body: str, section: str, lines: list[str]) -> str:
    """The lines at the end of their group; a new group goes where the order of groups wants it."""
    addition = "\n".join(lines)
    groups = list(_GROUP.finditer(body))
    for at, group in enumerate(groups):
        end = groups[at + 1].start() if at + 1 < len(groups) else len(body)
        if group[1] == section:
            return f"{body[:end].rstrip()}\n{addition}\n\n{body[end:]}"
    later = [group for group in groups if group[1] in _ORDER[_ORDER.index(section) + 1 :]]
    at = later[0].start() if later else len(body)
    return f"{body[:at].rstrip()}\n\n### {section}\n{addition}\n\n{body[at:]}".lstrip("\n")


def _chunks(shas: list[str]) -> Iterator[list[str]]:
    for at in range(0, len(shas), 8):
        yield shas[at : at + 8]
