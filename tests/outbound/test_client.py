"""The client connects to what was checked, follows nobody, and waits and reads only so much."""

import asyncio
import gzip
import ssl
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from ipaddress import ip_network
from pathlib import Path
from types import SimpleNamespace

import httpx
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from releaseray.outbound import AnswerTooLarge, OutboundClient, OutboundRefused, never_sent

LOOPBACK = [ip_network("127.0.0.0/8")]
Server = SimpleNamespace  # conftest's; test modules are not importable from one another


async def local(host: str) -> Sequence[str]:
    return ["127.0.0.1"]


async def test_loopback_is_reached_only_where_the_operator_allows_it(server: Server) -> None:
    async with OutboundClient() as http:
        with pytest.raises(OutboundRefused):
            await http.get(f"http://127.0.0.1:{server.port}/")
    assert server.connections == 0
    async with OutboundClient(LOOPBACK) as http:
        assert (await http.get(f"http://127.0.0.1:{server.port}/")).text == "ok"


async def test_the_name_stays_in_the_host_header(server: Server) -> None:
    async with OutboundClient(LOOPBACK, resolve=local) as http:
        await http.get(f"http://hooks.example.com:{server.port}/")
    assert f"Host: hooks.example.com:{server.port}".encode() in server.requests[0]


async def test_a_name_is_looked_up_once_for_check_and_connection(server: Server) -> None:
    lookups = []

    async def rebinding(host: str) -> Sequence[str]:
        lookups.append(host)
        return ["127.0.0.1"] if len(lookups) == 1 else ["10.0.0.1"]

    async with OutboundClient(LOOPBACK, resolve=rebinding) as http:
        assert (await http.get(f"http://rebind.example:{server.port}/")).status_code == 200
        assert lookups == ["rebind.example"]


