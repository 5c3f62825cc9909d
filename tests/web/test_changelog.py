"""The changelog's page and permalinks, as a browser asks for them."""

import re
from datetime import timedelta

import pytest

from tests.web.catalog import BODY, DAY, Catalog, filled, note

HOME = "/changelog/acme-myapp"
POLICY = (
    "default-src 'none'; style-src 'self'; img-src 'self' data:; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)


async def test_the_page_shows_the_newest_twenty(catalog: Catalog) -> None:
    page = (await catalog.get(HOME)).text
    assert "<title>acme/myapp changelog</title>" in page
    assert "Reports that write themselves, for small teams." in page
    shown = re.findall(r'<article class="note" id="([^"]+)"', page)
    assert shown == ["v2.4.0", *(f"v2.3.{n}" for n in range(40, 21, -1))]
    assert '<time datetime="2025-11-03T14:32:00+00:00">3 November 2025</time>' in page
    assert 'href="https://github.com/acme/myapp/compare/v2.3.0...v2.4.0"' in page


async def test_older_notes_are_on_further_pages(catalog: Catalog) -> None:
    second = (await catalog.get(f"{HOME}?page=2")).text
    assert 'id="v2.3.21"' in second
    assert f'<a rel="prev" href="{HOME}">' in second
    assert f'<a rel="next" href="{HOME}?page=3">' in second
    assert '<link rel="canonical" href="https://notes.example/changelog/acme-myapp?page=2">' in second
    third = (await catalog.get(f"{HOME}?page=3")).text
    assert "Page 3 of 3" in third
    assert 'rel="next"' not in third


@pytest.mark.parametrize("number", ["4", "0", "-1", "1.5", "x", "", "²", "99999999999999999999", "10001"])
async def test_a_page_that_is_not_there(catalog: Catalog, number: str) -> None:
    answer = await catalog.get(f"{HOME}?page={number}")
    assert answer.status_code == 404
    assert "Page not found" in answer.text


async def test_an_unknown_parameter_changes_nothing(catalog: Catalog) -> None:
    assert (await catalog.get(f"{HOME}?utm_source=mail")).text == (await catalog.get(HOME)).text


async def test_a_repository_without_notes_has_a_page(catalog: Catalog) -> None:
    answer = await catalog.get("/changelog/acme-quiet")
    assert answer.status_code == 200
    assert "Nothing published yet" in answer.text
    assert "last-modified" not in answer.headers


async def test_a_permalink_shows_one_version_and_its_neighbours(catalog: Catalog) -> None:
    page = (await catalog.get(f"{HOME}/releases/v2.3.40")).text
    assert "<title>v2.3.40 – acme/myapp changelog</title>" in page
    assert page.count("<article") == 1
    assert f'href="{HOME}/releases/v2.4.0"' in page
    assert f'href="{HOME}/releases/v2.3.39"' in page


async def test_a_preview_says_what_the_note_is_about(catalog: Catalog) -> None:
    page = (await catalog.get(f"{HOME}/releases/v2.4.0")).text
    description = re.findall(r'<meta property="og:description" content="([^"]+)">', page)[0]
    assert description.startswith("Breaking changes client.retry takes seconds, no longer milliseconds")
    assert len(description) <= 200
    assert '<meta property="og:url" content="https://notes.example/changelog/acme-myapp/releases/v2.4.0">' in page
    assert '<meta property="article:published_time" content="2025-11-03T14:32:00+00:00">' in page
    assert "og:image" not in page


@pytest.mark.parametrize(
    ("version", "path"),
    [("@acme/core@1.2.0+b#7", "@acme/core@1.2.0+b%237"), ("release/2025%41&<b>", "release/2025%2541%26%3Cb%3E")],
)
async def test_a_version_may_hold_whatever_git_allows(catalog: Catalog, version: str, path: str) -> None:
    link = f"/changelog/acme-mono/releases/{path}"
    assert f'href="{link}"' in (await catalog.get("/changelog/acme-mono")).text
    answer = await catalog.get(link)
    assert answer.status_code == 200
    assert catalog.asked[-1] == version
    assert f'<link rel="canonical" href="https://notes.example{link}">' in answer.text


async def test_a_correction_says_when(catalog: Catalog) -> None:
    catalog.add("x", [note("v1", updated_at=DAY + timedelta(days=2))])
    assert "updated <time" in (await catalog.get("/changelog/x")).text
    catalog.add("x", [note("v1", updated_at=DAY + timedelta(hours=2))])
    assert "updated <time" not in (await catalog.get("/changelog/x")).text


async def test_a_title_stands_in_place_of_the_version(catalog: Catalog) -> None:
    catalog.add("x", [note("v1", title="The spring release")])
    assert ">The spring release</a></h2>" in (await catalog.get("/changelog/x")).text


@pytest.mark.parametrize(
    "path",
    ["/changelog", "/changelog/", "/changelog/none", f"{HOME}/releases/v9", f"{HOME}/feed.xml", f"{HOME}/x/y",
     "/changelog/none/feed.rss", "/changelog/none/releases/v1", f"{HOME}/releases/"],
)  # fmt: skip
async def test_what_is_not_there_is_a_page_in_the_same_looks(catalog: Catalog, path: str) -> None:
    answer = await catalog.get(path)
    if answer.is_redirect:
        answer = await catalog.get(answer.headers["location"])
    assert answer.status_code == 404
    assert "<h1>Page not found</h1>" in answer.text
    assert "/assets/site." in answer.text
    assert answer.headers["content-security-policy"] == POLICY


async def test_a_slash_too_many_leads_to_the_page(catalog: Catalog) -> None:
    for path in (HOME, f"{HOME}/releases/v2.4.0"):
        answer = await catalog.get(f"{path}/")
        assert answer.is_redirect
        assert (await catalog.get(answer.headers["location"])).status_code == 200


@pytest.mark.parametrize("name", ["a%00b", "a%1Bb", "%C2%85", "x" * 256])
async def test_a_name_that_cannot_be_one_is_not_looked_for(catalog: Catalog, name: str) -> None:
    for path in (f"/changelog/{name}", f"/changelog/{name}/feed.atom", f"{HOME}/releases/{name}"):
        assert (await catalog.get(path)).status_code == 404
    assert catalog.asked == []


@pytest.mark.parametrize("path", [HOME, f"{HOME}/releases/v2.4.0", f"{HOME}/feed.rss", "/", "/docs", "/changelog/no"])
async def test_every_answer_is_locked_down(catalog: Catalog, path: str) -> None:
    headers = (await catalog.get(path)).headers
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "strict-origin-when-cross-origin"
    assert headers["cross-origin-opener-policy"] == "same-origin"
    assert headers["content-security-policy"].startswith("default-src 'none'")
    assert "unsafe" not in headers["content-security-policy"]


async def test_a_page_loads_its_stylesheet_and_icon_from_here_and_nothing_else(catalog: Catalog) -> None:
    page = (await catalog.get(HOME)).text
    assert "<script" not in page
    assert "<img" not in page
    assert "style=" not in page
    loaded = re.findall(r'<link rel="(?:icon|stylesheet)" href="([^"]+)"', page)
    assert [path.split(".")[0] for path in loaded] == ["/assets/icon", "/assets/site"]
    for path in loaded:
        answer = await catalog.get(path)
        assert answer.status_code == 200
        assert answer.headers["cache-control"] == "public, max-age=31536000, immutable"


async def test_paths_keep_a_proxys_prefix(catalog: Catalog) -> None:
    answer = await catalog.ask("GET", "/tools" + HOME, scope={"root_path": "/tools"})
    assert answer.status_code == 200
    paths = re.findall(r'(?:href|src)="(/[^"]*)"', answer.text)
    assert paths
    assert all(path.startswith("/tools/") for path in paths)
    assert 'content="https://notes.example/tools/changelog/acme-myapp"' in answer.text


async def test_absolute_addresses_begin_with_the_public_one() -> None:
    catalog = filled(public_url="https://acme.example/notes")
    page = (await catalog.get(HOME)).text
    assert '<link rel="canonical" href="https://acme.example/notes/changelog/acme-myapp">' in page
    assert "notes.example" not in page


@pytest.mark.parametrize("host", ['evil.example"><script>', "[", "a:b:c", "a:99999999", "\xff"])
async def test_a_forged_host_breaks_nothing(catalog: Catalog, host: str) -> None:
    forged = [(b"host", host.encode("latin-1"))]
    answer = await catalog.ask("GET", HOME, scope={"headers": forged, "server": ("notes.example", 443)})
    assert answer.status_code == 200
    assert "<script" not in answer.text


async def test_notes_are_shown_as_they_were_rendered(catalog: Catalog) -> None:
    page = (await catalog.get(HOME)).text
    assert '<h3 id="v2.4.0:breaking-changes">Breaking changes</h3>' in page
    assert "## Breaking" not in page
    assert "## Breaking" in BODY
