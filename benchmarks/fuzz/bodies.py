"""What a hostile, broken or unlucky client may send as an envelope or as an event, drawn by a `Random`."""

import gzip
import json
import zlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cache
from random import Random
from typing import Any

import brotli

_BOMB_BYTES = 300 * 2**20
_PACKERS: dict[str, Callable[[bytes], bytes]] = {
    "gzip": lambda body: gzip.compress(body, 1),
    "deflate": lambda body: zlib.compress(body, 1),
    "br": lambda body: bytes(brotli.compress(body, quality=1)),
}
_ENCODINGS = (*_PACKERS, "identity", "", "zstd", "gzip, br", "GZIP", "x" * 300)
_TEXTS = (
    "", "\x00", "a\x00b", "\ud800", "\U0001f600", "\u202e", "1" * 400, "9" * 5000, "NaN", "-0", "0x" + "f" * 64,
    "'" * 500, '"' * 500, "a@" * 300, "::" * 200, "{{ default }}", "../" * 50, "\r\n\r\n", "%s%n", "err_x", " ",
)  # fmt: skip
_LENGTHS: tuple[Any, ...] = (-1, 0, 1, 7, 10**6, 10**9, 10**30, 1.5, "12", True, None, [], {})


@dataclass(frozen=True)
class Sending:
    """One request. `chunks` are its body; `said` is the Content-Length, None for a chunked body. A body that is `cut`
    ends before its framing says so."""

    kind: str
    path: str
    chunks: tuple[bytes, ...]
    headers: Mapping[str, str] = field(default_factory=dict)
    said: int | None = None
    cut: bool = False


def draw(random: Random, event_id: str) -> Sending:
    """Any of the kinds below; an event that survives has this id."""
    kind = random.choice(tuple(_KINDS))
    return _framed(random, kind, *_KINDS[kind](random, event_id))


def event(event_id: str) -> dict[str, Any]:
    """An event with a little of everything."""
    frame = {"function": "pay", "module": "shop.cart", "filename": "shop/cart.py", "lineno": 12, "in_app": True}
    raised = {"type": "ValueError", "value": "bad amount", "stacktrace": {"frames": [dict(frame), dict(frame)]}}
    return {
        "event_id": event_id,
        "timestamp": "2026-11-22T10:00:00Z",
        "platform": "python",
        "level": "error",
        "release": "shop@1.0.0",
        "environment": "production",
        "exception": {"values": [{**raised, "mechanism": {"type": "chained", "handled": True}}, raised]},
        "logentry": {"message": "Hello %s", "formatted": "Hello ann", "params": ["ann"]},
        "fingerprint": ["{{ default }}", "a"],
        "tags": {"shop": "eu"},
        "user": {"id": 7, "email": "ann@example.org"},
        "sdk": {"name": "sentry.python", "version": "2.0"},
        "threads": {"values": [{"id": 1, "stacktrace": {"frames": [dict(frame)]}}]},
    }


def envelope(payload: bytes, kind: str = "event", *, header: bytes = b"{}", **item: Any) -> bytes:
    """An envelope of one item; `item` goes over what its header says."""
    told = {"type": kind, "length": len(payload), **item}
    return header + b"\n" + _dumped(told) + b"\n" + payload + b"\n"


def _dumped(value: object) -> bytes:
    return json.dumps(value).encode()


def _scrambled(random: Random, event_id: str) -> tuple[str, bytes, str]:
    """Bytes of a good envelope exchanged, left out, doubled or cut off."""
    body = bytearray(envelope(_dumped(event(event_id))))
    for _ in range(random.randint(1, 8)):
        at, length = random.randrange(len(body) + 1), random.randint(1, 40)
        piece = random.choice((b"", bytes(body[at : at + length]) * 2, random.randbytes(length), b"\n", b"\x00"))
        body[at : at + length] = piece
    return "envelope", bytes(body[: random.choice((None, random.randrange(len(body) + 1)))]), ""


