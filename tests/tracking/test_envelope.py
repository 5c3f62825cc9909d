"""The envelope protocol: what it allows, what SDKs make of it, and what attackers try."""

import gzip
import tracemalloc
import zlib
from collections.abc import Callable
from functools import partial

import brotli
import pytest
from hypothesis import given
from hypothesis import strategies as st

from releaseray.errors import AppError, InvalidRequest, PayloadTooLarge
from releaseray.tracking.envelope import EnvelopeError, EnvelopeHeader, EnvelopeReader, Item, parse_envelope
from releaseray.tracking.sentry_event import parse_event
from releaseray.tracking.unpack import Unpacker, unpack

ID = "0123456789abcdef0123456789abcdef"


def raw_deflate(body: bytes) -> bytes:
    packer = zlib.compressobj(wbits=-zlib.MAX_WBITS)
    return packer.compress(body) + packer.flush()


PACKERS: list[tuple[str | None, Callable[[bytes], bytes]]] = [
    (None, bytes),
    ("identity", bytes),
    ("gzip", gzip.compress),
    ("GZIP", lambda body: gzip.compress(body[:10]) + gzip.compress(body[10:])),
    ("deflate", zlib.compress),
    ("deflate", raw_deflate),
    ("br", brotli.compress),
]


def payloads(body: bytes) -> list[tuple[str, bytes]]:
    return [(item.type, item.payload) for item in parse_envelope(body).items]


def test_a_header_and_an_item_with_its_length() -> None:
    body = b'{"event_id":"%s","sent_at":"2027-01-15T08:00:00Z","dsn":"https://k@h/1"}\n' % ID.encode()
    envelope = parse_envelope(body + b'{"type":"event","length":2}\n{}\n')
    assert envelope.header == EnvelopeHeader(ID, "https://k@h/1", 1_800_000_000.0)
    assert envelope.items == (Item("event", b"{}", 2, too_large=False, wanted=True),)


@pytest.mark.parametrize(
    ("reason", "body", "expected"),
    [
        ("no length: to the end of the line", b'{}\n{"type":"event"}\n{"a":1}\n', [("event", b'{"a":1}')]),
        ("no length, no line break at the end", b'{}\n{"type":"event"}\n{}', [("event", b"{}")]),
        ("length, no line break at the end", b'{}\n{"type":"event","length":2}\n{}', [("event", b"{}")]),
        ("length null is no length", b'{}\n{"type":"event","length":null}\n{}', [("event", b"{}")]),
        ("line breaks in the payload", b'{}\n{"type":"event","length":4}\n{\n\n}\n', [("event", b"{\n\n}")]),
        ("an empty payload", b'{}\n{"type":"event","length":0}\n\n', [("event", b"")]),
        ("only a header", b"{}", []),
        ("only a header and line breaks", b"{}\n\n\n", []),
        ("an item header as the very last line", b'{}\n{"type":"event"}', [("event", b"")]),
        ("carriage returns around headers", b'{}\r\n{"type":"event"}\r\n{}\n', [("event", b"{}")]),
        ("an unknown type is skipped", b'{}\n{"type":"novel","length":1}\na\n{"type":"event"}\n{}',
         [("novel", b""), ("event", b"{}")]),
        ("an attachment is dropped", b'{}\n{"type":"attachment","length":3}\n\x00\n\xff\n', [("attachment", b"")]),
    ],
)  # fmt: skip
def test_what_the_protocol_allows(reason: str, body: bytes, expected: list[tuple[str, bytes]]) -> None:
    assert payloads(body) == expected, reason


@pytest.mark.parametrize(
    ("body", "place"),
    [
        (b"", "The envelope is empty"),
        (b"\n{}", "Envelope header: Not valid JSON"),
        (b"[]\n", "Envelope header: not a JSON object"),
        (b'{"event_id":"zz"}\n', "Envelope header: event_id"),
        (b"{}\n[]\n", "Header of envelope item 1: not a JSON object"),
        (b"{}\nnonsense\n", "Header of envelope item 1: Not valid JSON"),
        (b'{}\n{"length":2}\n{}', "Header of envelope item 1: type is missing"),
        (b'{}\n{"type":"event","length":-1}\n{}', "length is not a whole number"),
        (b'{}\n{"type":"event","length":true}\n{}', "length is not a whole number"),
        (b'{}\n{"type":"event","length":"2"}\n{}', "length is not a whole number"),
        (b'{}\n{"type":"event","length":1}\n{}\n', "Envelope item 1: no line break after its 1 bytes"),
        (b'{}\n{"type":"event","length":9}\n{}\n', "Envelope item 1: 9 bytes announced, 3 sent"),
        (b'{}\n{"type":"event"}\n{}\n{"type":"event","length":5}\n', "Envelope item 2: 5 bytes announced, 0 sent"),
        (b'{"a":' * 20_000, "longer than 65536 bytes"),
        (b"[" * 60_000, "nested too deeply"),
        (b"{}\n" + b'{"type":"x"}\n\n' * 1001, "more than 1000 items"),
    ],
)
def test_what_is_no_envelope_is_refused_with_the_place(body: bytes, place: str) -> None:
    with pytest.raises(EnvelopeError) as refusal:
        parse_envelope(body)
    assert place in refusal.value.message


