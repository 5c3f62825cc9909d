"""Finds the pull requests behind the commits of a range, with as few calls as GitHub allows."""

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from releaseray.github import GitHubApi, GitHubError, Kind, together
from releaseray.notes.history import Commit, History, Issue, PullRequest
from releaseray.notes.references import references
from releaseray.sources.github_records import (
    PULL_FIELDS,
    Found,
    Pulls,
    from_graphql,
    from_rest,
    issue_from_rest,
)

# The first size is tried; what GitHub cannot answer so, or answers at too great length, is asked for in smaller ones.
COMMITS_A_CALL = (50, 10, 1)
LOGINS_A_CALL = 20
_MERGE = re.compile(r"Merge pull request #(\d{1,9}) from ")
_LOGIN = re.compile(r"[A-Za-z0-9-]{1,39}")


class PullReader:
    """Reads one repository's pull requests; may raise `GitHubError`. `graphql`: whether that may be tried."""

    def __init__(self, api: GitHubApi, full_name: str, *, graphql: bool = True) -> None:
        self._api, self._full_name, self._graphql = api, full_name, graphql

    async def read(self, history: History) -> Pulls:
        """The pull requests whose commits are in the range, the issues they close, and who came for the first time."""
        try:
            found = await self._by_graphql(history.commits) if self._graphql else None
        except GitHubError as error:
            if error.kind not in (Kind.NOT_FOUND, Kind.INVALID):
                raise
            found = None  # A server without GraphQL; whether the repository is there, REST finds out.
        confirmed = found is not None
        if found is None:
            found = await self._by_rest(history)
        first = _newcomers(found, history)
        if confirmed:
            first = await self._confirmed(first)
        numbers = {entry.pull.number for entry in first}
        return Pulls(
            {n: entry.pull._replace(first_contribution=n in numbers) for n, entry in sorted(found.items())},
            {issue.number: issue for entry in found.values() for issue in entry.issues},
        )

    async def again(self, kept: Pulls, numbers: Sequence[int]) -> Pulls:
        """The pull requests of a range with some of them as they are now. Which commits of the range are theirs, and
        who came for the first time, does not change; one that GitHub shows no more is left out."""
        calls = [self._numbered(batch) for batch in _batches(numbers, COMMITS_A_CALL[0])]
        fresh = {entry.pull.number: entry for entries in await together(*calls) for entry in entries}
        pulls = {number: pull for number, pull in kept.pulls.items() if number not in numbers} | {
            number: _with(entry.pull, *before.shas)._replace(first_contribution=before.first_contribution)
            for number, entry in fresh.items()
            if (before := kept.pulls.get(number))
        }
        issues = {**kept.issues, **{issue.number: issue for entry in fresh.values() for issue in entry.issues}}
        closed = {number for pull in pulls.values() for number in pull.closes}
        shown = {number: issue for number, issue in sorted(issues.items()) if number in closed}
        return Pulls(dict(sorted(pulls.items())), shown)

    async def _numbered(self, numbers: Sequence[int]) -> list[Found]:
        if self._graphql:
            try:
                return await self._ask_numbered(numbers)
            except GitHubError as error:
                if error.kind not in (Kind.NOT_FOUND, Kind.INVALID):
                    raise
        entries = [entry for entry in await together(*map(self._pull, numbers)) if entry]
        issues = await self._issues(entries)
        return [_complete(entry, (), issues) for entry in entries]

    async def _ask_numbered(self, numbers: Sequence[int]) -> list[Found]:
        objects = " ".join(f"p{n}: pullRequest(number: {n}) {{ ...P }}" for n in numbers)
        repository = await self._ask_repository(objects)
        name = str(repository.get("nameWithOwner") or self._full_name)
        return [entry for n in numbers if (entry := from_graphql(repository.get(f"p{n}"), name))]

    async def _ask_repository(self, objects: str) -> Mapping[str, Any]:
        """Some fields of the repository, in which pull requests are told by `...P`."""
        query = (
            "query($owner: String!, $name: String!) { repository(owner: $owner, name: $name) "
            f"{{ nameWithOwner {objects} }} }} {PULL_FIELDS}"
        )
        owner, _, name = self._full_name.partition("/")
        data = await self._api.graphql(query, self._full_name, {"owner": owner, "name": name})
        repository: Mapping[str, Any] = data.get("repository") or {}
        return repository

    async def _by_graphql(self, commits: Sequence[Commit]) -> dict[int, Found]:
        calls = [self._associated(batch) for batch in _batches([c.sha for c in commits], COMMITS_A_CALL[0])]
        found: dict[int, Found] = {}
        for entries in await together(*calls):
            for sha, entry in entries:
                known = found.get(entry.pull.number, entry)
                found[entry.pull.number] = known._replace(pull=_with(known.pull, sha))
        return found

    async def _associated(self, shas: Sequence[str]) -> list[tuple[str, Found]]:
        """The pull requests of some commits, each with the commit it was found by."""
        try:
            return await self._ask_associated(shas)
        except GitHubError as error:
            smaller = next((size for size in COMMITS_A_CALL if size < len(shas)), None)
            if smaller is None or error.kind not in (Kind.BROKEN, Kind.TOO_LARGE):
                raise
        return [entry for batch in _batches(shas, smaller) for entry in await self._associated(batch)]

    async def _ask_associated(self, shas: Sequence[str]) -> list[tuple[str, Found]]:
        pulls = "... on Commit { associatedPullRequests(first: 3) { nodes { ...P } } }"
        objects = " ".join(f'c{n}: object(oid: "{sha}") {{ {pulls} }}' for n, sha in enumerate(shas))
        repository = await self._ask_repository(objects)
        entries = []
        for n, sha in enumerate(shas):
            for node in _associated_nodes(repository.get(f"c{n}")):
                if entry := from_graphql(node, str(repository.get("nameWithOwner") or self._full_name)):
                    entries.append((sha, entry))
        return entries

    async def _confirmed(self, newcomers: Iterable[Found]) -> list[Found]:
        """Those of whom GitHub knows no earlier merged pull request in this repository."""
        askable = [entry for entry in newcomers if _LOGIN.fullmatch(entry.pull.author) and entry.merged_at]
        first: list[Found] = []
        for batch in _batches(askable, LOGINS_A_CALL):
            counts = await self._earlier(batch)
            first += [entry for entry, count in zip(batch, counts, strict=True) if count == 0]
        return first

    async def _earlier(self, batch: Sequence[Found]) -> list[int | None]:
        queries = {
            f"q{n}": f"repo:{self._full_name} is:pr is:merged author:{entry.pull.author} merged:<{entry.merged_at}"
            for n, entry in enumerate(batch)
        }
        names = ", ".join(f"${name}: String!" for name in queries)
        searches = " ".join(
            f"{name}: search(query: ${name}, type: ISSUE, first: 1) {{ issueCount }}" for name in queries
        )
        data = await self._api.graphql(f"query({names}) {{ {searches} }}", self._full_name, queries)
        return [(data.get(name) or {}).get("issueCount") for name in queries]

    async def _by_rest(self, history: History) -> dict[int, Found]:
        """One call a pull request, as the commits' messages name them."""
        await self._api.get(f"/repos/{self._full_name}", self._full_name)
        named = _named(history)
        entries = await together(*(self._pull(number) for number in named))
        found = {entry.pull.number: entry for entry in entries if entry}
        issues = await self._issues(found.values())
        return {number: _complete(entry, named[number], issues) for number, entry in found.items()}

    async def _issues(self, entries: Iterable[Found]) -> dict[int, Issue]:
        """The issues that they close."""
        closed = sorted({number for entry in entries for number in entry.pull.closes})
        answers = await together(*(self._maybe(f"/repos/{self._full_name}/issues/{n}") for n in closed))
        return {issue.number: issue for issue in map(issue_from_rest, answers) if issue}

    async def _pull(self, number: int) -> Found | None:
        answer = await self._maybe(f"/repos/{self._full_name}/pulls/{number}")
        body = str(answer.get("body") or "") if isinstance(answer, dict) else ""
        return from_rest(answer, references("", body, self._full_name).closes)

    async def _maybe(self, path: str) -> Any:
        """The JSON there, None where nothing is: a number in a message need not be a pull request's."""
        try:
            return await self._api.get(path, self._full_name)
        except GitHubError as error:
            if error.kind is Kind.NOT_FOUND:
                return None
            raise


