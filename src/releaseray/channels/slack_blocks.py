"""A note as Slack's Block Kit: rich text, which is taken literally, so that nothing in a note can ping people."""

from collections.abc import Iterable, Iterator
from typing import Any

from releaseray.channels import Note
from releaseray.channels.cutting import fitting, shorten
from releaseray.channels.markdown_blocks import Block, Kind, Span

Json = dict[str, Any]

MAX_BLOCKS = 50
MAX_HEADER = 150
MAX_TEXT = 3000
MAX_INDENT = 8
# Slack documents no limit for a whole message; it begins to refuse them at 11,000 to 13,000 characters.
MAX_MESSAGE = 9000
RESERVE = 600


def message(note: Note) -> Json:
    """`text` and `blocks` of the message for a note, within Slack's limits."""
    kept, cut = fitting(note.body_md, _cost, MAX_MESSAGE - RESERVE)
    header = {"type": "header", "text": {"type": "plain_text", "text": shorten(note.heading, MAX_HEADER)}}
    body = [{"type": "rich_text", "elements": part} for part in _parts(_elements(kept))]
    footer = _footer(note, cut)
    room = MAX_BLOCKS - 1 - len(footer)
    return {"text": fallback(note), "blocks": [header, *body[:room], *footer]}


def fallback(note: Note) -> str:
    """What notifications and screen readers get: the title, the best highlights, the address."""
    lines = [shorten(note.heading, MAX_HEADER), *(f"• {shorten(line, 200)}" for line in note.highlights[:5])]
    text = "\n".join(escape(line) for line in lines)
    return f"{text}\n{escape(note.whole_url)}" if note.whole_url else text


def escape(text: str) -> str:
    """Text in which Slack finds no mention, channel or link of its own."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _cost(block: Block) -> int:
    """Characters a block takes of the message: text, addresses, and some for each change of style."""
    return sum(len(span.text) + len(span.href or "") + 8 for span in block.spans) + 8


def _footer(note: Note, cut: bool) -> list[Json]:
    links = []
    if note.whole_url:
        links.append(_link(note.whole_url, "Shortened: read the whole" if cut else "Read it on the web"))
    elif cut:
        links.append("_Shortened._")
    if note.compare_url and note.compare_url != note.whole_url:
        links.append(_link(note.compare_url, "All changes"))
    text = " · ".join(links)
    return [{"type": "context", "elements": [{"type": "mrkdwn", "text": text}]}] if text else []


def _link(url: str, label: str) -> str:
    return f"<{escape(url).replace('|', '%7C')}|{label}>"


def _elements(found: Iterable[Block]) -> Iterator[Json]:
    """Rich text elements; items of one list at one depth come together in one list element."""
    current: Json | None = None
    for block in found:
        if block.kind is Kind.ITEM and current and _continues(current, block):
            _extend(current, block)
            continue
        if current:
            yield current
        current = _list(block) if block.kind is Kind.ITEM else _element(block)
    if current:
        yield current


def _continues(current: Json, block: Block) -> bool:
    style = "bullet" if block.number is None else "ordered"
    return bool(
        current["type"] == "rich_text_list"
        and current["indent"] == min(block.level, MAX_INDENT)
        and (block.follows or (current["style"] == style and not _long(current)))
    )


def _long(element: Json) -> bool:
    return sum(len(part.get("text", "")) for item in element["elements"] for part in item["elements"]) > MAX_TEXT // 2


def _extend(current: Json, block: Block) -> None:
    if block.follows:
        current["elements"][-1]["elements"] += [_text(Span("\n")), *_runs(block)]
    else:
        current["elements"].append(_section(block))


def _list(block: Block) -> Json:
    found: Json = {"type": "rich_text_list", "style": "bullet", "indent": min(block.level, MAX_INDENT)}
    if block.number is not None:
        found |= {"style": "ordered", "offset": max(block.number - 1, 0)}
    return {**found, "elements": [_section(block)]}


def _element(block: Block) -> Json:
    if block.kind is Kind.CODE:
        return {"type": "rich_text_preformatted", "elements": [_text(Span(text)) for text in _slices(block.text)]}
    if block.quote:
        return {"type": "rich_text_quote", "elements": _runs(block)}
    section = _section(block, bold=block.kind is Kind.HEADING)
    section["elements"].append(_text(Span("\n")))
    return section


def _section(block: Block, bold: bool = False) -> Json:
    return {"type": "rich_text_section", "elements": _runs(block, bold)}


def _runs(block: Block, bold: bool = False) -> list[Json]:
    found = []
    for span in block.spans:
        style = {"bold": span.bold or bold, "italic": span.italic, "strike": span.strike, "code": span.code}
        style = {name: True for name, on in style.items() if on}
        for text in _slices(span.text):
            run = (
                {"type": "link", "url": span.href, "text": text} if _linkable(span) else {"type": "text", "text": text}
            )
            found.append({**run, "style": style} if style else run)
    return found


def _linkable(span: Span) -> bool:
    return span.href is not None and len(span.href) <= MAX_TEXT


def _text(span: Span) -> Json:
    return {"type": "text", "text": span.text}


def _slices(text: str) -> list[str]:
    return [text[start : start + MAX_TEXT] for start in range(0, len(text), MAX_TEXT)]


def _parts(elements: Iterable[Json]) -> Iterator[list[Json]]:
    """Elements by the block they go into: a heading after enough text begins a new one."""
    part: list[Json] = []
    size = 0
    for element in elements:
        weight = len(str(element))
        if part and size + weight > 2 * MAX_TEXT:
            yield part
            part, size = [], 0
        part.append(element)
        size += weight
    if part:
        yield part
