"""History → changes: which commits, pull requests and issues belong together."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import NamedTuple

from releaseray.notes.change import Change, Fragment
from releaseray.notes.headline import headline
from releaseray.notes.history import Commit, FileChange, History, Person, PullRequest
from releaseray.notes.merges import Merged, merged
from releaseray.notes.people import co_authors, is_bot
from releaseray.notes.references import issues, pull_request
from releaseray.notes.unwrap import unwrapped

_LONGEST_TITLE = 500
_LONGEST_BODY = 30_000
"""In characters: what somebody puts beyond it is no message, and must not cost anybody time."""


@dataclass(slots=True)
class _Node:
    """A commit of a first-parent line, and the lines that it merged, oldest first."""

    commit: Commit
    side: list["_Node"] = field(default_factory=list)


class _Group(NamedTuple):
    """Commits that are one change: the one that speaks for it first, the others oldest first."""

    head: Commit
    title: str
    body: str
    pr: int | None
    inner: list[Commit]


def link(history: History) -> list[Change]:
    """The changes of `history`, newest first; every commit is in at most one pull request's change."""
    owner = {sha: pull for pull in history.pulls.values() for sha in pull.shas}
    groups = _by_pull(_groups(_lines(history.commits), owner))
    order = {commit.sha: at for at, commit in enumerate(history.commits)}
    changes = [_change(group, history, order) for group in groups]
    changes.sort(key=lambda change: order[change.shas[0]])
    return _closed_as_merged(changes)


_CLOSES = re.compile(r"^Closes:? #(\d{1,7})\b", re.MULTILINE)


def _closed_as_merged(changes: list[Change]) -> list[Change]:
    """Some projects push by hand and close the pull request with a trailer: `Fixes #issue`, `Closes #pull`.

    They are told by never merging any other way, and by closing something with a third of what they push.
    """
    closing = [
        (at, numbers)
        for at, change in enumerate(changes)
        if "Closes" in change.body and (numbers := _CLOSES.findall(change.body))
    ]
    if len(closing) * 3 < len(changes) or sum(change.pr is not None for change in changes) * 20 > len(changes):
        return changes
    for at, numbers in closing:
        change, pr = changes[at], int(numbers[-1])
        if change.pr is None:
            closes = tuple(number for number in change.closes if number != pr)
            changes[at] = change._replace(pr=pr, closes=closes)
    return changes


def _lines(commits: tuple[Commit, ...]) -> list[_Node]:
    """The first-parent line of the tip, each merge with the lines it brought in: every commit exactly once.

    A merge brings in what its later parents reach and no older commit of the line did. Commits that the tip does
    not reach (a shallow or filtered history) start lines of their own.
    """
    by_sha = {commit.sha: commit for commit in commits}
    unclaimed = dict.fromkeys(by_sha)

    def line(sha: str) -> list[_Node]:
        nodes = []
        while sha in unclaimed:
            del unclaimed[sha]
            commit = by_sha[sha]
            nodes.append(_Node(commit))
            sha = commit.parents[0] if commit.parents else ""
        nodes.reverse()
        return nodes

    roots: list[_Node] = []
    for commit in commits:
        if commit.sha in unclaimed:
            trunk = line(commit.sha)
            roots.extend(trunk)
            waiting = [node for node in reversed(trunk) if len(node.commit.parents) > 1]
            while waiting:
                node = waiting.pop()
                for parent in node.commit.parents[1:]:
                    side = line(parent)
                    node.side.extend(side)
                    waiting.extend(inner for inner in reversed(side) if len(inner.commit.parents) > 1)
    return roots


def _groups(roots: list[_Node], owner: dict[str, PullRequest]) -> Iterator[_Group]:
    waiting = list(reversed(roots))
    while waiting:
        node = waiting.pop()
        merge = merged(node.commit)
        if merge is None:
            title, number = node.commit.subject, _number(node.commit, owner)
            if title and not node.side:
                yield _Group(node.commit, title, node.commit.body, number, [])
                continue
            merge = Merged(((number, title),) if number else (), title, node.commit.body)
        if len(merge.pulls) > 1:
            yield from _batch(node, merge)
        elif not node.side and merge.title:
            yield _Group(node.commit, merge.title, merge.body, merge.pulls[0][0] if merge.pulls else None, [])
        elif not merge.title and not merge.pulls:
            waiting.extend(reversed(node.side))
        else:
            group, others = _pull(node, merge)
            waiting.extend(reversed(others))
            if group:
                yield group


def _number(commit: Commit, owner: dict[str, PullRequest]) -> int | None:
    pull = owner.get(commit.sha)
    return pull.number if pull else pull_request(commit.subject, commit.body)


