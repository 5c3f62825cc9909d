"""Every way the literature lists to name an address that must not be reached."""

from collections.abc import Sequence
from ipaddress import ip_address, ip_network

import httpx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from releaseray.outbound import OutboundRefused, check_host, check_url
from releaseray.outbound.addresses import Resolve, refusal

REFUSED = """
    127.0.0.1 127.1.2.3 0.0.0.0 0.1.2.3 10.0.0.1 172.16.0.1 172.31.255.255 192.168.1.1 100.64.0.1 100.100.100.200
    169.254.169.254 169.254.170.2 192.0.0.192 192.0.2.1 198.51.100.1 203.0.113.1 198.18.0.1 192.88.99.1
    224.0.0.1 239.255.255.255 240.0.0.1 255.255.255.255 168.63.129.16
    :: ::1 ::127.0.0.1 ::8.8.8.8 ::ffff:127.0.0.1 ::ffff:169.254.169.254 ::ffff:8.8.8.8 ::ffff:0:127.0.0.1
    64:ff9b::127.0.0.1 64:ff9b::8.8.8.8 64:ff9b:1::10.0.0.1 2002:7f00:1:: 2002:a9fe:a9fe::1 2001:0:7f00:1::1
    2001:db8::1 3fff::1 5f00::1 100::1 fc00::1 fd00:ec2::254 fd20:ce::254 fe80::1 fec0::1 ff02::1 ff0e::1
    2606:4700::5efe:10.0.0.1 2606:4700::200:5efe:127.0.0.1
"""
PUBLIC = "1.1.1.1 8.8.8.8 140.82.121.4 172.15.0.1 172.32.0.1 100.128.0.1 2606:4700::1111 2a00:1450:4001::200e"


def answers(*addresses: str) -> Resolve:
    async def resolve(host: str) -> Sequence[str]:
        return addresses

    return resolve


@pytest.mark.parametrize("address", REFUSED.split())
def test_refused(address: str) -> None:
    assert refusal(ip_address(address))


@pytest.mark.parametrize("address", PUBLIC.split())
def test_public(address: str) -> None:
    assert refusal(ip_address(address)) is None


@settings(deadline=None)
@given(st.ip_addresses())
def test_what_python_knows_to_be_private_is_refused(address: object) -> None:
    parsed = ip_address(str(address))
    if parsed.is_private or parsed.is_multicast or parsed.is_loopback or parsed.is_link_local or parsed.is_reserved:
        assert refusal(parsed)


@pytest.mark.parametrize("address", ["10.1.2.3", "fd00::7", "::ffff:10.0.0.1"])
def test_the_operator_allows_networks(address: str) -> None:
    allow = [ip_network("10.1.0.0/16"), ip_network("fd00::/8"), ip_network("::ffff:10.0.0.0/104")]
    assert refusal(ip_address(address), allow) is None
    assert refusal(ip_address("10.2.0.0"), allow) == "private"


@pytest.mark.parametrize(
    "url",
    [
        "ftp://example.com/",
        "file:///etc/passwd",
        "gopher://example.com:6379/_FLUSHALL",
        "//example.com/",
        "example.com",
        "http://",
        "http:///etc",
        "https://user@example.com/",
        "https://user:secret@example.com/",
        "https://example.com@127.0.0.1/",
        "https://hooks.example.com%2f@127.0.0.1/",
        "http://127.0.0.1\\@example.com/",
        "http://example.com\\@127.0.0.1/",
        "http://2130706433/",
        "http://0x7f000001/",
        "http://0x7f.0.0.1/",
        "http://017700000001/",
        "http://0177.0.0.1/",
        "http://127.1/",
        "http://127.0.1/",
        "http://0/",
        "http://08.08.08.08/",
        "http://1.1.1.1.1/",
        "http://8.8.8.0x8/",
        "http://127.0.0.1./",
        "http://localhost./",
        "http://example.com./",
        "http://①②⑦.⓪.⓪.①/",
        "http://127。0。0。1/",
        "http://127．0．0．1/",
        "http://127｡0｡0｡1/",
        "http://0300.0250.0.1/",
        "http://[::ffff:0:127.0.0.1]/",
        "http://[2002:7f00:1::]/",
        "http://[2001:0:7f00:1::1]/",
        "http://[::1%25lo]/",
        "http://127.0.0.1%00.example.com/",
        "http://127.0.0.1%2f.example.com/",
        "http://example.com:80@127.0.0.1/",
        "http://1.1.1.1 &@127.0.0.1# @8.8.8.8/",
        "http://127.0.0.1:80\\@example.com:80/",
        "http://example.com:99999/",
        "http://example.com:-1/",
        "http://example.com:port/",
        "http://[::1]/",
        "http://[::]/",
        "http://[::ffff:127.0.0.1]/",
        "http://[::ffff:7f00:1]/",
        "http://[0:0:0:0:0:ffff:127.0.0.1]/",
        "http://[64:ff9b::7f00:1]/",
        "http://[fe80::1%25eth0]/",
        "http://[fe80::1%eth0]/",
        "http://exa mple.com/",
        "http://example.com\r\nHost: internal/",
        "http://example.com\0.internal/",
        "https://example.com/" + "a" * 3000,
    ],
)
async def test_a_url_that_no_honest_client_names(url: str) -> None:
    with pytest.raises(OutboundRefused):
        await check_url(url, resolve=answers("8.8.8.8"))


async def test_an_honest_url() -> None:
    await check_url("https://hooks.example.com/services/T1/B2?x=y@z", resolve=answers("8.8.8.8", "2606:4700::1111"))
    await check_url("http://8.8.8.8:8080/", resolve=answers())
    await check_url("https://[2606:4700::1111]/", resolve=answers())
    await check_url("https://müller.example/", resolve=answers("8.8.8.8"))


async def test_one_bad_address_among_good_ones_is_enough() -> None:
    with pytest.raises(OutboundRefused, match="link-local"):
        await check_host("example.com", resolve=answers("8.8.8.8", "169.254.169.254"))


@pytest.mark.parametrize("port", [1, 21, 22, 25, 53, 445, 3306, 5432, 6379, 9200, 11211, 27017, 65535])
async def test_ports_of_other_protocols(port: int) -> None:
    with pytest.raises(OutboundRefused, match=f"Port {port}"):
        await check_url(f"https://example.com:{port}/", resolve=answers("8.8.8.8"))


async def test_any_port_where_the_operator_allows_the_network() -> None:
    await check_url("http://10.1.2.3:9000/", [ip_network("10.1.0.0/16")])


async def test_names_of_this_machine_and_unknown_names() -> None:
    with pytest.raises(OutboundRefused, match="loopback"):
        await check_host("localhost")
    with pytest.raises(httpx.ConnectError, match="not known"):
        await check_host("no-such-host.invalid")
    with pytest.raises(httpx.ConnectError, match="no address"):
        await check_host("example.com", resolve=answers())
