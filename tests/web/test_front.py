"""The front page, and the page of the API's documentation."""

from releaseray.web.assets import ASSETS
from tests.web.catalog import Catalog


async def test_the_front_page_says_what_this_is_and_names_nobody(catalog: Catalog) -> None:
    page = (await catalog.get("/")).text
    assert "<h1>ReleaseRay</h1>" in page
    assert 'href="/docs"' in page
    assert 'href="/healthz"' in page
    assert "acme" not in page
    assert catalog.asked == []


async def test_the_documentation_runs_no_inline_script(catalog: Catalog) -> None:
    answer = await catalog.get("/docs")
    assert "script-src 'self'; style-src 'self'; img-src 'self' data:" in answer.headers["content-security-policy"]
    assert answer.text.count("<script") == answer.text.count("<script src=") == 2
    assert 'data-openapi="/openapi.json"' in answer.text


async def test_the_documentation_keeps_a_proxys_prefix(catalog: Catalog) -> None:
    page = (await catalog.ask("GET", "/tools/docs", scope={"root_path": "/tools"})).text
    assert 'data-openapi="/tools/openapi.json"' in page
    assert f'src="/tools{ASSETS["swagger-ui-bundle.js"].path}"' in page


async def test_pages_are_no_part_of_the_api(catalog: Catalog) -> None:
    document = (await catalog.get("/openapi.json")).json()
    assert list(document["paths"]) == ["/api/drafts/{draft_id}"]


def test_swagger_ui_is_of_the_fifth_generation() -> None:
    assert b'PACKAGE_VERSION:"5.' in ASSETS["swagger-ui-bundle.js"].content