def _pull(node: _Node, merge: Merged) -> tuple[_Group | None, list[_Node]]:
    """The change a merge is, and the lines inside it that are changes of their own.

    A merge that brings in three or more other pull requests is a branch of many changes (a development branch, a
    release), whatever its own number. A merge of one or two others keeps what is its own beside them.
    """
    number = merge.pulls[0][0] if merge.pulls else None
    others = _other_pulls(node.side, number)
    if number is None and len(others) == 1:
        number = others.pop()
    if len(others) >= 3:
        return None, node.side
    nested = [inner for inner in node.side if _is_merge_of(inner.commit, others)]
    apart = {inner.commit.sha for inner in nested}
    inner = _flat(inner for inner in node.side if inner.commit.sha not in apart)
    if nested and not inner:
        return None, nested
    title = merge.title or _speaking_title(inner) or node.commit.subject
    return _Group(node.commit, title, merge.body, number, inner), nested


def _other_pulls(side: list[_Node], number: int | None) -> set[int]:
    named = {_number_of_pull(commit) for commit in _flat(side)}
    return {other for other in named if other is not None and other != number}


def _number_of_pull(commit: Commit) -> int | None:
    merge = merged(commit)
    if merge is None:
        return pull_request(commit.subject, commit.body)
    return merge.pulls[0][0] if merge.pulls else None


def _is_merge_of(commit: Commit, numbers: set[int]) -> bool:
    merge = merged(commit)
    return bool(merge and merge.pulls and merge.pulls[0][0] in numbers)


def _speaking_title(inner: list[Commit]) -> str:
    """A merge without a title is named by the first commit of its branch: what the branch was opened for."""
    return next((commit.subject for commit in inner if merged(commit) is None), "")


def _batch(node: _Node, merge: Merged) -> Iterator[_Group]:
    """A batch (bors): the branch merges inside it belong to the pull requests in turn."""
    rest = dict(merge.pulls)
    for inner in node.side:
        commits = _flat(inner.side)
        number = _number_of_pull(inner.commit)
        if number not in rest:
            number = next(iter(rest), None)
        title = rest.pop(number, "") if number is not None else ""
        yield _Group(inner.commit, title or _speaking_title(commits) or inner.commit.subject, "", number, commits)
    for number, title in rest.items():
        if title:
            yield _Group(node.commit, title, "", number, [])


def _flat(nodes: Iterable[_Node]) -> list[Commit]:
    commits: list[Commit] = []
    waiting = list(reversed(list(nodes)))
    while waiting:
        node = waiting.pop()
        commits.append(node.commit)
        waiting.extend(reversed(node.side))
    return commits


def _by_pull(groups: Iterable[_Group]) -> Iterator[_Group]:
    """Joins groups of one pull request (several commits rebased under its number); the oldest speaks for it."""
    known: dict[int, _Group] = {}
    for group in groups:
        number = group.pr
        if number is None:
            yield group
        elif number in known:
            first = known[number]
            first.inner.extend([group.head, *group.inner])
        else:
            known[number] = group._replace(inner=list(group.inner))
    yield from known.values()


def _change(group: _Group, history: History, order: dict[str, int]) -> Change:
    pull = history.pulls.get(group.pr) if group.pr is not None else None
    title, original = unwrapped(pull.title if pull else group.title)
    commits = [group.head, *group.inner]
    shas = sorted([commit.sha for commit in commits], key=order.__getitem__)
    body = _body(group, pull)
    closes, mentions = _issues(group, pull, body, history.full_name)
    people = tuple([person for person in _authors(commits, body) if not is_bot(person)])
    files = _files(commits)
    return Change(
        shas=tuple(shas),
        subject=group.head.subject[:_LONGEST_TITLE],
        headline=headline(title[:_LONGEST_TITLE]),
        pr=original or group.pr,
        body=body,
        files=files,
        authors=people,
        date=max([commit.date for commit in commits]),
        labels=pull.labels if pull else (),
        closes=closes,
        mentions=mentions,
        fragments=_fragments(files, history) if history.fragments else (),
        is_bot=not people,
    )


def _body(group: _Group, pull: PullRequest | None) -> str:
    if not group.inner:
        return (pull.body if pull else group.body)[:_LONGEST_BODY]
    texts = [pull.body] if pull else [group.body]
    texts += [f"{commit.subject}\n{commit.body}".strip() for commit in group.inner if commit.body]
    return "\n\n".join(text for text in texts if text)[:_LONGEST_BODY]


def _issues(
    group: _Group, pull: PullRequest | None, body: str, full_name: str
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
    inner = [commit for commit in commits[1:] if merged(commit) is None] or commits[:1]
    people = [commit.author for commit in inner]
    for text in {body: None, **{commit.body: None for commit in commits}}:
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


def _fragments(files: tuple[FileChange, ...], history: History) -> tuple[Fragment, ...]:
    return tuple(
        Fragment(file.path, history.fragments[file.path])
        for file in files
        if file.path in history.fragments and file.status != "D"
    )
