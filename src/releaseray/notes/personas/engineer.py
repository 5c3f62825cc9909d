"""For engineers: everything that matters, grouped, breaking changes first, with pull requests and scopes."""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from functools import partial

from releaseray.notes.draft import Category
from releaseray.notes.fate import Fate
from releaseray.notes.markdown import code, inline
from releaseray.notes.prepared import Item, Prepared
from releaseray.notes.production import Production, for_engineers
from releaseray.notes.regexes import regex
from releaseray.notes.render import counted, distinct, document, listed, names, place, section
from releaseray.notes.upgrade import Requirement
from releaseray.notes.wording import imperative, past

_SECTIONS = {
    Category.BREAKING: "Breaking changes",
    Category.SECURITY: "Security",
    Category.FEATURE: "Features",
    Category.PERF: "Performance",
    Category.FIX: "Fixes",
    Category.DEPRECATION: "Deprecations",
    Category.DOCS: "Documentation",
    Category.INTERNAL: "Internal",
}
_MOST = 80
_MANY = 12
"""Changes of a section from which on those of one area stand together."""

_OPENING = 60
_LED = regex(r"[\w/.-]{1,40}(?: \([\w ]{1,30}\))?: \S")
"""What was written for readers and names its area itself: "Quota (Enterprise): Fixed …"."""

_UPDATED = regex(
    r"(?:bump|update|upgrade)s? (?:dependency |rust crate |module )?`?(@?[\w./-]+)`? (?:from|to)\b", re.IGNORECASE
)


class Engineer:
    """People who run or build on the product."""

    name = "engineer"
    order = 1

    def shown(self, release: Prepared) -> Sequence[Item]:
        """What matters, and what takes back something released; where nothing does, the quiet changes."""
        told = [item for item in distinct(release.items) if item.fate is Fate.TOLD]
        items = [item for item in told if item.listed or item.change.reverts]
        return sorted(items or told, key=lambda item: -item.weight)

    def line(self, item: Item, release: Prepared) -> str:
        """In the mood of the project's own changelog; its author's, where it has none."""
        words = past(item.note, item.fault) if release.reports else imperative(item.note, item.fault)
        scope = f"**{inline(place(item.change.headline))}:** " if _needs_scope(item) else ""
        number = f" (#{item.change.pr})" if item.change.pr is not None else ""
        return f"{scope}{inline(words)}{number}"

    def body(self, release: Prepared, shown: Sequence[Item]) -> str:
        if not release.items:
            return _nothing(release)
        items: dict[Category, list[Item]] = {category: [] for category in _SECTIONS}
        taken_back: list[Item] = []
        for item in shown:
            (taken_back if item.change.reverts else items[item.category]).append(item)
        line = partial(self.line, release=release)
        sections = [section(title, _gathered(items[category]), line, _MOST) for category, title in _SECTIONS.items()]
        needs = section("Requirements", release.requirements, requirement, _MOST)
        reverts = section("Reverted", taken_back, line, _MOST)
        return document([sections[0], needs, *sections[1:], reverts, *_footer(release, shown)])

    def production(self, facts: Production) -> str:
        return for_engineers(facts)


def requirement(need: Requirement) -> str:
    """A requirement that changed, before → after."""
    if need.after is None:
        return f"The setting {code(need.what)} is gone"
    if need.before is None:
        return f"{inline(need.what)} {code(need.after)} is now required"
    return f"{inline(need.what)}: {code(need.before)} → {code(need.after)}"


def _gathered(items: Sequence[Item]) -> Sequence[Item]:
    """The items of a long list with those of one area together, the areas as their first item stands."""
    if len(items) <= _MANY:
        return items
    areas: dict[object, list[Item]] = {}
    for item in items:
        areas.setdefault(place(item.change.headline).lower() or id(item), []).append(item)
    return [item for area in areas.values() for item in area]


def _nothing(release: Prepared) -> str:
    since = f" since {inline(release.since)}" if release.since else ""
    return f"No changes{since}.\n"


def _footer(release: Prepared, shown: Sequence[Item]) -> Iterator[str]:
    if others := _others(release, shown):
        yield others
    if release.newcomers:
        yield f"**First contributions:** {names(release.newcomers, 20)}"
    if release.contributors:
        yield f"**Contributors:** {names(release.contributors, 30)}"


def _others(release: Prepared, shown: Sequence[Item]) -> str:
    told = {id(item) for item in shown}
    items = distinct(release.items)
    quiet = Counter(item.category for item in items if item.fate is Fate.TOLD and id(item) not in told)
    folded = Counter(item.fate for item in items)
    docs, upkeep = quiet.pop(Category.DOCS, 0), quiet.total() + folded[Fate.CHORE] + folded[Fate.RELEASE]
    parts = [
        _dependencies(release) if folded[Fate.DEPENDENCY] else "",
        counted(docs, "documentation change") if docs else "",
        counted(upkeep, "internal change") if upkeep else "",
    ]
    return f"Also in this release: {listed([part for part in parts if part])}." if any(parts) else ""


def _dependencies(release: Prepared) -> str:
    updates = [item.note for item in release.items if item.fate is Fate.DEPENDENCY]
    found = dict.fromkeys(found[1] for note in updates if (found := _UPDATED.match(note)))
    shown = ", ".join(code(name) for name in list(found)[:5])
    more = ", …" if len(found) > 5 or len(updates) > len(found) else ""
    return counted(len(updates), "dependency update") + (f" ({shown}{more})" if shown else "")


PERSONA = Engineer()


def _needs_scope(item: Item) -> bool:
    """Whether the sentence leaves unsaid where the change is: what was written for readers often begins with it."""
    head = item.change.headline
    where = place(head)
    if item.note == head.text:
        return bool(where)
    return bool(where) and where.lower() not in item.note[:_OPENING].lower() and not _LED.match(item.note)
