"""Who is new: an index of the first commit under each address, kept beside the mirror."""

import json
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from releaseray.sources.git_layout import read_text, write_text
from releaseray.sources.git_log import text
from releaseray.sources.git_process import Git

MAX_WALKED = 200_000
MAX_COVERED = 200
WALK_TIMEOUT = 300.0
FORMAT = "--format=%H %ct %ae%x00%aE"


class FirstCommits:
    """Address, lower-cased → sha and date of its oldest commit, over all that the commits `covered` reach."""

    def __init__(self, covered: Sequence[str] = (), first: Mapping[str, tuple[str, int]] | None = None) -> None:
        self.covered = [*covered]
        self.first = {**(first or {})}

    @classmethod
    def load(cls, path: Path) -> "FirstCommits":
        """The index as it was saved; an empty one when there is none or it cannot be read."""
        try:
            stored = json.loads(read_text(path) or "{}")
            first = {str(email): (str(sha), int(date)) for email, (sha, date) in stored["first"].items()}
            return cls([str(sha) for sha in stored["covered"]], first)
        except (ValueError, KeyError, TypeError, AttributeError):
            return cls()

    def save(self, path: Path) -> None:
        """Keep the index. What another process wrote meanwhile is lost and would only be walked again."""
        write_text(path, json.dumps({"covered": self.covered[-MAX_COVERED:], "first": self.first}))

    def cover(self, git: Git, shas: Sequence[str]) -> bool:
        """Walk what these commits reach and the index does not have yet; says whether anything was new."""
        wanted = [sha for sha in shas if sha not in self.covered]
        if not wanted:
            return False
        stdin = "".join([*(f"{sha}\n" for sha in wanted), *(f"^{sha}\n" for sha in self.covered)]).encode("ascii")
        # Newest first: of all lines with the same addresses the last one stays, the oldest
        oldest = {line.split(b" ", 2)[2]: line for line in _lines(git, stdin)}
        new: dict[str, tuple[str, int]] = {}
        for line in oldest.values():
            sha, date, emails = line.split(b" ", 2)
            for email in emails.split(b"\0"):
                known = new.setdefault(text(email).lower(), (sha.decode("ascii"), int(date)))
                if int(date) < known[1]:
                    new[text(email).lower()] = (sha.decode("ascii"), int(date))
        self.first = {**new, **self.first}
        self.covered += wanted
        return True

    def known(self, range_shas: Iterable[str], until: int) -> frozenset[str]:
        """The addresses whose first commit is not in the range and not younger than `until`, unix seconds."""
        in_range = set(range_shas)
        return frozenset(email for email, (sha, date) in self.first.items() if date <= until and sha not in in_range)


def _lines(git: Git, stdin: bytes) -> Iterable[bytes]:
    command = ("log", f"--max-count={MAX_WALKED}", "--no-show-signature", "--encoding=UTF-8", FORMAT)
    rest = b""
    for chunk in git.stream(*command, "--ignore-missing", "--stdin", stdin=stdin, timeout=WALK_TIMEOUT):
        *lines, rest = (rest + chunk).split(b"\n")
        yield from lines
