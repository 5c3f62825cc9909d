"""Nothing is live on a page, whatever a note contains."""

import json
from html.parser import HTMLParser
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from releaseray.markdown import render
from tests.web.catalog import Catalog, note

PAYLOADS: list[str] = json.loads((Path(__file__).parent / "hostile.json").read_text())

TAGS = {"p", "br", "hr", "em", "strong", "s", "blockquote", "ul", "ol", "li", "code", "pre", "a", "div"}
TAGS |= {"table", "thead", "tbody", "tr", "th", "td", "h3", "h4", "h5", "h6"}
ATTRIBUTES = {
    "a": {"href", "title", "rel"},
    "ol": {"start"},
    "li": {"class"},
    "pre": {"class"},
    "div": {"class", "role", "aria-label", "tabindex"},
    "th": {"class", "scope"},
    "td": {"class"},
} | {f"h{level}": {"id"} for level in range(3, 7)}


class Inspector(HTMLParser):
    """Complains of every tag and attribute that could do something."""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        assert tag in TAGS, tag
        for name, value in attrs:
            assert name in ATTRIBUTES.get(tag, set()), (tag, name)
            if name == "href":
                assert str(value).lower().startswith(("http://", "https://", "mailto:")), value

    def handle_comment(self, data: str) -> None:
        raise AssertionError(f"comment {data}")

    def handle_decl(self, decl: str) -> None:
        raise AssertionError(f"declaration {decl}")

    def handle_pi(self, data: str) -> None:
        raise AssertionError(f"instruction {data}")


def inspect(html: str) -> None:
    inspector = Inspector()
    inspector.feed(html)
    inspector.close()


def test_the_inspector_sees_what_is_live() -> None:
    for live in ('<a href="javascript:x">', "<b onclick=x>", "<script>", '<a onclick="x">', "<!-- x -->"):
        with pytest.raises(AssertionError):
            inspect(live)


@pytest.mark.parametrize("payload", PAYLOADS)
def test_a_payload_comes_out_dead(payload: str) -> None:
    inspect(render(payload, "v1"))


def test_all_payloads_together_come_out_dead() -> None:
    inspect(render("\n\n".join(PAYLOADS), "v1"))
    inspect(render(" ".join(PAYLOADS).replace("\n", " "), "v1"))


PIECES = st.sampled_from(
    [*"<>\"'`&;:/\\[]()!*_#|-~=\n\t ", *PAYLOADS, "javascript:", "onerror=", "https://a.b", "&#60;"]
)


@given(st.lists(st.one_of(PIECES, st.text(max_size=8)), max_size=30).map("".join))
def test_nothing_live_comes_out_of_anything(text: str) -> None:
    inspect(render(text, "v1"))


@given(st.text(max_size=40))
def test_a_version_cannot_break_out_of_an_id(version: str) -> None:
    inspect(render("# Fixes\n\n# Fixes", version))


class Structure(HTMLParser):
    """The tags of a page and the names of their attributes; where a line may break does not matter."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, tuple[str, ...]]] = []
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag != "wbr":
            self.tags.append((tag, tuple(name for name, _ in attrs)))


@pytest.mark.parametrize("payload", PAYLOADS)
async def test_a_name_is_text_wherever_it_is_shown(payload: str, catalog: Catalog) -> None:
    pages = []
    for name in ("harmless", payload):
        catalog.add("x", [note("v1", title=name)], name=name, description=name)
        pages.append(Structure((await catalog.get("/changelog/x")).text))
        pages.append(Structure((await catalog.get("/changelog/x/releases/v1")).text))
    assert pages[0].tags == pages[2].tags
    assert pages[1].tags == pages[3].tags


async def test_a_version_is_text_wherever_it_is_shown(catalog: Catalog) -> None:
    pages = []
    for version in ("v1", '"><img src=x onerror=alert(1)>', "javascript:alert(1)"):
        catalog.add("x", [note(version), note("v0")])
        pages.append(Structure((await catalog.get("/changelog/x")).text))
    assert pages[0].tags == pages[1].tags == pages[2].tags


async def test_only_a_web_address_is_offered_for_comparing(catalog: Catalog) -> None:
    catalog.add("x", [note("v2", compare_url="javascript:alert(1)"), note("v1", compare_url=None)])
    page = (await catalog.get("/changelog/x")).text
    assert "javascript" not in page
    assert "All changes" not in page
