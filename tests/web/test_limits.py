"""How often one address may ask for pages."""

import pytest

from tests.web.catalog import Catalog, filled

HOME = "/changelog/acme-myapp"


async def ask(catalog: Catalog, path: str = HOME, host: str = "192.0.2.1") -> int:
    return (await catalog.ask("GET", path, scope={"client": (host, 1234)})).status_code


async def test_who_asks_too_often_is_told_on_a_page_when_to_come_back() -> None:
    catalog = filled(rate="3/minute")
    assert [await ask(catalog) for _ in range(3)] == [200, 200, 200]
    refused = await catalog.ask("GET", HOME, scope={"client": ("192.0.2.1", 1234)})
    assert refused.status_code == 429
    assert 1 <= int(refused.headers["retry-after"]) <= 60
    assert f"try again in {refused.headers['retry-after']} seconds" in refused.text
    assert "<h1>Too many requests</h1>" in refused.text
    assert refused.headers["cache-control"] == "no-store"
    assert refused.headers["content-security-policy"].startswith("default-src 'none'")


async def test_all_pages_count_together() -> None:
    catalog = filled(rate="4/minute")
    paths = [HOME, f"{HOME}/feed.rss", f"{HOME}/releases/v2.4.0", "/changelog/guess"]
    assert [await ask(catalog, path) for path in paths] == [200, 200, 200, 404]
    assert [await ask(catalog, path) for path in paths] == [429] * 4


async def test_a_refused_request_reads_nothing() -> None:
    catalog = filled(rate="1/minute")
    await ask(catalog)
    catalog.asked.clear()
    await ask(catalog)
    assert catalog.asked == []


async def test_each_address_has_its_own_count_and_an_ipv6_network_is_one() -> None:
    catalog = filled(rate="1/minute")
    assert [await ask(catalog, host=host) for host in ("192.0.2.1", "192.0.2.2", "192.0.2.1")] == [200, 200, 429]
    mine, neighbour = "2001:db8:1:2::1", "2001:db8:1:3::1"
    assert [await ask(catalog, host=host) for host in (mine, "2001:db8:1:2:ff::9", neighbour)] == [200, 429, 200]


async def test_a_server_on_a_unix_socket_knows_no_address() -> None:
    catalog = filled(rate="1/minute")
    assert [(await catalog.ask("GET", HOME, scope={"client": None})).status_code for _ in range(2)] == [200, 429]


async def test_what_pages_load_is_not_counted() -> None:
    catalog = filled(rate="1/minute")
    assert [await ask(catalog, path) for path in ("/", "/docs", "/favicon.ico", "/", HOME)] == [200] * 5


async def test_two_apps_count_apart() -> None:
    first, second = filled(rate="1/minute"), filled(rate="1/minute")
    assert [await ask(first), await ask(second), await ask(first)] == [200, 200, 429]


@pytest.mark.parametrize("rate", ["", "often", "10", "10/fortnight", "-1/minute"])
def test_a_rate_that_cannot_be_read_stops_the_start(rate: str) -> None:
    with pytest.raises(ValueError, match=r"rate limit|granularity"):
        filled(rate=rate)
