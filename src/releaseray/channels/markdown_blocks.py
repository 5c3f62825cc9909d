"""Markdown as a flat list of blocks with styled spans, for vendors that do not read Markdown themselves."""

import html
from dataclasses import dataclass, replace
from enum import StrEnum

import nh3
from markdown_it import MarkdownIt
from markdown_it.token import Token

_PARSER = MarkdownIt("commonmark", {"linkify": True}).enable(["table", "strikethrough", "linkify"])
if _PARSER.linkify:
    _PARSER.linkify.set({"fuzzy_link": False, "fuzzy_email": False})

MAX_READ = 40_000
_STYLES = {"strong": "bold", "em": "italic", "s": "strike"}
_SCHEMES = ("http://", "https://", "mailto:")


class Kind(StrEnum):
    """What a block is."""

    HEADING = "heading"
    TEXT = "text"
    ITEM = "item"
    CODE = "code"


@dataclass(frozen=True, slots=True)
class Span:
    """A run of text in one style; `href` is an http(s) or mailto address."""

    text: str
    bold: bool = False
    italic: bool = False
    strike: bool = False
    code: bool = False
    href: str | None = None


@dataclass(frozen=True, slots=True)
class Block:
    """A heading (`level` 1 to 6), a paragraph, a list item (`level` from 0 for the outermost list) or code.

    `number` is an ordered item's; `follows`: a further paragraph of the item before; `quote`: within a quotation.
    """

    kind: Kind
    spans: tuple[Span, ...]
    level: int = 0
    number: int | None = None
    follows: bool = False
    quote: bool = False

    @property
    def text(self) -> str:
        """The bare text."""
        return "".join(span.text for span in self.spans)


def blocks(markdown: str) -> list[Block]:
    """The blocks of a text in CommonMark with GitHub's tables, strikethrough and bare links.

    No vendor takes nearly as much as `MAX_READ` characters, so that whatever stands behind is not looked at.
    """
    reader = _Reader()
    for token in _PARSER.parse(markdown[:MAX_READ]):
        reader.take(token)
    return [block for block in reader.found if block.text.strip()]


class _Reader:
    """Walks over markdown-it's tokens and remembers which lists, quotation and table row it is in."""

    def __init__(self) -> None:
        self.found: list[Block] = []
        self._lists: list[int | None] = []
        self._fresh = False
        self._quotes = 0
        self._heading = 0
        self._row: list[Span] | None = None
        self._head_row = False

    def take(self, token: Token) -> None:
        if token.type in ("inline", "fence", "code_block", "html_block"):
            self._content(token)
        else:
            self._structure(token)

    def _structure(self, token: Token) -> None:
        match token.type:
            case "bullet_list_open":
                self._lists.append(None)
            case "ordered_list_open":
                self._lists.append(int(token.attrs.get("start", 1)) - 1)
            case "bullet_list_close" | "ordered_list_close":
                self._lists.pop()
            case "list_item_open":
                self._fresh = True
                if (number := self._lists[-1]) is not None:
                    self._lists[-1] = number + 1
            case "blockquote_open" | "blockquote_close":
                self._quotes += token.nesting
            case "heading_open":
                self._heading = int(token.tag[1])
            case "heading_close":
                self._heading = 0
            case "thead_open" | "thead_close":
                self._head_row = token.nesting > 0
            case "tr_open":
                self._row = []
            case "tr_close":
                cells, self._row = self._row or [], None
                self._add(tuple(cells))

    def _content(self, token: Token) -> None:
        match token.type:
            case "inline":
                self._inline(spans(token.children or []))
            case "fence" | "code_block":
                self.found.append(Block(Kind.CODE, (Span(token.content.rstrip("\n"), code=True),)))
                self._fresh = False
            case "html_block":
                bare = html.unescape(nh3.clean(token.content, tags=set()))
                self._inline((Span(" ".join(bare.split())),))

    def _inline(self, found: tuple[Span, ...]) -> None:
        if self._row is None:
            self._add(found)
        else:
            cell = [replace(span, bold=True) for span in found] if self._head_row else list(found)
            self._row += [Span(" · "), *cell] if self._row else cell

    def _add(self, found: tuple[Span, ...]) -> None:
        quote = self._quotes > 0
        if self._heading:
            self.found.append(Block(Kind.HEADING, found, self._heading, quote=quote))
        elif self._lists:
            level, number, follows = len(self._lists) - 1, self._lists[-1], not self._fresh
            self.found.append(Block(Kind.ITEM, found, level, number, follows, quote))
            self._fresh = False
        else:
            self.found.append(Block(Kind.TEXT, found, quote=quote))


def spans(tokens: list[Token]) -> tuple[Span, ...]:
    """The styled runs of one inline token's children; neighbours in the same style are one run."""
    found: list[Span] = []
    style = Span("")
    for token in tokens:
        name = _STYLES.get(token.tag)
        if name and token.nesting:
            flag = {name: token.nesting > 0}
            style = replace(style, **flag)  # type: ignore[arg-type]  # the names in _STYLES are Span's flags
        elif token.type in ("link_open", "link_close"):
            style = replace(style, href=_address(str(token.attrs.get("href", ""))) if token.nesting > 0 else None)
        elif token.type == "image":
            href = style.href or _address(str(token.attrs.get("src", "")))
            _append(found, replace(style, text=token.content or "image", href=href))
        elif text := _text(token):
            _append(found, replace(style, text=text, code=token.type == "code_inline"))
    return tuple(found)


def _append(found: list[Span], span: Span) -> None:
    if found and replace(found[-1], text="") == replace(span, text=""):
        span = replace(span, text=found.pop().text + span.text)
    found.append(span)


def _text(token: Token) -> str:
    if token.type == "softbreak":
        return " "
    if token.type == "hardbreak":
        return "\n"
    return _tag(token.content) if token.type == "html_inline" else token.content


def _tag(tag: str) -> str:
    """Nothing for a tag, a new line for a break, the text itself for what only looks like a tag: `Vec<T>`."""
    name = tag.strip("</>").split()[0].rstrip("/").lower() if tag.strip("</> ") else ""
    if name == "br":
        return "\n"
    return "" if name in nh3.ALLOWED_TAGS or tag.startswith("<!--") else tag


def _address(href: str) -> str | None:
    return href if href.lower().startswith(_SCHEMES) else None
