"""Who is new in a range, for a process that asks once: a walk over the past that ends with the last one to be met."""

from collections.abc import Iterable, Iterator
from contextlib import closing, suppress
from operator import lt
from pathlib import Path
from time import sleep

from releaseray.notes.history import Commit, Person
from releaseray.notes.people import is_bot
from releaseray.notes.regexes import regex
from releaseray.sources.beside import Later
from releaseray.sources.git_authors import MAX_WALKED, WALK_TIMEOUT
from releaseray.sources.git_layout import read_text, write_text
from releaseray.sources.git_log import text
from releaseray.sources.git_process import Git
from releaseray.sources.git_reading import Known

_COMMAND = (
    "log", f"--max-count={MAX_WALKED}", "--no-show-signature", "--encoding=UTF-8", "--format=%>(12)%ct%n%ae%x00%aE",
)  # fmt: skip
"""Dates are right-aligned, so that bytes compare as the numbers do. They come newest first, as a rule."""

_ADDRESS = regex(r"<([^>\s]{1,200})>")

PAUSE = 0.004
"""Seconds between two looks at what git wrote: it writes little at a time, and to be woken each time takes longer than
the reading."""

Oldest = dict[str, int]
"""Address, lower-cased → date of its oldest commit, unix seconds."""

Dates = dict[bytes, bytes]
"""The same as git writes it: both addresses of an author, as the commit has it and as the mailmap does."""


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
    dates: Dates = {}
    sought: set[str] | None = None
    until = 0
    with closing(git.stream(*_COMMAND, sha, "--", timeout=WALK_TIMEOUT)) as chunks:
        for met in map(_dates, _lines(chunks)):
            fresh = {emails: date for emails, date in met.items() if emails not in dates}
            for emails, date in met.items():
                dates[emails] = min(date, dates.get(emails, date))
            if sought is None and log.done():
                sought, until = people_of(log.result()), _until(log.result())
                fresh = dates
            if sought is not None:
                sought -= {email for email, date in _oldest(fresh).items() if date <= until}
                if not sought:
                    return _oldest(dates), False
            sleep(PAUSE)
    return _oldest(dates), True


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
    """The lines that each chunk completes, two a commit."""
    rest = b""
    for chunk in chunks:
        *lines, rest = (rest + chunk).split(b"\n")
        if len(lines) % 2:
            rest = lines.pop() + b"\n" + rest
        yield lines


def _dates(lines: list[bytes]) -> Dates:
    dates, emails = lines[::2], lines[1::2]
    if any(map(lt, dates, dates[1:])):
        # Clocks went wrong, or branches side by side
        return {emails: date for date, emails in sorted(zip(dates, emails, strict=True), reverse=True)}
    return dict(zip(emails, dates, strict=True))


def _oldest(dates: Dates) -> Oldest:
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
