"""Pull requests and issues as GitHub's GraphQL and REST answers give them, and as they are kept."""

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from types import MappingProxyType
from typing import Any, NamedTuple

from pydantic import TypeAdapter

from releaseray.github import web_base
from releaseray.notes.history import History, Issue, PullRequest
from releaseray.sources import Description, SourceError

HISTORIES = TypeAdapter(History)
BRANCH = re.compile(r"[^\x00-\x20\x7f]{1,255}")

PULL_FIELDS = """
fragment P on PullRequest {
  number title body merged mergedAt
  baseRepository { nameWithOwner }
  author { login __typename }
  mergeCommit { oid }
  labels(first: 30) { nodes { name } }
  closingIssuesReferences(first: 20) {
    nodes { number title repository { nameWithOwner } labels(first: 20) { nodes { name } } }
  }
}
"""


class Pulls(NamedTuple):
    """What GitHub knows of a range beyond git, by number; `read_at` is when it was asked, in unix seconds."""

    pulls: Mapping[int, PullRequest] = MappingProxyType({})
    issues: Mapping[int, Issue] = MappingProxyType({})
    read_at: float = 0.0


class Found(NamedTuple):
    """One pull request, when it was merged (RFC 3339), and the issues it closes in the same repository."""

    pull: PullRequest
    merged_at: str
    issues: tuple[Issue, ...] = ()


def described(about: Any, full_name: str, api_url: str) -> Description:
    """A repository as `GET /repos/{full_name}` gives it, in GitHub's own spelling. Its page is at the site of the API
    that was asked, whatever the answer says. Raises `SourceError` for what GitHub would not say."""
    match about:
        case {"id": int(id), "full_name": str(name), "default_branch": str(branch)} if (
            name.lower() == full_name.lower() and 0 < id < 1 << 63 and BRANCH.fullmatch(branch)
        ):
            return Description(name, branch, f"{web_base(api_url)}/{name}", id)
    raise unreadable()


def unreadable() -> SourceError:
    """The error for an answer in which what was asked for is not to be found."""
    return SourceError("GitHub gave an answer that cannot be read.")


def from_graphql(node: Any, full_name: str) -> Found | None:
    """A merged pull request of this very repository; None for any other node."""
    match node:
        case {"number": int(number), "title": str(title), "merged": True, "baseRepository": {"nameWithOwner": base}}:
            if str(base).lower() != full_name.lower():
                return None
            issues = tuple(_issues(_nodes(node.get("closingIssuesReferences")), full_name))
            commit = node.get("mergeCommit") or {}
            pull = PullRequest(
                number,
                title,
                body=str(node.get("body") or ""),
                author=_login(node.get("author")),
                labels=tuple(_names(_nodes(node.get("labels")))),
                closes=tuple(issue.number for issue in issues),
                shas=(str(commit["oid"]),) if commit.get("oid") else (),
            )
            return Found(pull, str(node.get("mergedAt") or ""), issues)
    return None


def from_rest(answer: Any, closes: tuple[int, ...]) -> Found | None:
    """A merged pull request as `GET /pulls/{n}` gives it; `closes` are the numbers its text closes."""
    match answer:
        case {"number": int(number), "title": str(title), "merged": True}:
            user, sha = answer.get("user") or {}, answer.get("merge_commit_sha")
            pull = PullRequest(
                number,
                title,
                body=str(answer.get("body") or ""),
                author=str(user.get("login") or ""),
                labels=tuple(_names(answer.get("labels"))),
                closes=closes,
                shas=(str(sha),) if sha else (),
            )
            return Found(pull, str(answer.get("merged_at") or ""))
    return None


def issue_from_rest(answer: Any) -> Issue | None:
    """An issue as `GET /issues/{n}` gives it; None for a pull request, which GitHub counts as one."""
    match answer:
        case {"number": int(number), "title": str(title)} if not answer.get("pull_request"):
            return Issue(number, title, tuple(_names(answer.get("labels"))))
    return None


def to_json(found: Pulls) -> bytes:
    """How a range is kept."""
    pulls, issues = map(PullRequest._asdict, found.pulls.values()), map(Issue._asdict, found.issues.values())
    return json.dumps({"pulls": list(pulls), "issues": list(issues), "read_at": found.read_at}).encode()


def from_json(kept: bytes) -> Pulls | None:
    """What was kept, None when it cannot be read any more."""
    try:
        parts = json.loads(kept)
        pulls = [PullRequest(**_tuples(values)) for values in parts["pulls"]]
        issues = [Issue(**_tuples(values)) for values in parts["issues"]]
        read_at = float(parts.get("read_at", 0.0))
    except (ValueError, KeyError, TypeError, AttributeError):
        return None
    return Pulls({pull.number: pull for pull in pulls}, {issue.number: issue for issue in issues}, read_at)


def history_to_json(history: History) -> bytes:
    """How a whole range is kept that no clone can tell."""
    fragments, pulls, issues = dict(history.fragments), dict(history.pulls), dict(history.issues)
    return HISTORIES.dump_json(history._replace(fragments=fragments, pulls=pulls, issues=issues))


def history_from_json(kept: bytes) -> History | None:
    """What was kept, None when it cannot be read any more."""
    try:
        return HISTORIES.validate_json(kept)
    except ValueError:
        return None


def _tuples(values: Mapping[str, Any]) -> dict[str, Any]:
    return {name: tuple(value) if isinstance(value, list) else value for name, value in values.items()}


def _issues(nodes: Iterable[Any], full_name: str) -> Iterator[Issue]:
    for node in nodes:
        match node:
            case {"number": int(number), "title": str(title), "repository": {"nameWithOwner": name}}:
                if str(name).lower() == full_name.lower():
                    yield Issue(number, title, tuple(_names(_nodes(node.get("labels")))))


def _nodes(connection: Any) -> list[Any]:
    nodes = connection.get("nodes") if isinstance(connection, dict) else None
    return nodes if isinstance(nodes, list) else []


def _names(labels: Any) -> list[str]:
    found = labels if isinstance(labels, list) else []
    return [str(label["name"]) for label in found if isinstance(label, dict) and label.get("name")]


def _login(author: Any) -> str:
    """The login as REST would give it, where bots carry `[bot]`; "" for a deleted account."""
    match author:
        case {"login": str(login), "__typename": "Bot"} if not login.endswith("[bot]"):
            return f"{login}[bot]"
        case {"login": str(login)}:
            return login
    return ""
