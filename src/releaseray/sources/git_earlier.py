"""Who is new in a range, for a process that asks once: a walk over the past that ends with the last one to be met."""

from collections.abc import Iterable, Iterator
from contextlib import closing, suppress
from pathlib import Path

from releaseray.notes.history import Commit, Person
from releaseray.notes.people import is_bot
from releaseray.notes.regexes import regex
from releaseray.sources.beside import Later
from releaseray.sources.git_authors import MAX_WALKED, WALK_TIMEOUT
from releaseray.sources.git_layout import read_text, write_text
from releaseray.sources.git_log import text
from releaseray.sources.git_process import Git
from releaseray.sources.git_reading import Known

_DATE = 12
_COMMAND = (
    "log", f"--max-count={MAX_WALKED}", "--no-show-signature", "--encoding=UTF-8", f"--format=%>({_DATE})%ct%ae%x00%aE",
)  # fmt: skip
_ADDRESS = regex(r"<([^>\s]{1,200})>")

Oldest = dict[str, int]
"""Address, lower-cased → date of its oldest commit, unix seconds."""


def by_walking(sha: str | None, place: Path | None = None) -> Known:
    """Which people of a range have commits that `sha` reaches, none of them younger than the range.

    Where everybody has, the walk ends there, and only those met so far are told. What a walk to the end found is kept
    in the file `place`, which is for this commit and the mailmap of this moment alone, and is not looked for again.
    """

    def known(git: Git, log: Later[tuple[Commit, ...]]) -> frozenset[str]:
        if sha is None:
            return frozenset()
        oldest = _load(place) if place else None
        if oldest is None:
            oldest, to_the_end = _walked(git, sha, log)
            if place and to_the_end:
                _keep(place, oldest)
        until = _until(log.result())
        return frozenset(email for email, date in oldest.items() if date <= until)

    return known


def _walked(git: Git, sha: str, log: Later[tuple[Commit, ...]]) -> tuple[Oldest, bool]:
    """What the walk found, and whether it went to the end."""
    oldest: Oldest = {}
    sought: set[str] | None = None
    with closing(git.stream(*_COMMAND, sha, "--", timeout=WALK_TIMEOUT)) as chunks:
        for met in map(_oldest, _lines(chunks)):
            for email, date in met.items():
                oldest[email] = min(date, oldest.get(email, date))
            if sought is None and log.done():
                sought = people_of(log.result()) - _not_after(oldest, log)
            elif sought is not None:
                sought -= _not_after(met, log)
            if sought is not None and not sought:
                return oldest, False
    return oldest, True


def _not_after(met: Oldest, log: Later[tuple[Commit, ...]]) -> set[str]:
    until = _until(log.result())
    return {email for email, date in met.items() if date <= until}


def people_of(commits: Iterable[Commit]) -> set[str]:
    """The addresses, lower-cased, of all who may have written the commits: authors, and whoever a text with co-authors
    names. Machines are left out: they are nobody's contributors."""
    people = {commit.author for commit in commits}
    for commit in commits:
        told = f"{commit.subject}\n{commit.body}"
        if "authored-by:" in told.lower():
            people |= {Person("", email) for email in _ADDRESS.findall(told)}
    return {person.email.lower() for person in people if not is_bot(person)}


def _until(commits: Iterable[Commit]) -> int:
    return max((commit.date for commit in commits), default=0)


def _lines(chunks: Iterable[bytes]) -> Iterator[list[bytes]]:
    """The lines that each chunk completes."""
    rest = b""
    for chunk in chunks:
        *lines, rest = (rest + chunk).split(b"\n")
        yield lines


def _oldest(lines: list[bytes]) -> Oldest:
    dates: dict[bytes, bytes] = {}
    for line in lines:
        date, emails = line[:_DATE], line[_DATE:]
        # Right-aligned, so that bytes compare as the numbers do
        if date < dates.get(emails, b"~"):
            dates[emails] = date
    oldest: Oldest = {}
    for emails, date in dates.items():
        for email in map(str.lower, map(text, emails.split(b"\0"))):
            oldest[email] = min(int(date), oldest.get(email, int(date)))
    return oldest


_END = "whole"


def _load(place: Path) -> Oldest | None:
    """What is kept; None when nothing is, or nothing whole."""
    *lines, end = (read_text(place) or "").split("\n")
    try:
        pairs = [line.split(" ", 1) for line in lines]
        return {email: int(date) for date, email in pairs} if end == _END else None
    except ValueError:
        return None


def _keep(place: Path, oldest: Oldest) -> None:
    told = "".join(f"{date} {email}\n" for email, date in oldest.items())
    with suppress(OSError):
        place.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        write_text(place, told + _END)
