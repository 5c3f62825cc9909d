"""Reads what forges and merge bots write when they merge: which pull requests, under which title."""

import re
from typing import NamedTuple

from releaseray.notes.history import Commit
from releaseray.notes.regexes import regex


class Merged(NamedTuple):
    """What a merge message says. `pulls` are (number, title) pairs, a title empty where the message has none;
    `body` is what follows the title. Without pulls, `title` may still be a sentence somebody wrote."""

    pulls: tuple[tuple[int, str], ...]
    title: str
    body: str


_BRANCHES = regex(
    r"Merge(?:d)? (?:remote-tracking )?(?:branch(?:es)?|tag|commit|remote|HEAD|origin|upstream|from|in|up|back|with|"
    r"changes|latest|main|master|stable|develop|release)\b|Merge [\w./-]+ (?:into|to|in|from|with) [\w./-]+$|"
    r"Merge(?:d)? [0-9a-f]{7,40}\b|Merge(?:d)? [\w.-]+/[\w./-]+$|[Mm]erging (?:in|branch|from)\b|Automatic merge|"
    r"Auto-merge|Automated merge|Branch merge|Merge$|merge \w+$"
)
_SUBJECTS = (
    regex(r"Merge pull request #(?P<pr>\d+) (?:from|in) \S+"),  # GitHub, GitHub's queue, Bitbucket Server
    regex(r"Merge pull request '(?P<title>.+)' \(#(?P<pr>\d+)\)"),  # Gitea, Forgejo
    regex(r"Merge(?:d)? PR ?#?(?P<pr>\d+)[:,]? (?P<title>\S.*)"),  # Azure DevOps and by hand
    regex(r"Merge(?:d)? PR ?#?(?P<pr>\d+)$"),
    regex(r"Merged in \S+ \(pull request #(?P<pr>\d+)\)"),  # Bitbucket
    regex(r"Pull request #(?P<pr>\d+):? (?P<title>\S.*)"),  # Bitbucket Server
    regex(r"(?:Auto|Rollup) merge of #(?P<pr>\d+)\b"),  # homu, bors
    regex(r"Merge pull request #(?P<pr>\d+)[:.]? ?(?P<title>.*)"),
)
_BORS = regex(r"(?:Merge|Try) (?P<prs>#\d+(?:[ ,]+#\d+)*)(?: r=\S+)?$")
_BORS_TITLE = regex(r"^(\d+): (.+?)(?: r=\S+)?(?: a=\S+)?$", re.MULTILINE)
_MERGE_REQUEST = regex(
    r"^[ \t]*(?:See merge request|Part-of:|Merge request:)[ \t].{0,300}?(?:!|/merge_requests/)(\d+)", re.MULTILINE
)
_GERRIT = regex(r'Merge (?:changes? )?"(?P<title>.+)"(?: into \S+)?$')
_NOT_A_TITLE = regex(
    r"# ?Conflicts|Conflicts:|Signed-off-by:|Co-authored-by:|See merge request|Approved-by:|Reviewed-|\* commit '|"
    r"\* (?:branch|origin|\w+/)|Change-Id:|\[?skip ci\b|#\t|\* \S+:$|Merge\b|Part-of:|This reverts|\(cherry picked",
    re.IGNORECASE,
)
_LINE = regex(r"\S[^\n]*")


def merged(commit: Commit) -> Merged | None:
    """What `commit` says it merges; None when its subject is a sentence like any other.

    A pull request's merge message is recognised on commits with one parent too, because some people squash under
    the merge subject.
    """
    subject = commit.subject
    if subject[:2] not in _OPENINGS:
        return None
    for pattern in _SUBJECTS:
        if found := pattern.match(subject):
            written = found["title"] if "title" in pattern.groupindex else ""
            title, body = (written, commit.body) if written else _first_line(commit.body)
            return Merged(((int(found["pr"]), title),), title, body)
    if bors := _BORS.match(subject):
        return _bors(bors["prs"], commit.body)
    return _branch(commit)


_OPENINGS = frozenset({"Me", "me", "Pu", "Au", "Ro", "Tr", "Br"})


def _branch(commit: Commit) -> Merged | None:
    if gerrit := _GERRIT.match(commit.subject):
        return Merged((), gerrit["title"], "")
    plural = len(commit.parents) > 1
    if not (_BRANCHES.match(commit.subject) or (plural and commit.subject.startswith(("Merge", "merge")))):
        return None
    title, body = _first_line(commit.body)
    if request := _MERGE_REQUEST.search(commit.body):
        return Merged(((int(request[1]), title),), title, body)
    return Merged((), "", body)


def _bors(numbers: str, body: str) -> Merged:
    titles = {int(number): title for number, title in _BORS_TITLE.findall(body)}
    pulls = tuple((int(number), titles.get(int(number), "")) for number in re.findall(r"\d+", numbers))
    return Merged(pulls, pulls[0][1], body)


def _first_line(body: str) -> tuple[str, str]:
    line = _LINE.search(body)
    if not line or _NOT_A_TITLE.match(line[0]):
        return "", body
    return line[0].strip(), body[line.end() :].strip("\n")
