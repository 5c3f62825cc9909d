"""What need not be sent again is not."""

from datetime import timedelta

import pytest

from tests.web.catalog import DAY, Catalog, note

PATHS = ["/changelog/x", "/changelog/x/releases/v2", "/changelog/x/feed.rss", "/changelog/x/feed.atom",
         "/changelog/x/feed.json"]  # fmt: skip


@pytest.fixture(autouse=True)
def _two_notes(catalog: Catalog) -> None:
    catalog.add("x", [note("v2", when=DAY + timedelta(days=1)), note("v1")])


@pytest.mark.parametrize("path", PATHS)
async def test_a_known_etag_is_answered_without_a_body(catalog: Catalog, path: str) -> None:
    first = await catalog.get(path)
    assert first.headers["cache-control"] == "public, max-age=60"
    assert first.headers["last-modified"] == "Tue, 04 Nov 2025 14:32:00 GMT"
    tag = first.headers["etag"]
    for known in (tag, tag.removeprefix("W/"), f'"other", {tag}', "*"):
        again = await catalog.get(path, If_None_Match=known)
        assert (again.status_code, again.content) == (304, b"")
        assert again.headers["etag"] == tag
        assert "content-length" not in again.headers


@pytest.mark.parametrize("path", PATHS)
async def test_another_etag_wins_over_the_date(catalog: Catalog, path: str) -> None:
    date = (await catalog.get(path)).headers["last-modified"]
    assert (await catalog.get(path, If_Modified_Since=date)).status_code == 304
    assert (await catalog.get(path, If_Modified_Since=date, If_None_Match='"other"')).status_code == 200


@pytest.mark.parametrize("path", PATHS)
async def test_a_change_changes_the_etag(catalog: Catalog, path: str) -> None:
    before = (await catalog.get(path)).headers["etag"]
    assert (await catalog.get(path)).headers["etag"] == before
    catalog.add("x", [note("v2", "Corrected.", DAY + timedelta(days=1)), note("v1")])
    assert (await catalog.get(path)).headers["etag"] != before


async def test_taking_a_note_back_is_seen_by_who_knows_the_date_only(catalog: Catalog) -> None:
    date = (await catalog.get("/changelog/x")).headers["last-modified"]
    catalog.add("x", [note("v1")])
    answer = await catalog.get("/changelog/x", If_Modified_Since=date)
    assert answer.status_code == 200
    assert answer.headers["last-modified"] == "Mon, 03 Nov 2025 14:32:00 GMT"


@pytest.mark.parametrize("nonsense", ["", ",", '"', "W/", "x" * 5000, "Tue, 99 Foo 2025", "\xff"])
async def test_nonsense_is_answered_in_full(catalog: Catalog, nonsense: str) -> None:
    for name in (b"if-none-match", b"if-modified-since"):
        headers = [(b"host", b"notes.example"), (name, nonsense.encode("latin-1"))]
        assert (await catalog.ask("GET", "/changelog/x", scope={"headers": headers})).status_code == 200


async def test_a_missing_page_is_never_not_modified(catalog: Catalog) -> None:
    missing = await catalog.get("/changelog/none")
    assert missing.headers["cache-control"] == "no-cache"
    assert (await catalog.get("/changelog/none", If_None_Match=missing.headers["etag"])).status_code == 404


@pytest.mark.parametrize("path", [*PATHS, "/", "/docs", "/favicon.ico", "/changelog/none"])
async def test_head_has_the_headers_of_get(catalog: Catalog, path: str) -> None:
    head, get = await catalog.ask("HEAD", path), await catalog.ask("GET", path)
    assert head.status_code == get.status_code
    assert head.headers == get.headers


async def test_assets_come_packed_to_who_can_unpack(catalog: Catalog) -> None:
    plain = await catalog.get("/favicon.ico", Accept_Encoding="identity")
    packed = await catalog.get("/favicon.ico", Accept_Encoding="br, gzip")
    assert plain.headers["content-type"] == "image/svg+xml"
    assert "content-encoding" not in plain.headers
    assert packed.headers["content-encoding"] == "gzip"
    assert packed.headers["vary"] == "Accept-Encoding"
    assert packed.content == plain.content


async def test_an_asset_of_another_content_is_not_here(catalog: Catalog) -> None:
    for name in ("site.css", "site.0000000000000000.css", "..%2F..%2Fpages.py", "%00"):
        assert (await catalog.get(f"/assets/{name}")).status_code == 404
