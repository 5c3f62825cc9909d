"""Reads the Sentry envelope protocol: a header line, then items of a header line and a payload each."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, NamedTuple

from releaseray.errors import InvalidRequest
from releaseray.tracking.lenient import unix_time
from releaseray.tracking.sentry_event import MAX_EVENT_BYTES, EventError, parse_event_id, parse_json

MAX_HEADER_BYTES = 64 * 1024
MAX_ITEMS = 1000
WANTED = frozenset({"event", "session", "sessions"})


class EnvelopeError(InvalidRequest):
    """The bytes are no envelope; the message names the place."""


@dataclass(frozen=True, slots=True)
class EnvelopeHeader:
    """The first line. All of it is optional: `event_id` is canonical, `sent_at` is unix seconds."""

    event_id: str | None = None
    dsn: str | None = None
    sent_at: float | None = None


class Item(NamedTuple):
    """One item. `payload` is empty when `too_large` (above 1 MB) or when the type is not `wanted`: such bytes are
    dropped as they stream by. `size` is the payload's length all the same."""

    type: str
    payload: bytes
    size: int
    too_large: bool
    wanted: bool


class Envelope(NamedTuple):
    """A whole envelope."""

    header: EnvelopeHeader
    items: tuple[Item, ...]


class EnvelopeReader:
    """Takes an envelope's bytes in chunks of any size and gives back its items as they complete.

    Memory is bounded by one wanted item plus one chunk, whatever is sent. `header` is there once its line was fed.
    Every method raises `EnvelopeError` for what cannot be an envelope; after that the reader is of no more use.
    """

    def __init__(self, *, max_item_bytes: int = MAX_EVENT_BYTES, wanted: frozenset[str] = WANTED) -> None:
        self.header: EnvelopeHeader | None = None
        self._max_item, self._wanted = max_item_bytes, wanted
        self._buffer = bytearray()
        self._payload: _Payload | None = None
        self._count = 0

    def feed(self, chunk: bytes) -> list[Item]:
        """The items that `chunk` completes."""
        self._buffer += chunk
        return list(self._advance())

    def finish(self) -> list[Item]:
        """To be called at the end of the bytes: the last item, if it was waiting for them."""
        items: list[Item] = []
        if self._buffer and self._payload is None:
            self._buffer += b"\n"
            items = list(self._advance())
        if self.header is None:
            raise EnvelopeError("The envelope is empty.")
        if self._payload is not None:
            items.append(self._payload.at_end())
            self._payload = None
        return items

    def _advance(self) -> Iterator[Item]:
        while True:
            if self._payload is not None:
                if (item := self._payload.take(self._buffer)) is None:
                    return
                self._payload = None
                yield item
            if (line := self._line()) is None:
                return
            if self.header is None:
                self.header = _envelope_header(line)
            elif line.strip():
                self._payload = self._start_item(line)

    def _line(self) -> bytes | None:
        end = self._buffer.find(b"\n")
        if end > MAX_HEADER_BYTES or (end < 0 and len(self._buffer) > MAX_HEADER_BYTES):
            raise EnvelopeError(f"{self._place}: the line is longer than {MAX_HEADER_BYTES} bytes.")
        if end < 0:
            return None
        line = bytes(self._buffer[:end])
        del self._buffer[: end + 1]
        return line

    @property
    def _place(self) -> str:
        return "Envelope header" if self.header is None else f"Header of envelope item {self._count + 1}"

    def _start_item(self, line: bytes) -> "_Payload":
        if self._count >= MAX_ITEMS:
            raise EnvelopeError(f"The envelope has more than {MAX_ITEMS} items.")
        header = _object(line, self._place)
        length = header.get("length")
        kind = header.get("type")
        if not isinstance(kind, str):
            raise EnvelopeError(f"{self._place}: type is missing or not a string.")
        if length is not None and (not isinstance(length, int) or isinstance(length, bool) or length < 0):
            raise EnvelopeError(f"{self._place}: length is not a whole number of bytes.")
        self._count += 1
        return _Payload(kind, length, self._max_item, kind in self._wanted, f"Envelope item {self._count}")


class _Payload:
    """The payload that is streaming in: to its length where the header gave one, else to the end of the line."""

    def __init__(self, kind: str, length: int | None, limit: int, wanted: bool, place: str) -> None:
        self._kind, self._length, self._limit, self._wanted, self._place = kind, length, limit, wanted, place
        self._kept = bytearray()
        self._size = 0

    def take(self, buffer: bytearray) -> Item | None:
        """Moves what belongs to the payload out of `buffer`; the item when that was all of it."""
        if self._length is None:
            return self._take_line(buffer)
        self._move(buffer, min(self._length - self._size, len(buffer)))
        if self._size < self._length or not buffer:
            return None
        if buffer[:1] != b"\n":
            raise EnvelopeError(f"{self._place}: no line break after its {self._length} bytes.")
        del buffer[:1]
        return self._item()

    def _take_line(self, buffer: bytearray) -> Item | None:
        end = buffer.find(b"\n")
        self._move(buffer, end if end >= 0 else len(buffer))
        if end < 0:
            return None
        del buffer[:1]
        return self._item()

    def at_end(self) -> Item:
        """The item when no more bytes come; raises `EnvelopeError` when its length was not reached."""
        if self._length is not None and self._size < self._length:
            raise EnvelopeError(f"{self._place}: {self._length} bytes announced, {self._size} sent.")
        return self._item()

    def _move(self, buffer: bytearray, count: int) -> None:
        if self._wanted and self._size + count <= self._limit:
            self._kept += buffer[:count]
        else:
            self._kept = bytearray()
        self._size += count
        del buffer[:count]

    def _item(self) -> Item:
        too_large = self._wanted and self._size > self._limit
        return Item(self._kind, bytes(self._kept), self._size, too_large, self._wanted)


def parse_envelope(body: bytes) -> Envelope:
    """A whole envelope at once; raises `EnvelopeError`."""
    reader = EnvelopeReader()
    items = [*reader.feed(body), *reader.finish()]
    return Envelope(reader.header or EnvelopeHeader(), tuple(items))


def _object(line: bytes, place: str) -> dict[str, Any]:
    try:
        parsed = parse_json(line)
    except EventError as problem:
        raise EnvelopeError(f"{place}: {problem.message}") from None
    if not isinstance(parsed, dict):
        raise EnvelopeError(f"{place}: not a JSON object.")
    return parsed


def _envelope_header(line: bytes) -> EnvelopeHeader:
    header = _object(line, "Envelope header")
    event_id, dsn = header.get("event_id"), header.get("dsn")
    try:
        canonical = parse_event_id(event_id) if event_id else None
    except EventError as problem:
        raise EnvelopeError(f"Envelope header: {problem.message}") from None
    return EnvelopeHeader(canonical, dsn if isinstance(dsn, str) else None, unix_time(header.get("sent_at")))
