"""Markdown from anybody to HTML that is safe to show on a public page, in bounded time."""

import html
import re
from collections import Counter
from collections.abc import Iterable, Iterator
from itertools import pairwise
from typing import Any

import nh3
from markdown_it import MarkdownIt
from markdown_it.rules_block import StateBlock
from markdown_it.rules_core import StateCore
from markdown_it.rules_inline import StateInline
from markdown_it.token import Token

TOP_LEVEL = 3
"""The level of a note's highest headings: the page around it has the first two."""
MAX_CHARS = 500_000
"""Longer text is shown as it was typed."""
MAX_STEPS = 100_000
"""How often the parser may try to read something; ordinary notes take some 200 tries for a kilobyte."""
MAX_NESTING = 20
"""Levels of lists, quotes and links in each other; time grows with it where brackets never close."""

_ILLEGAL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")
_SPACES = re.compile(r"\s+")
_ABSOLUTE = re.compile(r"(https?://|mailto:)", re.IGNORECASE)
_BARE_URL = re.compile(r"""\bhttps?://[^\s<>"'`|\\^{}\[\]]*[\w/=&#%+-]""", re.IGNORECASE)
_BETWEEN_WORDS = re.compile(r"[^\w]+")

_HEADINGS = {f"h{level}" for level in range(TOP_LEVEL, 7)}
_TABLE = {"div", "table", "thead", "tbody", "tr", "th", "td"}
_PROSE = {"p", "br", "hr", "em", "strong", "s", "blockquote", "ul", "ol", "li", "code", "pre", "a"}
_CLEANER = nh3.Cleaner(
    tags=_HEADINGS | _TABLE | _PROSE,
    attributes={
        "a": {"href", "title"},
        "ol": {"start"},
        "div": {"role", "aria-label", "tabindex"},
        "th": {"scope"},
        **{heading: {"id"} for heading in _HEADINGS},
    },
    allowed_classes={
        "div": {"table"},
        "li": {"task-list-item"},
        "pre": {"plain"},
        "td": {"right", "center"},
        "th": {"right", "center"},
    },
    url_schemes={"http", "https", "mailto"},
    url_relative="deny",
    link_rel="nofollow noopener ugc",
)


class _TooMuchWork(Exception):
    """The text is built to keep the parser busy."""


def render(markdown: str, anchor: str = "") -> str:
    """The HTML of `markdown`: no script, no image, no relative link, headings from `TOP_LEVEL` down.

    `anchor` (the version) begins the headings' ids, so that many notes fit on one page; without it they have
    none. Images become links to them. Text that is too long, or that would take the parser too long, comes out
    as it was typed. Takes about 10 ms for 4 kB and a few seconds for the worst input there is: keep the result,
    and do not call it on an event loop.
    """
    text = printable(markdown)
    try:
        return _CLEANER.clean(_parsed(text, anchor_of(anchor)))
    except _TooMuchWork:
        return f'<pre class="plain">{html.escape(text)}</pre>'


def excerpt(fragment: str, limit: int = 200) -> str:
    """The first words of an HTML fragment, `limit` characters at most, for a preview of the page."""
    text = html.unescape(nh3.clean(fragment[: 20 * limit], tags=set()))
    words = _SPACES.sub(" ", text).strip()
    if len(words) <= limit:
        return words
    return words[: limit - 1].rsplit(" ", 1)[0].rstrip(" ,.;:") + "…"


def anchor_of(version: str) -> str:
    """The id a version has on its page: the version itself, for an HTML id may hold all but white space."""
    return _SPACES.sub("-", printable(version))


def printable(text: str) -> str:
    """`text` without what XML 1.0 forbids or discourages: control characters, lone surrogates, non-characters."""
    return _ILLEGAL.sub("", text)


def _parsed(text: str, anchor: str) -> str:
    if len(text) > MAX_CHARS:
        raise _TooMuchWork
    result: str = _MARKDOWN.render(text, {"steps": 0, "anchor": anchor})
    return result


def _count_block(state: StateBlock, _start: int, _end: int, _silent: bool) -> bool:
    _count(state.env, len(state.tokens))
    return False


