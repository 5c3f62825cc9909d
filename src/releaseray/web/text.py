"""Plain text as pages and feeds can carry it."""

import html
import re

import nh3

_ILLEGAL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")
_SPACES = re.compile(r"\s+")


def printable(text: str) -> str:
    """`text` without what XML 1.0 forbids or discourages: control characters, lone surrogates, non-characters."""
    return _ILLEGAL.sub("", text)


def anchor(version: str) -> str:
    """The id a version has on its page: the version itself, for an HTML id may hold all but white space."""
    return _SPACES.sub("-", printable(version))


def excerpt(fragment: str, limit: int = 200) -> str:
    """The first words of an HTML fragment, `limit` characters at most, for a preview of the page."""
    text = html.unescape(nh3.clean(fragment[: 20 * limit], tags=set()))
    words = _SPACES.sub(" ", text).strip()
    if len(words) <= limit:
        return words
    return words[: limit - 1].rsplit(" ", 1)[0].rstrip(" ,.;:") + "…"
