"""Lays a draft out in Markdown: sections, bullets, and an end to lists nobody would read."""

import re
from collections.abc import Iterable, Sequence

from releaseray.notes.markdown import inline
from releaseray.notes.prepared import Item


def section(title: str, lines: Sequence[str], most: int, rest: str = "more") -> str:
    """A heading and a bullet a line, `most` of them and a last one that counts the others; empty without lines."""
    if not lines:
        return ""
    bullets = [f"- {line}" for line in lines[:most]]
    if len(lines) > most:
        bullets.append(f"- …and {len(lines) - most:,} {rest}")
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
