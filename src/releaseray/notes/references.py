"""Finds the pull requests and issues that a commit message or a pull request's text names."""

import re
from collections.abc import Iterator
from typing import NamedTuple

from releaseray.notes.regexes import regex


class References(NamedTuple):
    """`pr` is the pull request the message came in by; `closes` and `mentions` are issues, in order."""

    pr: int | None
    closes: tuple[int, ...]
    mentions: tuple[int, ...]


_NUMBERS = (
    ("#", regex(r"#(\d{1,7})\b")),
    ("/issues/", regex(r"/issues/(\d{1,7})\b")),
    ("GH-", regex(r"GH-(\d{1,7})\b")),
)
_BEFORE = regex(
    r"(?<![\w-])(?:(?P<closes>close[sd]?|closing|fix(?:e[sd])?|fixing|resolve[sd]?|resolving|implement(?:s|ed)?)"
    r"|refs?|references?|issues?|bugs?|related|relates|part of|addresses)(?::\s*|\s+)"
    r"(?:to\s+)?(?:issues?:?\s+|bugs?:?\s+)?"
    r"(?:<?https?://[^\s/]+/(?P<url>[\w.~/-]+?)(?:/-)?|(?P<repo>[\w.-]+(?:/[\w.-]+)+))?$",
    re.IGNORECASE,
)
_NEAR, _FAR = 32, 110
"""How many characters before a number are read, without and with the name of a repository."""

_BREAKS = (" ", ":", "\n", "(", "")
_UNRELATED = ("(", "request ", "PR ")
"""What stands before most numbers, and is none of the words that introduce one."""

_AND = regex(r"\s*(?:,|&|and|,\s*and)?\s*$")
_SUBJECT_PR = regex(r"[(\[](?:PR |pull request |MR )?(?:#|!|GH-|gh-|PR-)(\d{1,7})[)\]]")
_TRAILER_PR = regex(
    r"^[ \t]*(?:PR-URL|Reviewed-on|Pull[- ][Rr]equest(?:-URL)?|Part-of|GitHub-Pull-Request|PR|"
    r"See merge request|Merge-[Rr]equest|Merges|[Cc]loses):?[ \t]*<?"
    r"(?:\S*/(?:pull|pulls|pull-requests|merge_requests)/(\d{1,7})|[\w./-]*!(\d{1,7})[ \t]*$|#(\d{1,7}) from \S+/\S+|"
    r"(?<=[tR]: )#(\d{1,7}))",
    re.MULTILINE,
)
_MERGE_REQUEST = regex(r"!\d")
_OPENING_ISSUE = regex(r"(?:\[[^\]]*\]\s*)?(?:gh-|GH-|#)(\d{1,7})(?:\s*(?:--?|:|—|–)\s|\s)")


def references(subject: str, body: str, full_name: str) -> References:
    """What a commit's message names. Numbers of other repositories are left out, ticket keys (`ABC-12`) too."""
    pr = pull_request(subject, body)
    closes, mentions = issues(subject, body, full_name)
    return References(
        pr,
        tuple(number for number in closes if number != pr),
        tuple(number for number in mentions if number != pr and number not in closes),
    )


def issues(subject: str, body: str, full_name: str) -> tuple[dict[int, None], dict[int, None]]:
    """The numbers that a message says it closes, and those that it mentions, both in order. Some may be both, and
    one may be the pull request it came in by."""
    closes: dict[int, None] = {}
    mentions: dict[int, None] = {}
    if ("#" in subject or "-" in subject) and (opening := _OPENING_ISSUE.match(subject)):
        mentions[int(opening[1])] = None
    for text in (subject, body):
        for mark, pattern in _NUMBERS:
            if mark in text:
                for number, closing in _numbers(pattern, text, full_name):
                    (closes if closing else mentions)[number] = None
    return closes, mentions


def pull_request(subject: str, body: str) -> int | None:
    """The pull request a message came in by: a trailer says it best, else the last number the subject ends with."""
    if body and (trailer := _trailer(body)):
        return trailer
    numbers = _SUBJECT_PR.findall(subject) if subject[-1:] in _ENDINGS else None
    return int(numbers[-1]) if numbers else None


_ENDINGS = (")", "]", ".", " ", "")


def _trailer(body: str) -> int | None:
    """The last trailer wins: a cherry-pick keeps the original's and adds its own."""
    if not _may_have_trailer(body):
        return None
    found = [next(group for group in groups if group) for groups in _TRAILER_PR.findall(body)]
    return int(found[-1]) if found else None


def _may_have_trailer(body: str) -> bool:
    """Whether a text has what each of the trailers has: asked of every commit, where few have one."""
    if "/pull" in body or "merge_requests/" in body:
        return True
    if "#" in body and (" from " in body or "PR: #" in body or "equest: #" in body):
        return True
    return "!" in body and _MERGE_REQUEST.search(body) is not None


def _numbers(pattern: re.Pattern[str], text: str, full_name: str) -> Iterator[tuple[int, bool]]:
    """(number, whether it is closed) for each number that a word like "fixes" or "refs" introduces.

    The digits are looked for first and what stands before them read then: most messages have few digits and many
    words.
    """
    end, closing = -1, None
    for found in pattern.finditer(text):
        start = found.start()
        width = _NEAR if text[start - 1 : start] in _BREAKS else _FAR
        before = None if text.endswith(_UNRELATED, 0, start) else _BEFORE.search(text, max(0, start - width), start)
        if before:
            elsewhere = before["url"] or before["repo"]
            closing = None if elsewhere and not _is_here(elsewhere, full_name) else bool(before["closes"])
        elif end < 0 or start - end > 8 or not _AND.match(text, end, start):
            closing = None
        if closing is not None:
            yield int(found[1]), closing
        end = found.end()


def _is_here(repository: str, full_name: str) -> bool:
    """A clone without a known remote (`local/name`) is compared by its name alone."""
    here, there = full_name.lower(), repository.lower().removesuffix("/-")
    return there == here or (here.startswith("local/") and there.rpartition("/")[2] == here.rpartition("/")[2])
