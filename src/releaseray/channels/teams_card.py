"""A note as an Adaptive Card 1.5, from the elements that Teams shows well."""

import json
from collections.abc import Iterator
from typing import Any

from releaseray.channels import Note
from releaseray.channels.cutting import fitting, shorten
from releaseray.channels.markdown_blocks import Block, Kind, Span

Json = dict[str, Any]

# Teams refuses messages from 25 to 28 kB on; half of that leaves room for what a Workflow adds, and for UTF-8.
MAX_CARD = 12_000
RESERVE = 1_500
SIZES = {1: "Large", 2: "Medium"}


def message(note: Note) -> Json:
    """The body for a Workflow's webhook: one attachment, one card."""
    card = {"contentType": "application/vnd.microsoft.card.adaptive", "contentUrl": None, "content": _card(note)}
    return {"type": "message", "attachments": [card]}


def _card(note: Note) -> Json:
    kept, cut = fitting(note.body_md, _cost, MAX_CARD - RESERVE)
    title = {"type": "TextBlock", "text": _literal(shorten(note.heading, 200)), "size": "Large", "weight": "Bolder"}
    body = [{**title, "wrap": True, "style": "heading"}]
    body += [element for block in kept for element in _elements(block)]
    if cut:
        body.append(_rich([{"type": "TextRun", "text": "Shortened.", "italic": True}]))
    card: Json = {
        "$schema": "http://adaptivecards.io/schemas/adaptive-card.json",
        "type": "AdaptiveCard",
        "version": "1.5",
        "fallbackText": shorten(note.heading, 200),
        "body": body,
    }
    actions = list(_actions(note, cut))
    return {**card, "actions": actions} if actions else card


def _actions(note: Note, cut: bool) -> Iterator[Json]:
    if note.whole_url:
        title = "Read the whole" if cut else "Read it on the web"
        yield {"type": "Action.OpenUrl", "title": title, "url": note.whole_url}
    if note.compare_url and note.compare_url != note.whole_url:
        yield {"type": "Action.OpenUrl", "title": "All changes", "url": note.compare_url}


def _cost(block: Block) -> int:
    """Bytes the block takes of the card as it is sent."""
    return sum(len(json.dumps(element, ensure_ascii=False).encode()) + 2 for element in _elements(block))


def _elements(block: Block) -> list[Json]:
    if block.kind is Kind.CODE:
        return [_rich(_code(line), spacing="None" if row else "Default") for row, line in enumerate(_lines(block))]
    runs = [_run(span, heading=block.kind is Kind.HEADING) for span in block.spans]
    if block.kind is Kind.HEADING:
        runs = [{**run, "size": SIZES.get(block.level, "Default")} for run in runs]
        return [_rich(runs, spacing="Medium")]
    if block.kind is Kind.ITEM:
        return [_rich([{"type": "TextRun", "text": _bullet(block)}, *runs], spacing="Small")]
    return [_rich(runs)]


def _lines(block: Block) -> list[str]:
    return block.text.split("\n")


def _code(line: str) -> list[Json]:
    # A no-break space keeps an empty line its height, and indentation its width.
    shown = line.replace("\t", "    ").replace(" ", "\N{NO-BREAK SPACE}") or "\N{NO-BREAK SPACE}"
    return [{"type": "TextRun", "text": shown, "fontType": "Monospace"}]


def _bullet(block: Block) -> str:
    indent = "\N{EM SPACE}" * (2 * block.level)
    if block.follows:
        return f"{indent}\N{EM SPACE}"
    return f"{indent}• " if block.number is None else f"{indent}{block.number}. "


def _rich(inlines: list[Json], spacing: str = "Default") -> Json:
    return {"type": "RichTextBlock", "inlines": inlines} | ({} if spacing == "Default" else {"spacing": spacing})


def _run(span: Span, heading: bool) -> Json:
    """A run of text, which the card takes literally."""
    run: Json = {"type": "TextRun", "text": span.text}
    if span.bold or heading:
        run["weight"] = "Bolder"
    if span.italic:
        run["italic"] = True
    if span.strike:
        run["strikethrough"] = True
    if span.code:
        run["fontType"] = "Monospace"
    if span.href:
        run |= {"color": "Accent", "selectAction": {"type": "Action.OpenUrl", "url": span.href}}
    return run


def _literal(text: str) -> str:
    """Text for a TextBlock, which reads Markdown."""
    return "".join(f"\\{c}" if c in "\\`*_[]<>" else c for c in text)