def _batches(items: Sequence[Any], size: int) -> list[Sequence[Any]]:
    return [items[start : start + size] for start in range(0, len(items), size)]


def _associated_nodes(commit: Any) -> list[Any]:
    match commit:
        case {"associatedPullRequests": {"nodes": list(nodes)}}:
            return nodes
    return []


def _with(pull: PullRequest, *shas: str) -> PullRequest:
    return pull._replace(shas=tuple(dict.fromkeys((*pull.shas, *shas))))


def _named(history: History) -> dict[int, list[str]]:
    """Numbers that the range's commits were brought in by, and those commits."""
    named: dict[int, list[str]] = {}
    for commit in history.commits:
        merge = _MERGE.match(commit.subject)
        number = int(merge[1]) if merge else references(commit.subject, commit.body, history.full_name).pr
        if number:
            named.setdefault(number, []).append(commit.sha)
    return named


def _complete(entry: Found, shas: Iterable[str], issues: Mapping[int, Issue]) -> Found:
    mine = tuple(issues[number] for number in entry.pull.closes if number in issues)
    pull = _with(entry.pull, *shas)._replace(closes=tuple(issue.number for issue in mine))
    return entry._replace(pull=pull, issues=mine)


def _newcomers(found: Mapping[int, Found], history: History) -> list[Found]:
    """Each author's earliest pull request of the range, where git has not seen any of its authors' addresses."""
    emails = {commit.sha: commit.author.email.lower() for commit in history.commits}
    earliest: dict[str, Found] = {}
    for entry in sorted(found.values(), key=lambda entry: (entry.merged_at, entry.pull.number)):
        if entry.pull.author and not entry.pull.author.endswith("[bot]"):
            earliest.setdefault(entry.pull.author, entry)
    return [
        entry
        for entry in earliest.values()
        if (mine := {emails[sha] for sha in entry.pull.shas if sha in emails}) and not mine & history.known_emails
    ]
