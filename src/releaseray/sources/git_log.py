"""Parsing the stream of `git log`: by position, so that nothing a commit contains can be taken for its end."""

from collections.abc import Iterable, Iterator

from releaseray.notes.history import Commit, FileChange, Person
from releaseray.sources import SourceError

MARK = 1
FIELDS = 7
LOG = (
    "log", "-z", "--no-color", "--no-notes", "--no-show-signature", "--no-ext-diff", "--no-textconv",
    "--encoding=UTF-8", "--no-renames", "--name-status", "--diff-merges=first-parent", "--ignore-submodules=none",
    "--format=%x01%H%x00%P%x00%aN%x00%aE%x00%ct%x00%s%x00%b",
)  # fmt: skip

MAX_FILES = 300
MAX_SUBJECT = 2_000
MAX_BODY = 16_000
MAX_PENDING = 64 << 20


class LogParser:
    """Makes commits of the output of `LOG`. Equal people and file changes become one object, to spare memory.

    With `folder` only the commits that change something in it come out, merges by what they bring to their first
    parent.
    """

    def __init__(self, folder: str | None = None) -> None:
        self._within = f"{folder}/".encode("utf-8", "surrogateescape") if folder else None
        self.changes: dict[tuple[bytes, bytes], FileChange] = {}
        self._people: dict[tuple[bytes, bytes], Person] = {}

    def parse(self, chunks: Iterable[bytes]) -> Iterator[Commit]:
        """Every commit as soon as it is complete. Raises `SourceError` for a commit too big to hold."""
        tokens: list[bytes] = []
        begun: list[bytes] = []
        for chunk in chunks:
            first, *others = chunk.split(b"\0")
            begun.append(first)
            if sum(map(len, begun)) > MAX_PENDING:
                raise SourceError("The range has a commit whose message is too long to read.")
            if not others:
                continue
            tokens += [b"".join(begun), *others[:-1]]
            begun = [others[-1]]
            position = 0
            while (end := self._end(tokens, position)) is not None:
                if self._counts(tokens, position, end):
                    yield self._commit(tokens, position, end)
                position = end
            del tokens[:position]
        if tokens and self._counts(tokens, 0, len(tokens)):
            yield self._commit(tokens, 0, len(tokens))

    @staticmethod
    def _end(tokens: list[bytes], start: int) -> int | None:
        """Where the commit after this one begins, None while that has not come."""
        end, available = start + FIELDS, len(tokens)
        while end < available:
            token = tokens[end]
            if token and token[0] == MARK:
                return end
            end += 2
        return None

    def _counts(self, tokens: list[bytes], start: int, end: int) -> bool:
        within = self._within
        return within is None or any(path.startswith(within) for path in tokens[start + FIELDS + 1 : end : 2])

    def _commit(self, tokens: list[bytes], start: int, end: int) -> Commit:
        sha, parents, name, email, date, subject, body = tokens[start : start + FIELDS]
        first_file = start + FIELDS
        files, count = self._files(tokens, first_file, end) if end > first_file else ((), 0)
        return Commit(
            sha[1:].decode("ascii"),
            tuple(parents.decode("ascii").split()),
            self._people.get((name, email)) or self._person(name, email),
            int(date),
            text(subject)[:MAX_SUBJECT],
            text(body).rstrip()[:MAX_BODY] if body else "",
            files,
            count - MAX_FILES if count > MAX_FILES else 0,
        )

    def _files(self, tokens: list[bytes], start: int, end: int) -> tuple[tuple[FileChange, ...], int]:
        # git sets the list off from the message with a line feed
        tokens[start] = tokens[start][1:]
        known = self.changes
        last = min(end, start + 2 * MAX_FILES)
        pairs = zip(tokens[start:last:2], tokens[start + 1 : last : 2], strict=True)
        files = tuple([known.get(pair) or self._change(pair) for pair in pairs])
        return files, (end - start) // 2

    def _change(self, pair: tuple[bytes, bytes]) -> FileChange:
        status, path = pair
        change = self.changes[pair] = FileChange(status[:1].decode("ascii"), text(path))
        return change

    def _person(self, name: bytes, email: bytes) -> Person:
        person = self._people[name, email] = Person(text(name), text(email))
        return person


def text(raw: bytes) -> str:
    """Text as it was most likely meant: git has recoded what names its encoding, the rest is UTF-8 or Western."""
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError:
        return raw.decode("cp1252", "replace")
