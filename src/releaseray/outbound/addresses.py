"""Which addresses may be reached on a client's word, and what a host's addresses are."""

import asyncio
import socket
from collections.abc import Awaitable, Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network

import httpx

Address = IPv4Address | IPv6Address
Networks = Sequence[IPv4Network | IPv6Network]
Resolve = Callable[[str], Awaitable[Sequence[str]]]

PORTS = frozenset({80, 443, 8080, 8443})
MAX_URL = 2048

GLOBAL_UNICAST = IPv6Network("2000::/3")
REFUSED = tuple(
    (ip_network(network), what)
    for network, what in {
        # IANA IPv4 Special-Purpose Address Registry
        "0.0.0.0/8": "this host",
        "10.0.0.0/8": "private",
        "100.64.0.0/10": "carrier-grade NAT",
        "127.0.0.0/8": "loopback",
        "169.254.0.0/16": "link-local",
        "172.16.0.0/12": "private",
        "192.0.0.0/24": "protocol assignment",
        "192.0.2.0/24": "documentation",
        "192.88.99.0/24": "6to4 relay",
        "192.168.0.0/16": "private",
        "198.18.0.0/15": "benchmarking",
        "198.51.100.0/24": "documentation",
        "203.0.113.0/24": "documentation",
        "224.0.0.0/4": "multicast",
        "240.0.0.0/4": "reserved",
        # A cloud's own service at a public address (Azure)
        "168.63.129.16/32": "metadata",
        # IANA IPv6 Special-Purpose Address Registry, within global unicast
        "2001::/23": "protocol assignment",
        "2001:db8::/32": "documentation",
        "2002::/16": "6to4",
        "3fff::/20": "documentation",
    }.items()
)
ISATAP = (b"\x00\x00\x5e\xfe", b"\x02\x00\x5e\xfe")

_resolvers = ThreadPoolExecutor(max_workers=32, thread_name_prefix="resolve")


class OutboundRefused(httpx.TransportError):
    """The address must not be reached from here; the message is for the user. Nothing was sent."""


def refusal(address: Address, allow: Networks = ()) -> str | None:
    """Why this address is refused ("loopback"), or None. `allow` are the operator's networks."""
    if any(address in network for network in allow):
        return None
    if isinstance(address, IPv6Address):
        if address.scope_id or address not in GLOBAL_UNICAST:
            return "loopback" if address.is_loopback else "not a public IPv6"
        if address.packed[8:12] in ISATAP:
            return "tunnel"
    return next((what for network, what in REFUSED if address in network), None)


def check_shape(url: httpx.URL) -> None:
    """Refuse what no honest address looks like. Raises `OutboundRefused`."""
    if url.scheme not in ("http", "https"):
        raise OutboundRefused("The address must begin with http:// or https://.")
    if url.userinfo:
        raise OutboundRefused("The address must not carry a user name or password.")
    if len(str(url)) > MAX_URL:
        raise OutboundRefused(f"The address is longer than {MAX_URL} characters.")
    _check_name(url.host)


def _check_name(host: str) -> None:
    if not host or host.endswith(".") or any(c in host for c in "%@/\\ \0"):
        raise OutboundRefused(f"{host!r} is not the name of a host.")
    if _ends_in_a_number(host) and _literal(host) is None:
        raise OutboundRefused(f"{host!r} is not a host: write an IPv4 address as four decimal numbers.")


def _ends_in_a_number(host: str) -> bool:
    """What a URL parser takes for an IPv4 address, however it is written (WHATWG URL Standard)."""
    last = host.rsplit(".", 1)[-1].lower()
    return last.isdigit() or (last.startswith("0x") and all(c in "0123456789abcdef" for c in last[2:]))


def _literal(host: str) -> Address | None:
    try:
        return ip_address(host)
    except ValueError:
        return None


async def system_resolve(host: str) -> Sequence[str]:
    """Every address of the host, the resolver's order kept. Raises `OSError`."""
    loop = asyncio.get_running_loop()
    found = await loop.run_in_executor(_resolvers, lambda: socket.getaddrinfo(host, None, type=socket.SOCK_STREAM))
    return list(dict.fromkeys(str(entry[4][0]) for entry in found))


async def check_host(
    host: str, allow: Networks = (), *, port: int | None = None, resolve: Resolve = system_resolve
) -> list[str]:
    """The addresses of a host or IP literal, every one of them checked; connect to these and to no other.

    `git` can be pinned to them by `-c http.curloptResolve=HOST:PORT:ADDRESS`. With `port`, only ports of web
    servers pass outside `allow`. Raises `OutboundRefused` when one address is refused, `httpx.ConnectError` when
    there is none.
    """
    host = host.removeprefix("[").removesuffix("]")
    _check_name(host)
    literal = _literal(host)
    try:
        found = [str(literal)] if literal else await resolve(host)
    except (OSError, UnicodeError) as error:
        raise httpx.ConnectError(f"The host {host} is not known.") from error
    if not found:
        raise httpx.ConnectError(f"The host {host} has no address.")
    for text in found:
        _check_address(host, ip_address(text), allow, port)
    return list(found)


def _check_address(host: str, address: Address, allow: Networks, port: int | None) -> None:
    if what := refusal(address, allow):
        raise OutboundRefused(
            f"{host} leads to a {what} address, which this server does not call. Its operator can allow the "
            "network in RELEASERAY_OUTBOUND_ALLOW."
        )
    if port is not None and port not in PORTS and not any(address in network for network in allow):
        ports = ", ".join(str(port) for port in sorted(PORTS))
        raise OutboundRefused(f"Port {port} is not called; use one of {ports}.")


async def check_url(url: str, allow: Networks = (), *, resolve: Resolve = system_resolve) -> None:
    """Whether a client may name this address, asked when it is named: the same checks run again at each request.

    Raises `OutboundRefused`, or `httpx.ConnectError` for a host that does not resolve now.
    """
    try:
        parsed = httpx.URL(url)
    except httpx.InvalidURL as error:
        raise OutboundRefused("The address is not a URL.") from error
    check_shape(parsed)
    port = parsed.port or (443 if parsed.scheme == "https" else 80)
    await check_host(parsed.host, allow, port=port, resolve=resolve)