def _count_inline(state: StateInline, _silent: bool) -> bool:
    _count(state.env)
    return False


def _count(env: Any, tokens: int = 0) -> None:
    env["steps"] += 1
    if env["steps"] + tokens > MAX_STEPS:
        raise _TooMuchWork


def _shape(state: StateCore) -> None:
    """Make what was parsed fit the page."""
    _place_headings(state.tokens, state.env["anchor"])
    for token in state.tokens:
        if token.type in ("td_open", "th_open"):
            _shape_cell(token)
        elif token.type == "inline":
            token.children = list(_fit_links(token.children or []))


def _place_headings(tokens: list[Token], anchor: str) -> None:
    headings = [token for token in tokens if token.type in ("heading_open", "heading_close")]
    highest = min((int(token.tag[1]) for token in headings), default=1)
    for token in headings:
        token.tag = f"h{min(6, int(token.tag[1]) - highest + TOP_LEVEL)}"
    if anchor:
        _name_headings(tokens, anchor)


def _name_headings(tokens: list[Token], anchor: str) -> None:
    seen: Counter[str] = Counter()
    for token, content in pairwise(tokens):
        if token.type == "heading_open":
            words = "".join(child.content for child in content.children or [])
            name = _BETWEEN_WORDS.sub("-", words.lower()).strip("-")[:60] or "section"
            seen[name] += 1
            token.attrSet("id", f"{anchor}:{name}" + (f":{seen[name]}" if seen[name] > 1 else ""))


def _shape_cell(cell: Token) -> None:
    if cell.tag == "th":
        cell.attrSet("scope", "col")
    side = str(cell.attrs.pop("style", "")).removeprefix("text-align:")
    if side:
        cell.attrSet("class", side)


def _fit_links(children: Iterable[Token]) -> Iterator[Token]:
    """Drop links that lead nowhere from here, turn images into links, and link bare addresses."""
    inside = False
    for token in children:
        if token.type == "link_open":
            inside = bool(_ABSOLUTE.match(str(token.attrGet("href"))))
            if inside:
                yield token
        elif token.type == "link_close":
            if inside:
                yield token
            inside = False
        elif token.type == "image":
            yield from _image(token, inside)
        elif token.type == "text" and not inside:
            yield from _linked(token.content)
        else:
            yield token


def _image(token: Token, inside: bool) -> Iterator[Token]:
    source = str(token.attrGet("src"))
    text = token.content.strip() or "image"
    if inside or not _ABSOLUTE.match(source):
        yield _text(text)
    else:
        yield from _link(source, text)


def _linked(text: str) -> Iterator[Token]:
    end = 0
    for url in _BARE_URL.finditer(text):
        yield _text(text[end : url.start()])
        yield from _link(url.group(), url.group())
        end = url.end()
    yield _text(text[end:])


def _link(url: str, text: str) -> tuple[Token, Token, Token]:
    return Token("link_open", "a", 1, attrs={"href": url}), _text(text), Token("link_close", "a", -1)


def _text(content: str) -> Token:
    return Token("text", "", 0, content=content)


def _open_table(_renderer: Any, *_tokens: Any) -> str:
    return '<div class="table" role="region" aria-label="Table" tabindex="0"><table>\n'


def _close_table(_renderer: Any, *_tokens: Any) -> str:
    return "</table></div>\n"


def _open_item(renderer: Any, tokens: list[Token], index: int, options: Any, env: Any) -> str:
    item = str(renderer.renderToken(tokens, index, options, env))
    done = tokens[index].meta.get("checked")
    return item if done is None else item + ("☑ " if done else "☐ ")


def _make_parser() -> MarkdownIt:
    parser = MarkdownIt("js-default", {"maxNesting": MAX_NESTING, "tasklists": True})
    parser.block.ruler.before("table", "count", _count_block)
    parser.inline.ruler.before("text", "count", _count_inline)
    parser.core.ruler.push("shape", _shape)
    parser.add_render_rule("list_item_open", _open_item)
    parser.add_render_rule("table_open", _open_table)
    parser.add_render_rule("table_close", _close_table)
    return parser


_MARKDOWN = _make_parser()
