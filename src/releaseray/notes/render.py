"""Lays a draft out in Markdown: sections, bullets, and an end to lists nobody would read."""

import re
from collections.abc import Callable, Iterable, Sequence
from typing import TypeVar

from releaseray.notes.markdown import inline
from releaseray.notes.prepared import Item

T = TypeVar("T")


def section(title: str, things: Sequence[T], line: Callable[[T], str], most: int, rest: str = "more") -> str:
    """A heading and a bullet for each of `things`, `most` of them and a last one that counts the others; empty
    without any. Only what is shown is worded."""
    if not things:
        return ""
    bullets = [f"- {line(thing)}" for thing in things[:most]]
    if len(things) > most:
        bullets.append(f"- …and {len(things) - most:,} {rest}")
    return f"## {title}\n" + "\n".join(bullets)


def document(parts: Iterable[str]) -> str:
    """The parts that are not empty, a blank line between them."""
    return "\n\n".join(part for part in parts if part) + "\n"


_AREA = re.compile(r"[A-Za-z][A-Za-z0-9/ +-]{1,15}")


def area(item: Item) -> str:
    """The part of the product that a title opens with ("http: …"), in bold: without it the sentence would not say
    what it is about. Empty where the title has none, or one that only its makers know."""
    headline = item.change.headline
    if headline.kind or not _AREA.fullmatch(headline.scope) or item.note != headline.text:
        return ""
    return f"**{headline.scope}:** "


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
