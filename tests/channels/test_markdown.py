"""Markdown becomes blocks and spans; what is too long is cut where a reader would cut it."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from releaseray.channels.cutting import cut_markdown, fit, shorten
from releaseray.channels.markdown_blocks import Block, Kind, Span, blocks


def test_headings_paragraphs_and_styles() -> None:
    assert blocks("## Hello *big* world\n\nSome `code`, **bold _both_** and ~~gone~~.") == [
        Block(Kind.HEADING, (Span("Hello "), Span("big", italic=True), Span(" world")), 2),
        Block(
            Kind.TEXT,
            (
                Span("Some "),
                Span("code", code=True),
                Span(", "),
                Span("bold ", bold=True),
                Span("both", bold=True, italic=True),
                Span(" and "),
                Span("gone", strike=True),
                Span("."),
            ),
        ),
    ]


def test_lists_know_their_depth_and_numbers() -> None:
    found = blocks("- a\n\n  more of a\n  - b\n\n3. x\n4. y\n")
    assert [(block.text, block.level, block.number, block.follows) for block in found] == [
        ("a", 0, None, False),
        ("more of a", 0, None, True),
        ("b", 1, None, False),
        ("x", 0, 3, False),
        ("y", 0, 4, False),
    ]


def test_links_images_and_bare_addresses() -> None:
    (block,) = blocks("[docs](https://a.example/x?y=1&z) ![shot](https://a.example/i.png) https://b.example/p")
    assert [(span.text, span.href) for span in block.spans if span.href] == [
        ("docs", "https://a.example/x?y=1&z"),
        ("shot", "https://a.example/i.png"),
        ("https://b.example/p", "https://b.example/p"),
    ]


@pytest.mark.parametrize("href", ["javascript:alert(1)", "../docs", "data:text/html,x", "#anchor", "ftp://x.example"])
def test_addresses_that_lead_nowhere_or_astray_are_dropped(href: str) -> None:
    (block,) = blocks(f"[docs]({href}) here")
    assert all(span.href is None for span in block.spans)
    assert "docs" in block.text


def test_code_tables_and_quotes() -> None:
    code, quote, head, row = blocks("```sh\na <b>\n\nc\n```\n\n> said\n\n|x|y|\n|-|-|\n|1|2|\n")
    assert (code.kind, code.text) == (Kind.CODE, "a <b>\n\nc")
    assert (quote.quote, quote.text) == (True, "said")
    assert (head.text, head.spans[0].bold, row.text) == ("x · y", True, "1 · 2")


def test_html_gives_its_text_and_generics_stay() -> None:
    assert [block.text for block in blocks("<details>\nmore &amp; more <script>x()</script>\n</details>")] == [
        "more & more"
    ]
    (block,) = blocks("a <b>bold</b> line<br>and `x` Vec<T> <!-- secret -->")
    assert block.text == "a bold line\nand x Vec<T> "


@settings(deadline=None)
@given(st.text(alphabet="#*_`-[]()<>!|~\\ \n1.abé\t&;:/", max_size=80))
def test_any_text_has_blocks(text: str) -> None:
    assert all(span.text for block in blocks(text) for span in block.spans)


def cost(block: Block) -> int:
    return len(block.text)


def test_whole_blocks_are_kept_and_no_heading_stands_last() -> None:
    found = blocks("para\n\n## Heading\n\nlonger paragraph")
    kept, cut = fit(found, cost, 15)
    assert ([block.text for block in kept], cut) == (["para"], True)
    assert fit(found, cost, 100) == (found, False)


def test_a_first_block_that_is_too_long_is_cut_at_a_word() -> None:
    kept, cut = fit(blocks("# T\n\n" + "word " * 100), cost, 33)
    assert cut
    assert kept[-1].text.endswith("word…")
    assert len(kept[-1].text) <= 34


def test_markdown_is_cut_between_items_with_the_way_to_the_rest() -> None:
    body = "## A\n\n- one\n- two\n- three\n\n## B\n\ntext"
    assert cut_markdown(body, 1000, "more") == (body, False)
    assert cut_markdown(body, 26, "more") == ("## A\n\n- one\n- two\n\nmore", True)
    assert cut_markdown(body, 34, "more") == ("## A\n\n- one\n- two\n- three\n\nmore", True)


def test_one_long_code_block_stays_closed() -> None:
    text, cut = cut_markdown("```\n" + "code " * 50 + "\n```\n", 100, "more")
    assert cut
    assert text.endswith("\n```\n\nmore")
    assert len(text) <= 100


@settings(deadline=None)
@given(st.text(alphabet="#-`\n\r ab1.>", max_size=300), st.integers(20, 200))
def test_the_limit_holds_for_any_text(text: str, limit: int) -> None:
    assert len(cut_markdown(text, limit, "[more](x)")[0]) <= limit


def test_a_line_is_shortened_at_a_word() -> None:
    assert shorten("a  b\nc", 10) == "a b c"
    assert shorten("alpha beta gamma", 12) == "alpha beta…"
    assert shorten("x" * 50, 10) == "x" * 9 + "…"
