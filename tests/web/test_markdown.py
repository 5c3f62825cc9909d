"""What Markdown becomes on a page."""

import time

import pytest

from releaseray.markdown import MAX_CHARS, render


def test_a_note_becomes_html() -> None:
    assert render("Now with **dark** mode, `--dark` and ~~light~~.") == (
        "<p>Now with <strong>dark</strong> mode, <code>--dark</code> and <s>light</s>.</p>\n"
    )


def test_headings_start_below_those_of_the_page() -> None:
    assert render("# Release\n\n## Fixes\n") == "<h3>Release</h3>\n<h4>Fixes</h4>\n"
    assert render("## Features\n\n###### Small print\n") == "<h3>Features</h3>\n<h6>Small print</h6>\n"
    assert render("Fixes\n-----\n") == "<h3>Fixes</h3>\n"


def test_headings_have_ids_that_no_other_version_has() -> None:
    html = render("## New features\n\n## Fixes & `more`\n\n## Fixes & more\n\n## ???\n\n## Größe\n", "v1.2")
    for name in ("new-features", "fixes-more", "fixes-more:2", "section", "größe"):
        assert f'<h3 id="v1.2:{name}">' in html


def test_a_version_with_spaces_makes_an_id_without() -> None:
    assert render("# A", "release 7") == '<h3 id="release-7:a">A</h3>\n'


@pytest.mark.parametrize("url", ["https://a.example/x?y=1&z=2#w", "http://a.example", "mailto:team@a.example"])
def test_links_lead_away_and_vouch_for_nothing(url: str) -> None:
    escaped = url.replace("&", "&amp;")
    assert render(f"[here]({url})") == f'<p><a href="{escaped}" rel="nofollow noopener ugc">here</a></p>\n'


@pytest.mark.parametrize("target", ["docs/x.md", "/docs", "//evil.example/x", "#fixes", "?page=2", "ftp://a.example"])
def test_a_link_that_leads_nowhere_from_here_stays_as_text(target: str) -> None:
    assert render(f"see [the *guide*]({target}).") == "<p>see the <em>guide</em>.</p>\n"


@pytest.mark.parametrize(
    ("text", "url", "rest"),
    [
        ("https://a.example/b_c_d", "https://a.example/b_c_d", ""),
        ("https://a.example/compare/v1...v2.", "https://a.example/compare/v1...v2", "."),
        ("https://a.example/x), and so on", "https://a.example/x", "), and so on"),
        ("https://a.example/?q=1, then", "https://a.example/?q=1", ", then"),
    ],
)
def test_bare_addresses_are_links_without_the_sentence_around_them(text: str, url: str, rest: str) -> None:
    assert render(f"See {text}") == f'<p>See <a href="{url}" rel="nofollow noopener ugc">{url}</a>{rest}</p>\n'


def test_names_of_files_and_code_are_no_links() -> None:
    assert render("README.md www.a.example `https://a.example`") == (
        "<p>README.md www.a.example <code>https://a.example</code></p>\n"
    )


def test_images_are_links_to_them() -> None:
    link = '<a href="https://a.example/shot.png" rel="nofollow noopener ugc">{}</a>'
    assert render("![The new menu](https://a.example/shot.png)") == f"<p>{link.format('The new menu')}</p>\n"
    assert render("![](https://a.example/shot.png)") == f"<p>{link.format('image')}</p>\n"


def test_an_image_that_cannot_be_linked_is_its_text() -> None:
    assert render("![local](shot.png) ![dot](data:image/png;base64,AAAA)") == "<p>local dot</p>\n"
    badge = render("[![build](https://ci.example/badge.svg)](https://ci.example)")
    assert badge == '<p><a href="https://ci.example" rel="nofollow noopener ugc">build</a></p>\n'


def test_tables_can_be_scrolled_and_are_aligned_by_class() -> None:
    html = render("| a | b |\n|---|--:|\n| 1 | 2 |\n")
    assert '<div class="table" role="region" aria-label="Table" tabindex="0">' in html
    assert '<th scope="col">a</th>' in html
    assert '<td class="right">2</td>' in html
    assert "style" not in html


def test_tasks_show_whether_they_are_done() -> None:
    html = render("- [x] done\n- [ ] open\n- neither\n")
    assert '<li class="task-list-item">☑ done</li>' in html
    assert '<li class="task-list-item">☐ open</li>' in html
    assert "<li>neither</li>" in html


def test_control_characters_are_left_out() -> None:
    assert render("a\x00b\x1bc\ud800d\ufffee\x85") == "<p>abcde</p>\n"


def test_nothing_becomes_nothing() -> None:
    assert render("") == ""
    assert render(" \n\n ") == ""


PATIENCE = 20.0
"""Seconds of the processor; the worst of these take a quarter of it."""


TEDIOUS = ["[", "a\n", "*_`[<", "http://a.b/(((((", "|a|b|\n|-|-|\n" + "|\n" * 60]


@pytest.mark.parametrize("unit", TEDIOUS, ids=lambda unit: unit[:8].encode("unicode_escape").decode())
def test_text_built_to_keep_the_parser_busy_takes_bounded_time(unit: str) -> None:
    text = (unit * (MAX_CHARS // len(unit) + 1))[:MAX_CHARS]
    started = time.thread_time()
    render(text, "v1")
    assert time.thread_time() - started < PATIENCE


def test_what_is_too_long_is_shown_as_it_was_typed() -> None:
    text = "- one <b>\n" * (MAX_CHARS // 10 + 1)
    assert render(text) == f'<pre class="plain">{text.replace("<b>", "&lt;b&gt;")}</pre>'


def test_half_a_megabyte_of_ordinary_notes_is_still_rendered() -> None:
    line = "- **Reports** load in half the time on [large accounts](https://a.example/471) (#471)\n"
    text = ("## Fixes\n\n" + line * 20 + "\n") * 280
    assert 450_000 < len(text) < MAX_CHARS
    assert render(text).count("<li>") == 20 * 280


def test_nesting_without_end_ends() -> None:
    assert render(">" * 5000 + " deep").count("<blockquote>") < 30
    assert render("".join("  " * depth + "- a\n" for depth in range(200))).count("<ul>") < 30