async def test_a_name_that_changes_to_a_private_address_is_refused_the_next_time(server: Server) -> None:
    async def hang_up(head: bytes, out: asyncio.StreamWriter) -> None:
        out.write(b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\nconnection: close\r\n\r\n")

    server.say = hang_up
    found = iter([["127.0.0.1"], ["192.168.0.1"]])

    async def rebinding(host: str) -> Sequence[str]:
        return next(found)

    async with OutboundClient(LOOPBACK, resolve=rebinding) as http:
        await http.get(f"http://rebind.example:{server.port}/")
        with pytest.raises(OutboundRefused):
            await http.get(f"http://rebind.example:{server.port}/")


async def test_redirects_come_back_as_they_are(server: Server) -> None:
    async def elsewhere(head: bytes, out: asyncio.StreamWriter) -> None:
        out.write(b"HTTP/1.1 302 Found\r\nlocation: http://169.254.169.254/\r\ncontent-length: 0\r\n\r\n")

    server.say = elsewhere
    async with OutboundClient(LOOPBACK) as http:
        answer = await http.get(f"http://127.0.0.1:{server.port}/", follow_redirects=True)
    assert answer.status_code == 302
    assert len(server.requests) == 1


async def test_proxies_of_the_environment_are_not_asked(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    async with OutboundClient(LOOPBACK) as http:
        assert (await http.get(f"http://127.0.0.1:{server.port}/")).status_code == 200


async def test_cookies_of_one_client_are_not_sent_for_another(server: Server) -> None:
    async def cookie(head: bytes, out: asyncio.StreamWriter) -> None:
        out.write(b"HTTP/1.1 200 OK\r\nset-cookie: session=theirs; path=/\r\ncontent-length: 0\r\n\r\n")

    server.say = cookie
    async with OutboundClient(LOOPBACK) as http:
        for _ in range(2):
            await http.get(f"http://127.0.0.1:{server.port}/")
    assert b"theirs" not in server.requests[1]


async def test_an_answer_that_trickles_for_ever_is_cut_off(server: Server) -> None:
    async def trickle(head: bytes, out: asyncio.StreamWriter) -> None:
        out.write(b"HTTP/1.1 200 OK\r\ncontent-length: 1000\r\n\r\n")
        while not out.is_closing():
            out.write(b".")
            await out.drain()
            await asyncio.sleep(0.02)

    server.say = trickle
    async with OutboundClient(LOOPBACK, total=0.3) as http:
        with pytest.raises(httpx.ReadTimeout, match=r"0\.3 seconds") as caught:
            await http.get(f"http://127.0.0.1:{server.port}/")
    assert not never_sent(caught.value)


async def test_a_header_that_never_ends(server: Server) -> None:
    async def headers(head: bytes, out: asyncio.StreamWriter) -> None:
        out.write(b"HTTP/1.1 200 OK\r\n" + b"x: y\r\n" * 100_000)

    server.say = headers
    async with OutboundClient(LOOPBACK, total=2) as http:
        with pytest.raises(httpx.RemoteProtocolError):
            await http.get(f"http://127.0.0.1:{server.port}/")


@pytest.mark.parametrize("packed", [False, True])
async def test_an_answer_that_is_too_large(server: Server, packed: bool) -> None:
    body = gzip.compress(b"0" * 50_000_000) if packed else b"0" * 5_000
    encoding = b"content-encoding: gzip\r\n" if packed else b""

    async def large(head: bytes, out: asyncio.StreamWriter) -> None:
        out.write(b"HTTP/1.1 200 OK\r\n%scontent-length: %d\r\n\r\n" % (encoding, len(body)) + body)

    server.say = large
    async with OutboundClient(LOOPBACK, limit=4_096) as http:
        with pytest.raises(AnswerTooLarge, match="4096 bytes"):
            await http.get(f"http://127.0.0.1:{server.port}/")
    async with OutboundClient(LOOPBACK, limit=4_096, cut=True) as http:
        assert (await http.get(f"http://127.0.0.1:{server.port}/")).text == "0" * 4_096


async def test_a_packed_answer(server: Server) -> None:
    body = gzip.compress(b'{"ok": true}')

    async def packed(head: bytes, out: asyncio.StreamWriter) -> None:
        out.write(b"HTTP/1.1 200 OK\r\ncontent-encoding: gzip\r\ncontent-length: %d\r\n\r\n" % len(body) + body)

    server.say = packed
    async with OutboundClient(LOOPBACK) as http:
        assert (await http.get(f"http://127.0.0.1:{server.port}/")).json() == {"ok": True}


@pytest.mark.parametrize(
    ("encoding", "body"),
    [(b"gzip, gzip", b"x"), (b"br", b"x"), (b"gzip", b"garbage"), (b"gzip", gzip.compress(b"x", mtime=0)[:-6])],
    ids=["twice", "brotli", "garbage", "cut"],
)
async def test_a_packing_nobody_asked_for_or_that_is_broken(server: Server, encoding: bytes, body: bytes) -> None:
    async def packed(head: bytes, out: asyncio.StreamWriter) -> None:
        start = b"HTTP/1.1 200 OK\r\ncontent-encoding: %s\r\ncontent-length: %d\r\n\r\n" % (encoding, len(body))
        out.write(start + body)

    server.say = packed
    async with OutboundClient(LOOPBACK) as http:
        with pytest.raises(httpx.DecodingError):
            await http.get(f"http://127.0.0.1:{server.port}/")


async def test_the_next_address_is_tried_when_the_first_does_not_answer(server: Server) -> None:
    async def two(host: str) -> Sequence[str]:
        return ["127.0.0.99", "127.0.0.1"]

    async with OutboundClient(LOOPBACK, resolve=two) as http:
        assert (await http.get(f"http://two.example:{server.port}/")).status_code == 200


async def test_what_was_surely_not_sent(server: Server) -> None:
    async def hangs(host: str) -> Sequence[str]:
        await asyncio.sleep(60)
        return []

    async with OutboundClient(LOOPBACK, total=0.4, resolve=hangs) as http:
        with pytest.raises(httpx.ConnectTimeout) as caught:
            await http.get("http://slow-dns.example/")
    assert never_sent(caught.value)
    async with OutboundClient(LOOPBACK) as http:
        with pytest.raises(httpx.ConnectError) as refused:
            await http.get("http://127.0.0.1:9/")
    assert never_sent(refused.value)


async def test_one_dead_endpoint_does_not_delay_another(server: Server) -> None:
    async def slow_or_ok(head: bytes, out: asyncio.StreamWriter) -> None:
        if b"GET /dead" in head:
            await asyncio.sleep(60)
        await server.ok(head, out)

    server.say = slow_or_ok
    async with OutboundClient(LOOPBACK, total=3, connections=10, per_host=8, resolve=local) as http:
        dead = [asyncio.create_task(http.get(f"http://dead.example:{server.port}/dead")) for _ in range(30)]
        await asyncio.sleep(0.05)
        assert (await http.get(f"http://127.0.0.1:{server.port}/alive")).status_code == 200
        assert sum(not call.done() for call in dead) >= 8, "those of which the dead one has heard are still under way"
        outcomes = await asyncio.gather(*dead, return_exceptions=True)
    kinds = [type(outcome) for outcome in outcomes]
    assert (kinds.count(httpx.ReadTimeout), kinds.count(httpx.PoolTimeout)) == (8, 22)


def certificate(name: str, folder: Path) -> ssl.SSLContext:
    """A server's context with a certificate of its own making; `folder/cert.pem` is what clients trust."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder(subject, subject, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(key, hashes.SHA256())
    )
    (folder / "cert.pem").write_bytes(made.public_bytes(serialization.Encoding.PEM))
    private = serialization.PrivateFormat.PKCS8
    plain = serialization.NoEncryption()
    (folder / "key.pem").write_bytes(key.private_bytes(serialization.Encoding.PEM, private, plain))
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(folder / "cert.pem", folder / "key.pem")
    return context


async def test_tls_is_with_the_name_though_the_connection_is_to_the_address(server: Server, tmp_path: Path) -> None:
    context = certificate("hooks.example.com", tmp_path)
    listening = await asyncio.start_server(server.serve, "127.0.0.1", 0, ssl=context)
    port = listening.sockets[0].getsockname()[1]
    trust = ssl.create_default_context(cafile=str(tmp_path / "cert.pem"))
    async with OutboundClient(LOOPBACK, resolve=local, tls=trust) as http:
        assert (await http.get(f"https://hooks.example.com:{port}/")).text == "ok"
        with pytest.raises(httpx.ConnectError, match="certificate"):
            await http.get(f"https://other.example.com:{port}/")
    listening.close()
