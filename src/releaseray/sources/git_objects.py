"""Reading files and folders of commits, all through one running `git cat-file`."""

import subprocess
from collections.abc import Iterator, Sequence
from types import TracebackType
from typing import NamedTuple, Self

from releaseray.sources.git_process import READ_TIMEOUT, Git, GitError, pipe

BATCH = 64
MAX_FOLDER = 1 << 22
FOLDER = b"40000"
FILES = (b"100644", b"100755", b"100664")


class TreeEntry(NamedTuple):
    """One line of a folder."""

    name: str
    is_folder: bool
    is_file: bool


class Objects:
    """Objects by any name git knows (`SHA:path`). Used in a `with` block, which ends the process."""

    def __init__(self, git: Git, timeout: float = READ_TIMEOUT) -> None:
        self._child = git.start(["cat-file", "--batch"], subprocess.PIPE, timeout)
        self._buffer = bytearray()
        self._hash_size = 20

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """End the process; may be done again."""
        self._child.close()

    def text(self, name: str, limit: int) -> str | None:
        """The first `limit` bytes of a file as text, None when there is no such file."""
        return next(self.texts([name], limit))

    def texts(self, names: Sequence[str], limit: int) -> Iterator[str | None]:
        """Several files at once."""
        for kind, data in self.read(names, limit):
            yield data.decode("utf-8", "replace").replace("\0", "") if kind == b"blob" else None

    def folders(self, names: Sequence[str]) -> Iterator[list[TreeEntry]]:
        """What is in each folder (`SHA:` is the commit's root), empty when there is none."""
        for kind, data in self.read(names, MAX_FOLDER):
            yield list(_entries(data, self._hash_size)) if kind == b"tree" else []

    def read(self, names: Sequence[str], limit: int) -> Iterator[tuple[bytes, bytes]]:
        """Type and content of each, in order; the type is empty for what does not exist."""
        for _, kind, data in self.found(names, limit):
            yield kind, data

    def found(self, names: Sequence[str], limit: int) -> Iterator[tuple[str, bytes, bytes]]:
        """The same, with the full name of each before it."""
        stdin = pipe(self._child.process.stdin)
        for start in range(0, len(names), BATCH):
            # A batch is smaller than the pipe, so that neither side waits for the other
            batch = [name.encode("utf-8", "surrogateescape") for name in names[start : start + BATCH]]
            try:
                stdin.write(b"".join(_nameable(name) + b"\n" for name in batch))
                stdin.flush()
            except BrokenPipeError as error:
                raise self._ended() from error
            # Read as a whole, so that a caller who stops half way leaves no answers to the next question
            yield from [self._answer(limit) for _ in batch]

    def _answer(self, limit: int) -> tuple[str, bytes, bytes]:
        fields = self._line().split(b" ")
        if fields[-1] in (b"missing", b"ambiguous", b"submodule", b"excluded"):
            return "", b"", b""
        oid, kind, size = fields
        self._hash_size = len(oid) // 2
        return oid.decode("ascii"), kind, self._take(int(size), limit)

    def _line(self) -> bytes:
        while (end := self._buffer.find(b"\n")) < 0:
            self._more()
        line = bytes(self._buffer[:end])
        del self._buffer[: end + 1]
        return line

    def _take(self, size: int, limit: int) -> bytes:
        """The first `limit` bytes of an object; the rest, and the line feed after it, are read and dropped."""
        kept = bytearray()
        wanted = min(size, limit)
        left = size + 1
        while left:
            if not self._buffer:
                self._more()
            piece = self._buffer[:left]
            del self._buffer[: len(piece)]
            left -= len(piece)
            kept += piece[: wanted - len(kept)]
        return bytes(kept)

    def _more(self) -> None:
        chunk = self._child.read()
        if not chunk:
            raise self._child.failure()
        self._buffer += chunk

    def _ended(self) -> GitError:
        """What git complained of before it ended; it may be unread yet."""
        while self._child.read():
            pass
        return self._child.failure()


def _nameable(name: bytes) -> bytes:
    """A name git can be asked for on a line of its own; others get one that does not exist."""
    return b"0" * 40 if b"\n" in name or len(name) > 1_000 else name


def _entries(tree: bytes, hash_size: int) -> Iterator[TreeEntry]:
    position = 0
    while (space := tree.find(b" ", position)) >= 0 and (nul := tree.find(b"\0", space)) >= 0:
        mode = tree[position:space]
        yield TreeEntry(tree[space + 1 : nul].decode("utf-8", "surrogateescape"), mode == FOLDER, mode in FILES)
        position = nul + 1 + hash_size
