"""Parsing the stream of `git log`: by position, so that nothing a commit contains can be taken for its end."""

from collections.abc import Iterable, Iterator

from releaseray.notes.history import Commit, FileChange, Person
from releaseray.sources import SourceError

FIELDS = 7
MESSAGES = (
    "log", "-z", "--no-color", "--no-notes", "--no-show-signature", "--encoding=UTF-8",
    "--format=%x01%H%x00%P%x00%aN%x00%aE%x00%ct%x00%s%x00%b",
)  # fmt: skip
LOG = (
    *MESSAGES, "--no-ext-diff", "--no-textconv", "--no-renames", "--name-status", "--diff-merges=first-parent",
    "--ignore-submodules=none",
)  # fmt: skip

MARK = b"\x01"
CUT = b"\0" + MARK
"""Between two commits. A field or a path may begin with the mark too: what is cut there is too short, or ends between
a path and its status, and is put together again."""

MAX_FILES = 300
MAX_SUBJECT = 2_000
MAX_BODY = 16_000
MAX_PENDING = 64 << 20


class LogParser:
    """Makes commits of the output of `LOG`, or of `MESSAGES`, which tells no files. Equal people, shas and file
    changes become one object, to spare memory.

    With `folder` only the commits that change something in it come out, merges by what they bring to their first
    parent.
    """

    def __init__(self, folder: str | None = None) -> None:
        self._within = f"{folder}/".encode("utf-8", "surrogateescape") if folder else None
        self._changes = _Changes()
        self._people = _People()
        self._shas: dict[str, str] = {}

    def parse(self, chunks: Iterable[bytes]) -> Iterator[Commit]:
        """Every commit as soon as it is complete. Raises `SourceError` for a commit too big to hold."""
        for record in _records(chunks):
            if self._counts(record):
                yield self._commit(_fields(record))

    def _counts(self, record: bytes) -> bool:
        within = self._within
        return within is None or any(path.startswith(within) for path in record.split(b"\0")[FIELDS + 1 :: 2])

    def _commit(self, fields: list[str]) -> Commit:
        sha, parents, name, email, date, subject, body, *listed = fields
        files: tuple[FileChange, ...] = ()
        if listed:
            # git sets the list off from the message with a line feed
            listed[0] = listed[0][1:]
            most = 2 * MAX_FILES
            files = tuple(map(self._changes.__getitem__, zip(listed[:most:2], listed[1:most:2], strict=True)))
        known = self._shas.setdefault
        named = parents.split()
        return Commit(
            known(sha, sha),
            tuple(map(known, named, named)),
            self._people[name, email],
            int(date),
            subject[:MAX_SUBJECT],
            body.rstrip()[:MAX_BODY],
            files,
            max(0, len(listed) // 2 - MAX_FILES),
        )


class _Changes(dict[tuple[str, str], FileChange]):
    def __missing__(self, pair: tuple[str, str]) -> FileChange:
        status, path = pair
        change = self[pair] = FileChange(status[:1], path)
        return change


class _People(dict[tuple[str, str], Person]):
    def __missing__(self, pair: tuple[str, str]) -> Person:
        person = self[pair] = Person(*pair)
        return person


def _records(chunks: Iterable[bytes]) -> Iterator[bytes]:
    """What git wrote of each commit, without the mark before and the NUL after it."""
    begun: list[bytes] = []
    pieces: list[bytes] = []
    tokens = 0
    for chunk in chunks:
        begun.append(chunk)
        if sum(map(len, begun)) > MAX_PENDING:
            raise SourceError("The range has a commit that is too big to read.")
        if CUT not in chunk and chunk[:1] != MARK:
            continue
        *complete, last = b"".join(begun).split(CUT)
        begun = [last]
        for piece in complete:
            pieces.append(piece)
            tokens += piece.count(b"\0") + 1
            if tokens >= FIELDS and (tokens - FIELDS) % 2 == 0:
                yield CUT.join(pieces).removeprefix(MARK)
                pieces, tokens = [], 0
    if record := CUT.join([*pieces, b"".join(begun)]).removeprefix(MARK):
        yield record.removesuffix(b"\0")


def _fields(record: bytes) -> list[str]:
    try:
        return record.decode("utf-8").split("\0")
    except UnicodeDecodeError:
        return [text(field) for field in record.split(b"\0")]


def text(raw: bytes) -> str:
    """Text as it was most likely meant: git has recoded what names its encoding, the rest is UTF-8 or Western."""
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError:
        return raw.decode("cp1252", "replace")
