"""Fenced `release-note` blocks, as authors write them in pull requests and in the fragments of go-changelog."""

import re
from collections.abc import Iterator
from typing import NamedTuple

from releaseray.notes.regexes import regex

MARK = "release-note"
"""What a text without a block hardly ever has."""

_BLOCK = regex(
    r"^[ \t]*(?P<fence>`{3,}|~{3,})[ \t]*release-notes?(?::[ \t]*(?P<kind>[\w-]+))?[^\n]*\n"
    r"(?P<text>.*?)^[ \t]*(?P=fence)",
    re.MULTILINE | re.DOTALL,
)


class Block(NamedTuple):
    """One block: `kind` as its author wrote it after the colon, empty for none; `whole` has its fences as well."""

    kind: str
    text: str
    whole: str


def blocks(text: str) -> Iterator[Block]:
    """The blocks of `text`, in order."""
    if MARK in text:
        for found in _BLOCK.finditer(text):
            yield Block(found["kind"] or "", found["text"], found[0])


def block_of(kind: str, text: str) -> str:
    """A block that says so; its fence is longer than any that a note holds."""
    fence = "~" * 12
    return f"{fence}{MARK}:{kind}\n{text.strip()}\n{fence}"
