"""Where to cut a note that is longer than a vendor takes: between blocks, never right after a heading."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from itertools import accumulate

from markdown_it import MarkdownIt

from releaseray.channels.markdown_blocks import MAX_READ, Block, Kind, Span, blocks

_STRUCTURE = MarkdownIt("commonmark").enable("table")


def fitting(markdown: str, cost: Callable[[Block], int], budget: int) -> tuple[list[Block], bool]:
    """The blocks of a text that `budget` pays for, and whether any were left out."""
    kept, cut = fit(blocks(markdown), cost, budget)
    return kept, cut or len(markdown) > MAX_READ


def fit(found: Sequence[Block], cost: Callable[[Block], int], budget: int) -> tuple[list[Block], bool]:
    """As many whole blocks as `budget` pays for, and whether any were left out; a first block that is too large
    alone is cut at a word, or left out where not even its addresses fit."""
    kept: list[Block] = []
    left = budget
    for block in found:
        left -= cost(block)
        if left < 0:
            break
        kept.append(block)
    while kept and len(kept) < len(found) and kept[-1].kind is Kind.HEADING:
        kept.pop()
    if found and not kept:
        body = next((block for block in found if block.kind is not Kind.HEADING), found[0])
        shortened = _shortened(body, cost, budget)
        return [shortened] if shortened.text else [], True
    return kept, len(kept) < len(found)


def _shortened(block: Block, cost: Callable[[Block], int], budget: int) -> Block:
    """The block with only as many characters as `budget` pays for, found by halving."""
    low, high = 0, len(block.text)
    while low < high:
        middle = (low + high + 1) // 2
        low, high = (middle, high) if cost(_first(block, middle)) <= budget else (low, middle - 1)
    return _first(block, low)


def _first(block: Block, length: int) -> Block:
    kept: list[Span] = []
    for span in block.spans:
        text = span.text[:length]
        length -= len(text)
        if text:
            kept.append(replace(span, text=text))
    if kept and kept[-1].text != block.spans[len(kept) - 1].text:
        kept[-1] = replace(kept[-1], text=at_a_word(kept[-1].text) + "…")
    return replace(block, spans=tuple(kept))


def at_a_word(text: str) -> str:
    """The text without its last, probably broken word."""
    head, space, _ = text.rpartition(" ")
    return head.rstrip() if space and head.strip() else text


def shorten(text: str, limit: int) -> str:
    """One line of at most `limit` characters, cut at a word with an ellipsis."""
    text = " ".join(text.split())
    return text if len(text) <= limit else at_a_word(text[: limit - 1]) + "…"


def cut_markdown(markdown: str, limit: int, more: str) -> tuple[str, bool]:
    """Markdown of at most `limit` characters that ends in the paragraph `more` if it had to be cut, and whether
    it was: between blocks or list items where there is such a place, else at a word."""
    if len(markdown) <= limit:
        return markdown, False
    room = limit - len(more) - 2
    markdown = markdown[: limit + 1]  # What comes later cannot be kept, and need not be read.
    lines = markdown.split("\n")
    lengths = list(accumulate(len(line) + 1 for line in lines))
    ends = [end for end in _ends(markdown) if 0 < end <= len(lines) and lengths[end - 1] <= room + 1]
    if ends and (head := "\n".join(lines[: max(ends)]).rstrip()):
        return f"{head}\n\n{more}", True
    fence = _STRUCTURE.parse(markdown)[0].markup if markdown.lstrip().startswith(("```", "~~~")) else ""
    head = at_a_word(markdown[: room - len(fence) - 2])
    return f"{head}…" + (f"\n{fence}" if fence else "") + f"\n\n{more}", True


def _ends(markdown: str) -> set[int]:
    """The lines before which the text may end: behind a block or list item that is not a heading."""
    tokens = _STRUCTURE.parse(markdown.replace("\r\n", " \n").replace("\r", " "))
    ends = {
        token.map[1]
        for token in tokens
        if token.map and (token.level == 0 or token.type == "list_item_open") and token.type != "heading_open"
    }
    return ends - {token.map[1] for token in tokens if token.map and token.type == "heading_open"}