def test_an_event_above_a_megabyte_is_dropped_and_the_rest_is_read() -> None:
    body = b'{}\n{"type":"event","length":2000000}\n' + b"x" * 2_000_000 + b'\n{"type":"event"}\n{}\n'
    large, small = parse_envelope(body).items
    assert large == Item("event", b"", 2_000_000, too_large=True, wanted=True)
    assert small.payload == b"{}"


@given(
    st.lists(st.tuples(st.sampled_from(["event", "session", "attachment"]), st.binary(max_size=60), st.booleans())),
    st.integers(1, 50),
)
def test_chunks_of_any_size_give_the_same_items(items: list[tuple[str, bytes, bool]], size: int) -> None:
    body = b"{}\n"
    for kind, payload, announced in items:
        line = payload if announced else payload.replace(b"\n", b" ")
        length = f',"length":{len(line)}' if announced else ""
        body += f'{{"type":"{kind}"{length}}}\n'.encode() + line + b"\n"
    reader = EnvelopeReader()
    chunked = [item for start in range(0, len(body), size) for item in reader.feed(body[start : start + size])]
    chunked += reader.finish()
    assert tuple(chunked) == parse_envelope(body).items
    assert len(chunked) == len(items)


@given(st.binary(max_size=300) | st.text(max_size=200).map(str.encode))
def test_no_bytes_crash_the_readers(body: bytes) -> None:
    for head in (b"", b"{}\n", b'{}\n{"type":"event"}\n', b'{}\n{"type":"event","length":7}\n'):
        assert outcome(partial(parse_envelope, head + body)) is not None
    assert outcome(partial(parse_event, body, received=1.8e9)) is not None


def outcome(parse: Callable[[], object]) -> object:
    """What the parser gives, or the message of its refusal; any other exception goes through."""
    try:
        return parse()
    except AppError as refusal:
        return refusal.message or None


@pytest.mark.parametrize(("encoding", "pack"), PACKERS)
@pytest.mark.parametrize("size", [1, 1000, 1_000_000])
def test_content_encodings(encoding: str | None, pack: Callable[[bytes], bytes], size: int) -> None:
    body = bytes(range(256)) * 1000
    packed = pack(body)
    unpacker = Unpacker(encoding)
    chunks = [packed[start : start + size] for start in range(0, len(packed), size)]
    assert b"".join(piece for chunk in chunks for piece in unpacker.feed(chunk)) == body
    unpacker.finish()


@pytest.mark.parametrize(("encoding", "pack"), PACKERS[2:])
def test_a_body_that_stops_in_the_middle_or_goes_on_too_long(encoding: str, pack: Callable[[bytes], bytes]) -> None:
    packed = pack(b"some body" * 100)
    with pytest.raises(InvalidRequest, match="ends too early"):
        unpack(packed[:-3], encoding)
    with pytest.raises(InvalidRequest, match="not valid"):
        unpack(packed + b"garbage", encoding)


@pytest.mark.parametrize("encoding", ["gzip", "deflate", "br"])
def test_a_body_that_is_not_what_it_says(encoding: str) -> None:
    with pytest.raises(InvalidRequest, match=r"not valid|too early"):
        unpack(b"{}\n{}\n", encoding)


def test_an_unknown_encoding() -> None:
    with pytest.raises(InvalidRequest, match="Content-Encoding"):
        Unpacker("zstd")


@pytest.mark.parametrize(("encoding", "pack"), [PACKERS[2], PACKERS[4], PACKERS[5], PACKERS[6]])
def test_a_zip_bomb_stops_at_the_limit_in_bounded_memory(encoding: str, pack: Callable[[bytes], bytes]) -> None:
    bomb = pack(bytes(50_000_000))
    tracemalloc.start()
    unpacker = Unpacker(encoding, max_unpacked=20_000_000)
    with pytest.raises(PayloadTooLarge, match="unpacked"):
        for _ in unpacker.feed(bomb):
            pass
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 2_000_000


def test_too_many_packed_bytes() -> None:
    unpacker = Unpacker(None, max_packed=10)
    assert list(unpacker.feed(b"12345")) == [b"12345"]
    with pytest.raises(PayloadTooLarge):
        list(unpacker.feed(b"678901"))


def test_a_bomb_of_an_attachment_is_not_held() -> None:
    reader = EnvelopeReader()
    bomb = gzip.compress(b'{}\n{"type":"attachment"}\n' + bytes(30_000_000))
    tracemalloc.start()
    for piece in Unpacker("gzip").feed(bomb):
        assert reader.feed(piece) == []
    assert reader.finish() == [Item("attachment", b"", 30_000_000, too_large=False, wanted=False)]
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 2_000_000
