"""Undoes a request's content encoding in bounded steps, so that a zip bomb stops at the limit."""

import zlib
from collections.abc import Callable, Iterator
from typing import Protocol

import brotli

from releaseray.errors import InvalidRequest, PayloadTooLarge

MAX_PACKED_BYTES = 20 * 1024 * 1024
MAX_UNPACKED_BYTES = 100 * 1024 * 1024
_STEP = 64 * 1024
_GZIP, _ZLIB, _RAW = zlib.MAX_WBITS | 16, zlib.MAX_WBITS, -zlib.MAX_WBITS


class _Codec(Protocol):
    """A decompressor; `unpack` gives at most about `_STEP` bytes, and is called with nothing until `hungry`."""

    hungry: bool
    finished: bool

    def unpack(self, chunk: bytes) -> bytes: ...


class _Identity:
    hungry = True
    finished = True

    def unpack(self, chunk: bytes) -> bytes:
        return chunk


class _Zlib:
    """gzip (also several members in a row) or deflate, which is zlib by the standard and raw by some clients."""

    def __init__(self, window: int) -> None:
        self._window = window
        self._inflate = zlib.decompressobj(window)
        self._started = False
        self.hungry = True
        self.finished = False

    def unpack(self, chunk: bytes) -> bytes:
        # At the end of a member both tails hold the same bytes, so only one of them may be taken.
        pending = (self._inflate.unused_data if self._inflate.eof else self._inflate.unconsumed_tail) + chunk
        if self._inflate.eof and pending:
            self._inflate = zlib.decompressobj(self._window)
        elif not self._started and self._window == _ZLIB and pending:
            self._inflate = zlib.decompressobj(_ZLIB if _looks_like_zlib(pending) else _RAW)
        self._started = self._started or bool(pending)
        unpacked = self._inflate.decompress(pending, _STEP)
        self.finished = self._inflate.eof
        rest = self._inflate.unused_data if self.finished else self._inflate.unconsumed_tail
        self.hungry = not rest and len(unpacked) < _STEP
        return unpacked


def _looks_like_zlib(head: bytes) -> bool:
    """RFC 1950: compression method 8, and the first two bytes are a multiple of 31."""
    return head[0] & 0x0F == 8 and (len(head) < 2 or (head[0] << 8 | head[1]) % 31 == 0)


class _Brotli:
    def __init__(self) -> None:
        self._decompressor = brotli.Decompressor()
        self.hungry = True
        self.finished = False

    def unpack(self, chunk: bytes) -> bytes:
        unpacked: bytes = self._decompressor.process(chunk, output_buffer_limit=_STEP)
        # All input taken does not mean that all output was given: a full step may have more behind it.
        self.hungry = len(unpacked) < _STEP and self._decompressor.can_accept_more_data()
        self.finished = self._decompressor.is_finished()
        return unpacked


_CODECS: dict[str, Callable[[], _Codec]] = {
    "": _Identity,
    "identity": _Identity,
    "gzip": lambda: _Zlib(_GZIP),
    "x-gzip": lambda: _Zlib(_GZIP),
    "deflate": lambda: _Zlib(_ZLIB),
    "br": _Brotli,
}


class Unpacker:
    """Unpacks a body chunk by chunk; to be used as

        for chunk in body:
            for piece in unpacker.feed(chunk):
                reader.feed(piece)
        unpacker.finish()

    Raises `InvalidRequest` for an unknown encoding and for a body that is not in it, `PayloadTooLarge` as soon as
    more than `max_packed` bytes came in or more than `max_unpacked` would go out.
    """

    def __init__(
        self,
        encoding: str | None,
        *,
        max_packed: int = MAX_PACKED_BYTES,
        max_unpacked: int = MAX_UNPACKED_BYTES,
    ) -> None:
        self._name = (encoding or "").strip().lower()
        if self._name not in _CODECS:
            raise InvalidRequest("Content-Encoding: only gzip, deflate, br and identity are understood.")
        self._codec = _CODECS[self._name]()
        self._packed_left, self._unpacked_left = max_packed, max_unpacked
        self._fed = False

    def feed(self, chunk: bytes) -> Iterator[bytes]:
        """What `chunk` unpacks to, in pieces of some 64 kB, made as they are asked for: one chunk of a zip bomb
        can be a thousand pieces. All of them must be taken before the next chunk is fed."""
        self._packed_left -= len(chunk)
        if self._packed_left < 0:
            raise PayloadTooLarge("The request body is too large.")
        while chunk or not self._codec.hungry:
            self._fed = True
            yield self._step(chunk)
            chunk = b""

    def _step(self, chunk: bytes) -> bytes:
        try:
            piece = self._codec.unpack(chunk)
        except (zlib.error, brotli.error):
            raise InvalidRequest(f"The body is not valid {self._name}.") from None
        self._unpacked_left -= len(piece)
        if self._unpacked_left < 0:
            raise PayloadTooLarge("The request body is too large when unpacked.")
        return piece

    def finish(self) -> None:
        """To be called at the end of the body: raises `InvalidRequest` if it stopped in the middle."""
        if self._fed and not self._codec.finished:
            raise InvalidRequest(f"The {self._name} body ends too early.")


def unpack(body: bytes, encoding: str | None, *, max_unpacked: int = MAX_UNPACKED_BYTES) -> bytes:
    """A whole body at once; raises as `Unpacker` does."""
    unpacker = Unpacker(encoding, max_unpacked=max_unpacked)
    unpacked = b"".join(unpacker.feed(body))
    unpacker.finish()
    return unpacked