def _wrong_types(random: Random, event_id: str) -> tuple[str, bytes, str]:
    """A good event with values of the wrong kind anywhere."""
    made = event(event_id)
    for _ in range(random.randint(1, 6)):
        _replace(random, made)
    payload = _dumped(made)
    return ("store", payload, "") if random.random() < 0.3 else ("envelope", envelope(payload), "")


def _replace(random: Random, tree: Any) -> None:
    """Put some value somewhere into a tree."""
    while True:
        keys = list(tree) if isinstance(tree, dict) else list(range(len(tree)))
        if not keys:
            return
        key = random.choice(keys)
        inner = tree[key]
        if key == "event_id" and random.random() < 0.9:
            return
        if not isinstance(inner, (dict, list)) or random.random() < 0.3:
            tree[key] = _value(random)
            return
        tree = inner


def _value(random: Random) -> Any:
    text = random.choice(_TEXTS)
    return random.choice((
        None, True, -1, 0, 2**31, 2**63, 10**400, 1e308, float("nan"), float("inf"), text, text * 50, [], {}, [[]],
        [None] * 50, {text: text}, {"values": None}, {"values": [1, "a", None, {}]}, [["a"], ["a", "b", "c"]],
        {"frames": [None, 1, {"function": {}, "lineno": "x", "in_app": "yes"}]}, _nested(30), [text] * 1000,
    ))  # fmt: skip


def _nested(depth: int) -> Any:
    made: Any = "x"
    for number in range(depth):
        made = {"a": made} if number % 2 else [made]
    return made


def _deep(random: Random, event_id: str) -> tuple[str, bytes, str]:
    """JSON of a great depth as header, item header, payload, or inside an event."""
    depth = random.choice((50, 200, 1_000, 10_000, 100_000, 300_000))
    opening, closing = random.choice(((b"[", b"]"), (b'{"a":', b"}")))
    deep = opening * depth + b"1" + closing * random.choice((depth, 0))
    return random.choice((
        ("store", deep, ""),
        ("envelope", envelope(deep), ""),
        ("envelope", envelope(b"{}", header=deep), ""),
        ("envelope", b"{}\n" + deep + b"\n{}\n", ""),
        ("envelope", envelope(_dumped(event(event_id))[:-1] + b',"extra":' + deep + b"}"), ""),
        ("envelope", envelope(_dumped(event(event_id))[:-1] + b',"tags":' + deep + b"}"), ""),
        ("envelope", envelope(deep, "sessions"), ""),
    ))  # fmt: skip


def _lengths(random: Random, event_id: str) -> tuple[str, bytes, str]:
    """Item headers that lie about what follows."""
    payload = _dumped(event(event_id))
    length = random.choice((*_LENGTHS, len(payload) - 1, len(payload) + 1, len(payload) + 2))
    kind = random.choice(("event", "event", "event", "attachment", "sessions", "", "\x00", 7, None))
    return "envelope", envelope(payload, type=kind, length=length) * random.randint(1, 3), ""


