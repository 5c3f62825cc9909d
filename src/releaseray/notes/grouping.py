"""History → groups: which commits, merges and pull requests are one change."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

from releaseray.notes.history import Commit, History, PullRequest
from releaseray.notes.merges import Merged, merged
from releaseray.notes.references import pull_request
from releaseray.notes.regexes import regex


class _Node:
    """A commit of a first-parent line, and the lines that it merged, oldest first."""

    __slots__ = ("commit", "side")

    def __init__(self, commit: Commit) -> None:
        self.commit = commit
        self.side: list[_Node] = []


class Group(NamedTuple):
    """Commits that are one change: the one that speaks for it first, the others oldest first."""

    head: Commit
    title: str
    body: str
    pr: int | None
    inner: list[Commit]


class Grouped(tuple[Commit, ...]):
    """The commits of a range together with the groups that they form by themselves, as no pull request says otherwise:
    to find those takes a tenth of what a draft takes."""

    groups: tuple[Group, ...]

    @classmethod
    def of(cls, commits: Iterable[Commit]) -> "Grouped":
        """The commits, grouped."""
        made = cls(commits)
        made.groups = tuple(_by_pull(_groups(_lines(made), {})))
        return made

    def unspoken(self) -> list[str]:
        """The commits, by their shas, that say nothing of what they changed and for which no merge says it."""
        told = (
            [group.head, *group.inner]
            for group in self.groups
            if not (group.head.files and (len(group.head.parents) > 1 or not group.inner))
        )
        return [commit.sha for group in told for commit in group if not commit.files]

    def with_files(self, known: Mapping[str, Commit]) -> "Grouped":
        """The same with these commits, by their shas, which say what they changed as well."""
        made = Grouped([known.get(commit.sha, commit) for commit in self])
        made.groups = tuple([_with_files(group, known) for group in self.groups])
        return made


def _with_files(group: Group, known: Mapping[str, Commit]) -> Group:
    commits = [group.head, *group.inner]
    if known.keys().isdisjoint([commit.sha for commit in commits]):
        return group
    head, *inner = [known.get(commit.sha, commit) for commit in commits]
    return group._replace(head=head, inner=inner)


def groups(history: History) -> Iterable[Group]:
    """The groups of `history`; every commit is in at most one pull request's group."""
    if isinstance(history.commits, Grouped) and not history.pulls:
        return history.commits.groups
    owner = {sha: pull for pull in history.pulls.values() for sha in pull.shas}
    return _by_pull(_groups(_lines(history.commits), owner))


def _lines(commits: tuple[Commit, ...]) -> list[_Node]:
    """The first-parent line of the tip, each merge with the lines it brought in: every commit exactly once.

    A merge brings in what its later parents reach and no older commit of the line did. Commits that the tip does
    not reach (a shallow or filtered history) start lines of their own.
    """
    unclaimed = {commit.sha: commit for commit in commits}

    def line(sha: str) -> list[_Node]:
        nodes = []
        while commit := unclaimed.pop(sha, None):
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


def _groups(roots: list[_Node], owner: dict[str, PullRequest]) -> Iterator[Group]:
    waiting = list(reversed(roots))
    while waiting:
        node = waiting.pop()
        merge = merged(node.commit)
        if merge is None:
            title, number = node.commit.subject, _number(node.commit, owner)
            if title and not node.side:
                yield Group(node.commit, title, node.commit.body, number, [])
                continue
            merge = Merged(((number, title),) if number else (), title, node.commit.body)
        if len(merge.pulls) > 1:
            yield from _batch(node, merge)
        elif not node.side and merge.title:
            yield Group(node.commit, merge.title, merge.body, merge.pulls[0][0] if merge.pulls else None, [])
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


def _pull(node: _Node, merge: Merged) -> tuple[Group | None, list[_Node]]:
    """The change a merge is, and the lines inside it that are changes of their own.

    A merge that brings in three or more other pull requests is a branch of many changes (a development branch, a
    release), whatever its own number. A merge of one or two others keeps what is its own beside them.
    """
    number = merge.pulls[0][0] if merge.pulls else None
    inner = _flat(node.side)
    others = _other_pulls(inner, number)
    if number is None and len(others) == 1:
        number = others.pop()
    if len(others) >= 3:
        return None, node.side
    nested = [side for side in node.side if _is_merge_of(side.commit, others)] if others else []
    if nested:
        apart = {side.commit.sha for side in nested}
        inner = _flat([side for side in node.side if side.commit.sha not in apart])
        if not inner:
            return None, nested
    title = merge.title or _speaking_title(inner) or _branch_words(node.commit.subject)
    return Group(node.commit, title, merge.body, number, inner), nested


def _other_pulls(inner: list[Commit], number: int | None) -> set[int]:
    named = set(map(_number_of_pull, inner))
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


_BRANCH = regex(r"Merge pull request #\d+ (?:from|in) [^/\s]+/([A-Za-z]\S*[-_/]\S*[-_/]\S+)$")


def _branch_words(subject: str) -> str:
    """What a merge that says nothing else merges, by the name of its branch: "fix-wrong-total" → "fix wrong total"."""
    branch = _BRANCH.match(subject)
    return re.sub(r"[-_/]+", " ", branch[1]).strip() if branch else subject


def _batch(node: _Node, merge: Merged) -> Iterator[Group]:
    """A batch (bors): the branch merges inside it belong to the pull requests in turn."""
    rest = dict(merge.pulls)
    for inner in node.side:
        commits = _flat(inner.side)
        number = _number_of_pull(inner.commit)
        if number not in rest:
            number = next(iter(rest), None)
        title = rest.pop(number, "") if number is not None else ""
        yield Group(inner.commit, title or _speaking_title(commits) or inner.commit.subject, "", number, commits)
    for number, title in rest.items():
        if title:
            yield Group(node.commit, title, "", number, [])


def _flat(nodes: Sequence[_Node]) -> list[Commit]:
    if not any(node.side for node in nodes):
        return [node.commit for node in nodes]
    commits: list[Commit] = []
    waiting = list(reversed(nodes))
    while waiting:
        node = waiting.pop()
        commits.append(node.commit)
        waiting.extend(reversed(node.side))
    return commits


def _by_pull(groups: Iterable[Group]) -> Iterator[Group]:
    """Joins groups of one pull request (several commits rebased under its number); the oldest speaks for it."""
    known: dict[int, Group] = {}
    for group in groups:
        number = group.pr
        if number is None:
            yield group
        elif number in known:
            first = known[number]
            first.inner.extend([group.head, *group.inner])
        else:
            known[number] = group
    yield from known.values()
