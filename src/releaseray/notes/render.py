"""Lays a draft out in Markdown: sections, bullets, and an end to lists nobody would read."""

import re
from collections.abc import Callable, Iterable, Sequence
from typing import TypeVar

from releaseray.notes.aside import ships
from releaseray.notes.classify_written import says_loudly
from releaseray.notes.conventions import KIND_CATEGORIES, heading_category
from releaseray.notes.draft import Category
from releaseray.notes.headline import KINDS, Headline
from releaseray.notes.markdown import inline
from releaseray.notes.prepared import Item
from releaseray.notes.regexes import regex
from releaseray.notes.together import together

T = TypeVar("T")
_MORE = ("more", "more")
_AHEAD = 24
"""Things beyond those shown that may be told together with one of them."""


def section(title: str, things: Sequence[T], line: Callable[[T], str], most: int, rest: tuple[str, str] = _MORE) -> str:
    """A heading and a bullet for each of `things`, `most` bullets and a last one that counts the others, named by
    `rest`; empty without any. Only what is shown is worded, what reads the same is said once, and what begins alike
    is told together."""
    if not things:
        return ""
    told = together([line(thing) for thing in things[: most + _AHEAD]])[:most]
    left = len(things) - sum(count for _, count in told)
    bullets = [f"- {text}" for text, _ in told] + ([f"- …and {counted(left, *rest)}"] if left > 0 else [])
    return f"## {title}\n" + "\n".join(bullets)


def document(parts: Iterable[str]) -> str:
    """The parts that are not empty, a blank line between them."""
    return "\n\n".join(part for part in parts if part) + "\n"


def distinct(items: Iterable[Item]) -> list[Item]:
    """The items, given newest first, but for those whose fragment an older one brought along: who edits it did not make
    the change."""
    kept: list[Item] = []
    told: set[str] = set()
    for item in reversed([*items]):
        if not item.change.fragments or item.note not in told:
            kept.append(item)
        if item.change.fragments:
            told.add(item.note)
    kept.reverse()
    return kept


PRESSING = frozenset({Category.BREAKING, Category.DEPRECATION, Category.SECURITY})
"""What everybody is told of, wherever it is."""


def for_users(items: Sequence[Item]) -> Sequence[Item]:
    """The items that somebody who only uses the product may notice, for a project may list changes of its pages and
    tests as well; all of them where there is nothing else, for a project may be nothing but pages."""
    noticed = [
        item for item in items if item.category in PRESSING or ships(item.change.files) or says_loudly(item.change)
    ]
    return noticed or items


_ADDS = regex(
    r"(?:add|introduce|implement|support)(?:s|ed|ing)?\b(?! (?:\S+ ){0,2}(?:missing|fix|workaround|check|guard))",
    re.IGNORECASE,
)


def adds(item: Item) -> bool:
    """Whether a fix reads as an addition ("Add a dashboard's name to the configuration"); not where its author called
    it a fix."""
    return (
        item.category is Category.FIX
        and KIND_CATEGORIES.get(item.change.headline.kind) is not Category.FIX
        and _ADDS.match(item.note) is not None
    )


_LONGEST_PLACE = 30
_AREA = regex(r"[A-Za-z][A-Za-z0-9/ +-]{1,15}")


def area(item: Item) -> str:
    """The part of the product that a title opens with ("http: …"), in bold: without it the sentence would not say
    what it is about. Empty where the title has none, or one that only its makers know."""
    headline = item.change.headline
    where = place(headline)
    if (headline.kind and headline.scope) or not _AREA.fullmatch(where) or item.note != headline.text:
        return ""
    return f"**{where}:** "


_NO_PLACE = regex(
    r"#|\s\S+\s|^v?\d|^[A-Z][A-Z0-9]+-\d|^(?:no ?issue|trivial|draft|rfc|poc|nfc|backport"
    r"|cherry.?pick|automated|stable|skip|ready)\b|skip$",
    re.IGNORECASE,
)


_BOOKS = frozenset({"changelog", "changelogs", "changeset", "changes", "release notes"})
"""Where a note was written and not what it tells of."""


def place(head: Headline) -> str:
    """Where in the project a change is, as its author says: the scope, else the tag ("[ie/youtube] Fix extractor")."""
    if head.scope or not head.tags:
        return "" if head.scope.lower() in _BOOKS else head.scope
    tag = head.tags[0]
    known = tag.lower() in KINDS or heading_category(tag) is not None or _NO_PLACE.search(tag)
    return "" if known or len(tag) > _LONGEST_PLACE else tag


def names(people: Sequence[str], most: int) -> str:
    """People in a sentence: "Ann, Bob and Cy", "Ann, Bob and 12 others"."""
    shown = [inline(name) for name in people[:most]]
    if len(people) > most:
        return f"{', '.join(shown)} and {len(people) - most:,} others"
    return listed(shown)


def listed(words: Sequence[str]) -> str:
    """ "a", "a and b", "a, b and c"."""
    return " and ".join(filter(None, [", ".join(words[:-1]), words[-1]])) if words else ""


def counted(number: int, singular: str, plural: str | None = None) -> str:
    """ "1 fix", "12 fixes"."""
    return f"{number:,} {singular if number == 1 else plural or singular + 's'}"