def _huge(random: Random, event_id: str) -> tuple[str, bytes, str]:
    """Texts and lists from just below the limit to 10 MB."""
    size = random.choice((100_000, 900_000, 1_100_000, 10_000_000))
    unit = random.choice((*filter(None, _TEXTS), "a", "\n", "1.", "f0"))
    text = (unit * (size // len(unit) + 1))[:size]
    made = event(event_id)
    place = random.choice(
        ("message", "release", "environment", "transaction", "tags", "frames", "value", "header", "items")
    )
    if place == "header":
        return "envelope", envelope(b"{}", header=_dumped({"dsn": text})), ""
    if place == "items":
        return "envelope", b"{}\n" + b'{"type":"event"}\n{}\n' * random.choice((10, 999, 1001, 20_000)), ""
    if place == "frames":
        frames = [{"function": f"f{number}", "module": unit[:20]} for number in range(random.choice((300, 8_000)))]
        made["exception"] = [{"type": "E", "stacktrace": {"frames": frames}}] * random.choice((1, 3))
    elif place == "tags":
        made["tags"] = {f"{unit[:5]}{number}": "v" for number in range(random.choice((200, 30_000)))}
    elif place == "value":
        made["exception"] = {"values": [{"type": text, "value": text[: size // 2]}]}
    else:
        made[place] = text
    return "envelope", envelope(_dumped(made)), ""


def _bomb(random: Random, event_id: str) -> tuple[str, bytes, str]:
    """A small body that unpacks to 300 MB of nothing, once or twice packed, or is no such thing at all."""
    encoding = random.choice(tuple(_PACKERS))
    body = _packed_bomb(encoding, random.choice(("attachment", "event", "header", "store")))
    if random.random() < 0.3:
        body = body[: random.randrange(len(body))]
    if random.random() < 0.2:
        body = _PACKERS[encoding](body)
    return random.choice(("envelope", "store")), body, encoding


@cache
def _packed_bomb(encoding: str, place: str) -> bytes:
    before = {"attachment": b'{}\n{"type":"attachment"}\n', "event": b'{}\n{"type":"event"}\n'}.get(place, b"")
    if encoding == "br":
        # One compressor at a low quality would take seconds for this; the ratio matters, not the size.
        return bytes(brotli.compress(before + b" " * (_BOMB_BYTES // 2), quality=1))
    return _PACKERS[encoding](before + b" " * _BOMB_BYTES)


def _encodings(random: Random, event_id: str) -> tuple[str, bytes, str]:
    """Bodies packed in one way, said to be packed in another, or broken inside."""
    body = bytearray(_PACKERS[random.choice(tuple(_PACKERS))](envelope(_dumped(event(event_id)))))
    for _ in range(random.randint(0, 2)):
        body[random.randrange(len(body))] = random.randrange(256)
    cut = random.choice((len(body), random.randrange(len(body))))
    return random.choice(("envelope", "store")), bytes(body[:cut]) * random.randint(1, 2), random.choice(_ENCODINGS)


def _sessions(random: Random, event_id: str) -> tuple[str, bytes, str]:
    """Sessions and their sums, with values of the wrong kind."""
    made: Any = {"sid": event_id, "status": "ok", "started": 1, "attrs": {"release": "1.0.0", "environment": "x"}}
    if random.random() < 0.5:
        made = {"aggregates": [{"started": 1, "exited": 1, "errored": 2}], "attrs": {"release": "1.0.0"}}
    for _ in range(random.randint(1, 4)):
        _replace(random, made)
    return "envelope", envelope(_dumped(made), random.choice(("session", "sessions"))), ""


def _good(random: Random, event_id: str) -> tuple[str, bytes, str]:
    """Nothing wrong with it: it must be taken, whatever came before."""
    encoding = random.choice(("", *_PACKERS))
    body = envelope(_dumped(event(event_id)))
    return "envelope", _PACKERS[encoding](body) if encoding else body, encoding


_KINDS: dict[str, Callable[[Random, str], tuple[str, bytes, str]]] = {
    "scrambled": _scrambled, "wrong types": _wrong_types, "deep": _deep, "lengths": _lengths, "huge": _huge,
    "bomb": _bomb, "encodings": _encodings, "sessions": _sessions, "good": _good,
}  # fmt: skip


def _framed(random: Random, kind: str, path: str, body: bytes, encoding: str) -> Sending:
    """The body in one piece or chunked, now and then cut off or of another length than its header says."""
    headers = {"Content-Encoding": encoding} if encoding else {}
    said = random.choice((len(body), None))
    size = max(1, len(body) // random.randint(1, 4))
    chunks = tuple(body[at : at + size] for at in range(0, len(body), size))
    if kind == "good" or random.random() < 0.9:
        return Sending(kind, path, chunks, headers, said)
    if said is None:
        return Sending(kind, path, chunks[:-1], headers, None, cut=True)
    return Sending(kind, path, chunks, headers, said + random.randint(1, 1000), cut=True)
