"""Reads a delivery of GitHub's into small events; everything that we do not know is passed over."""

import json
import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any
from urllib.parse import parse_qs

from releaseray.webhooks.github_events import (
    AccessChanged,
    BranchPushed,
    Delivery,
    Event,
    PullRequestChanged,
    ReleaseChanged,
    Repository,
    RepositoryDeleted,
    RepositoryRenamed,
    TagCreated,
    TagDeleted,
    TagMoved,
    VisibilityChanged,
)

TAGS, BRANCHES = "refs/tags/", "refs/heads/"
_FULL_NAME = re.compile(r"[A-Za-z0-9._-]{1,100}/[A-Za-z0-9._-]{1,100}")
_LONGEST_TAG = 1_000
_LARGEST_ID = 2**63
_LARGEST_NUMBER = 2**31
_SHA = re.compile(r"[0-9a-f]{40}|[0-9a-f]{64}")

Json = Mapping[str, Any]


class PayloadError(Exception):
    """The body is not a payload at all: neither a JSON object nor a form that holds one."""


def parse(kind: str, body: bytes) -> Delivery:
    """A delivery; `kind` is `X-GitHub-Event`, `body` the raw body, JSON or GitHub's form.

    Without events for kinds and actions that mean nothing to us and for payloads that lack what we need. Raises
    `PayloadError` for a body that is no payload.
    """
    payload = _payload(body)
    reader = _READERS.get(kind)
    events = tuple(reader(payload)) if reader else ()
    installation = payload.get("installation")
    id = installation.get("id") if isinstance(installation, dict) else None
    return Delivery(_repository(payload.get("repository")), id if _is_id(id) else None, events)


def read(kind: str, body: bytes) -> list[Event]:
    """The events of one delivery; see `parse`."""
    return list(parse(kind, body).events)


def _payload(body: bytes) -> Json:
    try:
        text = body.decode()
        if text.startswith("payload="):
            text = parse_qs(text, max_num_fields=10)["payload"][0]
        payload = json.loads(text)
    except (ValueError, KeyError, RecursionError) as error:
        raise PayloadError("the body is not JSON") from error
    if not isinstance(payload, dict):
        raise PayloadError("the body is not a JSON object")
    return payload


def _repository(value: Any) -> Repository | None:
    match value:
        case {"full_name": str(full_name)} if _FULL_NAME.fullmatch(full_name):
            id = value.get("id")
            return Repository(id if _is_id(id) else None, full_name)
    return None


def _login(value: Any) -> str:
    login = value.get("login") if isinstance(value, dict) else None
    return login if isinstance(login, str) and login.isprintable() else ""


def _is_id(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and 0 < value < _LARGEST_ID


def _is_tag(name: str) -> bool:
    """Whether git could have such a tag; what it could not is not worth a look."""
    return 0 < len(name) <= _LONGEST_TAG and name.isprintable()


def _repositories(value: Any) -> tuple[Repository, ...]:
    found = (_repository(item) for item in value) if isinstance(value, list) else ()
    return tuple(repository for repository in found if repository)


def _push(payload: Json) -> Iterator[Event]:
    repository = _repository(payload.get("repository"))
    match payload:
        case {"ref": str(ref), "after": str(after)} if repository:
            if ref.startswith(TAGS) and _is_tag(ref):
                yield _tag(payload, repository, ref.removeprefix(TAGS), after)
            elif ref.startswith(BRANCHES) and not payload.get("deleted"):
                branch = ref.removeprefix(BRANCHES)
                default = (payload.get("repository") or {}).get("default_branch")
                yield BranchPushed(repository, branch, after, branch == default)


def _tag(payload: Json, repository: Repository, tag: str, sha: str) -> Event:
    if payload.get("deleted"):
        return TagDeleted(repository, tag)
    return TagCreated(repository, tag, sha) if payload.get("created", True) else TagMoved(repository, tag, sha)


def _create(payload: Json) -> Iterator[Event]:
    match payload, _repository(payload.get("repository")):
        case {"ref_type": "tag", "ref": str(tag)}, Repository() as repository if _is_tag(tag):
            yield TagCreated(repository, tag.removeprefix(TAGS), None)


def _delete(payload: Json) -> Iterator[Event]:
    match payload, _repository(payload.get("repository")):
        case {"ref_type": "tag", "ref": str(tag)}, Repository() as repository if _is_tag(tag):
            yield TagDeleted(repository, tag.removeprefix(TAGS))


def _release(payload: Json) -> Iterator[Event]:
    match payload, _repository(payload.get("repository")):
        case (
            {"action": str(action), "release": {"tag_name": str(tag)} as release},
            Repository() as repository,
        ) if _is_tag(tag):
            yield ReleaseChanged(repository, action, tag, bool(release.get("draft")), bool(release.get("prerelease")))


def _pull_request(payload: Json) -> Iterator[Event]:
    match payload, _repository(payload.get("repository")):
        case (
            {"action": str(action), "pull_request": {"number": int(number)} as pull},
            Repository() as repository,
        ) if 0 < number < _LARGEST_NUMBER:
            sha = pull.get("merge_commit_sha")
            told = sha if isinstance(sha, str) and _SHA.fullmatch(sha) else None
            yield PullRequestChanged(repository, action, number, bool(pull.get("merged")), told)


def _about_repository(payload: Json) -> Iterator[Event]:
    repository = _repository(payload.get("repository"))
    if repository is None:
        return
    owner, _, name = repository.full_name.partition("/")
    match payload:
        case {"action": "deleted"}:
            yield RepositoryDeleted(repository)
        case {"action": "privatized" | "publicized" as action}:
            yield VisibilityChanged(repository, action == "privatized")
        case {"action": "renamed", "changes": {"repository": {"name": {"from": str(old)}}}}:
            yield from _renamed(repository, f"{owner}/{old}")
        case {"action": "transferred", "changes": {"owner": {"from": {**kinds}}}}:
            logins = [former.get("login") for former in kinds.values() if isinstance(former, dict)]
            yield from _renamed(repository, f"{next(filter(None, logins), '')}/{name}")


def _renamed(repository: Repository, old: str) -> Iterator[Event]:
    if _FULL_NAME.fullmatch(old):
        yield RepositoryRenamed(repository, old)


def _installation(payload: Json) -> Iterator[Event]:
    match payload:
        case {"action": str(action), "installation": {"id": int(id)}} if _is_id(id):
            all_of_them = _repositories(payload.get("repositories"))
            gone = action in ("deleted", "suspend")
            added = _repositories(payload.get("repositories_added")) + (() if gone else all_of_them)
            removed = _repositories(payload.get("repositories_removed")) + (all_of_them if gone else ())
            yield AccessChanged(id, action, added, removed, _login(payload["installation"].get("account")))


_READERS: Mapping[str, Callable[[Json], Iterator[Event]]] = {
    "push": _push,
    "create": _create,
    "delete": _delete,
    "release": _release,
    "pull_request": _pull_request,
    "repository": _about_repository,
    "installation": _installation,
    "installation_repositories": _installation,
}
