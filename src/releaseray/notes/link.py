"""History → changes: what each group of commits says, and which pull requests and issues it names."""

import re
from collections.abc import Sequence
from typing import NamedTuple

from releaseray.notes.change import Change
from releaseray.notes.fragments import added, brought_home
from releaseray.notes.grouping import Group, groups
from releaseray.notes.headline import Headline, headline
from releaseray.notes.history import Commit, FileChange, History, Person, PullRequest
from releaseray.notes.merges import merged
from releaseray.notes.people import co_authors, is_bot, names_authors
from releaseray.notes.references import issues, pull_request
from releaseray.notes.regexes import regex
from releaseray.notes.template import filled
from releaseray.notes.unwrap import unwrapped

_LONGEST_TITLE = 500
_LONGEST_BODY = 30_000
"""In characters: what somebody puts beyond it is no message, and must not cost anybody time."""


class Said(NamedTuple):
    """What a group says: `pr` and `closes` as in `Change`; `trailers` are numbers after `Closes:`."""

    title: str
    body: str
    pr: int | None
    closes: tuple[int, ...]
    mentions: tuple[int, ...]
    trailers: tuple[int, ...]


def link(history: History) -> list[Change]:
    """The changes of `history`, newest first; every commit is in at most one pull request's change."""
    order = {commit.sha: at for at, commit in enumerate(history.commits)}
    told = [(group, said(group, history)) for group in groups(history)]
    by_hand = closed_by_hand([words for _, words in told])
    changes = [_change(group, words, history, order) for group, words in told]
    for at, pr in by_hand.items():
        closes = tuple(number for number in changes[at].closes if number != pr)
        changes[at] = changes[at]._replace(pr=pr, closes=closes)
    changes.sort(key=lambda change: order[change.shas[0]])
    return brought_home(changes) if history.fragments else changes


def alone(commit: Commit) -> tuple[Headline, str | None]:
    """Title and text of the change that a commit makes if nothing else belongs to it; None for the text of a merge, of
    which most is what it brought in."""
    merge = merged(commit)
    title, body = (merge.title, None) if merge else (commit.subject, commit.body[:_LONGEST_BODY])
    return headline(unwrapped(title)[0][:_LONGEST_TITLE]), body


_CLOSES = regex(r"^Closes:? #(\d{1,7})\b", re.MULTILINE)


def said(group: Group, history: History) -> Said:
    """What a group says, and what its pull request does where a forge was asked."""
    pull = history.pulls.get(group.pr) if group.pr is not None else None
    title, original = unwrapped(pull.title if pull else group.title)
    body = _body(group, pull)
    closes, mentions = _issues(group, pull, body, history.full_name)
    trailers = tuple(map(int, _CLOSES.findall(body))) if "Closes" in body else ()
    return Said(title, body, original or group.pr, closes, mentions, trailers)


def closed_by_hand(told: Sequence[Said]) -> dict[int, int]:
    """Some projects push by hand and close the pull request with a trailer: `Fixes #issue`, `Closes #pull`. Which of
    the changes are such, by their positions, and the pull request of each.

    They are told by never merging any other way, and by closing something with a third of what they push.
    """
    closing = [(at, words.trailers[-1]) for at, words in enumerate(told) if words.trailers]
    if len(closing) * 3 < len(told) or sum(words.pr is not None for words in told) * 20 > len(told):
        return {}
    return {at: number for at, number in closing if told[at].pr is None}


def _change(group: Group, words: Said, history: History, order: dict[str, int]) -> Change:
    pull = history.pulls.get(group.pr) if group.pr is not None else None
    commits = [group.head, *group.inner]
    shas = sorted([commit.sha for commit in commits], key=order.__getitem__)
    people = tuple([person for person in _authors(commits, words.body) if not is_bot(person)])
    files = _files(commits)
    return Change(
        shas=tuple(shas),
        subject=group.head.subject[:_LONGEST_TITLE],
        headline=headline(words.title[:_LONGEST_TITLE]),
        pr=words.pr,
        body=words.body,
        files=files,
        authors=people,
        date=max([commit.date for commit in commits]),
        labels=pull.labels if pull else (),
        closes=words.closes,
        mentions=words.mentions,
        fragments=added(files, history.fragments) if history.fragments else (),
        is_bot=not people,
    )


def _body(group: Group, pull: PullRequest | None) -> str:
    if not group.inner:
        return (filled(pull.body) if pull else group.body)[:_LONGEST_BODY]
    texts = [filled(pull.body)] if pull else [group.body]
    texts += [f"{commit.subject}\n{commit.body}".strip() for commit in group.inner if commit.body]
    return "\n\n".join(text for text in texts if text)[:_LONGEST_BODY]


def _issues(
    group: Group, pull: PullRequest | None, body: str, full_name: str
) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """The issues that a group closes, and those it mentions; its pull request's number is in neither."""
    subjects = "\n".join([commit.subject[:_LONGEST_TITLE] for commit in [group.head, *group.inner]])
    closed, mentioned = issues(subjects, body, full_name)
    if not closed and not mentioned and not pull:
        return (), ()
    named = pull_request(subjects, body)
    closes = dict.fromkeys([*(pull.closes if pull else ()), *(number for number in closed if number != named)])
    return (
        tuple(number for number in closes if number != group.pr),
        tuple(n for n in mentioned if n not in (group.pr, named) and n not in closes and n not in closed),
    )


def _authors(commits: list[Commit], body: str) -> list[Person]:
    """Whoever wrote the commits of a branch; the person who pressed merge only where there is no branch."""
    if len(commits) == 1 and not names_authors(body) and not names_authors(commits[0].body):
        return [commits[0].author]
    inner = [commit for commit in commits[1:] if merged(commit) is None] or commits[:1]
    people = [commit.author for commit in inner]
    for text in dict.fromkeys([text for text in (body, *[commit.body for commit in commits]) if names_authors(text)]):
        people += co_authors(text)
    if len(people) == 1:
        return people
    return list({person.email.lower(): person for person in people}.values())


def _files(commits: list[Commit]) -> tuple[FileChange, ...]:
    """Each path once. A merge's own list, against its first parent, already holds the whole branch."""
    head = commits[0]
    if len(commits) == 1 or (len(head.parents) > 1 and head.files):
        return head.files
    merged_files: dict[str, FileChange] = {}
    for commit in commits:
        for file in commit.files:
            known = merged_files.get(file.path)
            if known is None or known.status != "A":
                merged_files[file.path] = file
    return tuple(merged_files.values())
