"""Taking GitHub's webhooks: the signature says whose they are, and what they tell is written down before the answer."""

import asyncio
import hashlib
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from enum import StrEnum

from sqlmodel.ext.asyncio.session import AsyncSession

from releaseray.errors import Conflict, InvalidRequest, Unauthorized
from releaseray.github import Installation
from releaseray.models import IncomingEvent, Repository, now
from releaseray.repositories import github
from releaseray.repositories import incoming as rows
from releaseray.repositories.notices import notify_work
from releaseray.secrets import SecretLost
from releaseray.services import installations
from releaseray.services.runtime import Runtime
from releaseray.webhooks import event_json
from releaseray.webhooks.github_events import (
    AccessChanged,
    Delivery,
    Event,
    PullRequestChanged,
    ReleaseChanged,
    RepositoryDeleted,
    RepositoryRenamed,
    TagCreated,
    TagDeleted,
    TagMoved,
    VisibilityChanged,
)
from releaseray.webhooks.github_payloads import PayloadError, parse
from releaseray.webhooks.github_signature import verified

UNSIGNED = "The signature is missing, or is not one of a connected repository's webhook secret."
HARMLESS = ("push", "create", "delete", "release", "pull_request")
"""Kinds whose events may be forgotten: told again, they find their work done."""
_PING = "ping"
_NOBODYS = "the secret of nobody, so that an unknown repository takes as long as a known one"
_ACTED_ON = (
    TagCreated,
    TagMoved,
    TagDeleted,
    RepositoryRenamed,
    RepositoryDeleted,
    VisibilityChanged,
    AccessChanged,
)


class Answer(StrEnum):
    """What became of a delivery."""

    ACCEPTED = "accepted"
    DUPLICATE = "duplicate"
    IGNORED = "ignored"
    PONG = "pong"


@dataclass(frozen=True, slots=True)
class Arrival:
    """A delivery as it came: `X-GitHub-Event`, `X-GitHub-Delivery`, `X-Hub-Signature-256`, and the raw body."""

    kind: str
    delivery: str
    signature: str
    body: bytes


@dataclass(frozen=True, slots=True)
class _Target:
    """Whom an event concerns; `repo_id` is None for an installation of the App."""

    org_id: str
    name: str
    repo_id: str | None


async def take(runtime: Runtime, arrival: Arrival) -> Answer:
    """Write down what a delivery tells, for everybody whose secret signed it.

    Raises `InvalidRequest` for a body that is no payload, `Unauthorized` for a signature that is nobody's, and
    `Conflict` for a body that came before under another id.
    """
    try:
        delivery = await asyncio.to_thread(parse, arrival.kind, arrival.body)
    except PayloadError as problem:
        raise InvalidRequest.field("body", str(problem)) from problem
    by_app = await _signed_by_app(runtime, arrival, delivery)
    targets = await _installed(runtime, delivery) if by_app else await _listening(runtime, arrival, delivery)
    if not by_app and not targets:
        raise Unauthorized(UNSIGNED)
    event = next(filter(_acted_on, delivery.events), None)
    if event is None or not targets or (isinstance(event, AccessChanged) and not by_app):
        return Answer.PONG if arrival.kind == _PING else Answer.IGNORED
    digest = await asyncio.to_thread(lambda: hashlib.sha256(arrival.body).digest())
    async with runtime.database.unit_of_work() as uow:
        answers = [await _write(uow.session, target, arrival, digest, event) for target in targets]
        await notify_work(uow.session, "incoming_events")
    for answer in (Answer.ACCEPTED, Answer.DUPLICATE):
        if answer in answers:
            return answer
    raise Conflict("This payload was received before, under another X-GitHub-Delivery.")


def _acted_on(event: Event) -> bool:
    if isinstance(event, ReleaseChanged):
        return event.action == "published" and not event.draft
    if isinstance(event, PullRequestChanged):
        return event.retold
    return isinstance(event, _ACTED_ON)


def _names(delivery: Delivery) -> Sequence[str]:
    """What the repository is called, and was called until now."""
    now_called = [delivery.repository.full_name] if delivery.repository else []
    return now_called + [event.old_full_name for event in delivery.events if isinstance(event, RepositoryRenamed)]


async def _listening(runtime: Runtime, arrival: Arrival, delivery: Delivery) -> Sequence[_Target]:
    """The repositories of that id or name whose own secret signed the delivery."""
    found: Sequence[Repository] = ()
    if delivery.repository is not None:
        async with runtime.database.reading() as session:
            found = await rows.listening(session, delivery.repository.id, _names(delivery))
    secrets = [(repo, _opened(runtime, repo)) for repo in found]
    signed = await asyncio.to_thread(_signers, arrival, [secret for _, secret in secrets])
    return [_Target(repo.org_id, repo.id, repo.id) for (repo, _), mine in zip(secrets, signed, strict=True) if mine]


def _opened(runtime: Runtime, repo: Repository) -> str:
    """The secret; empty, which signs nothing, when it is lost."""
    with suppress(SecretLost):
        return runtime.secrets.open(repo.sealed_webhook_secret or "")
    return ""


def _signers(arrival: Arrival, secrets: Sequence[str]) -> list[bool]:
    """Which of the secrets signed the body; without any, as much is computed as with one."""
    verified(arrival.body, arrival.signature, [] if secrets else [_NOBODYS])
    return [verified(arrival.body, arrival.signature, [secret]) for secret in secrets]


async def _signed_by_app(runtime: Runtime, arrival: Arrival, delivery: Delivery) -> bool:
    secret = runtime.settings.github_app_webhook_secret
    if secret is None or delivery.installation_id is None:
        return False
    known = [secret.get_secret_value()]
    return await asyncio.to_thread(verified, arrival.body, arrival.signature, known)


async def _installed(runtime: Runtime, delivery: Delivery) -> Sequence[_Target]:
    """The installation that the App was told of, or the repository that its organization has connected."""
    told = next((event for event in delivery.events if isinstance(event, AccessChanged)), None)
    async with runtime.database.unit_of_work() as uow:
        known = await github.installation(uow.session, delivery.installation_id or 0)
        if known is None and told is not None and told.action == "created":
            new = Installation(told.installation_id, told.account, suspended=False)
            known = await installations.seen(runtime, uow.session, new)
        if known is None:
            return []
        if told is not None:
            return [_Target(known.org_id, rows.installation_target(known.id), None)]
        if delivery.repository is None:
            return []
        found = await rows.readable_by(uow.session, known.org_id, delivery.repository.id, _names(delivery))
    return [_Target(repo.org_id, repo.id, repo.id) for repo in found]


async def _write(
    session: AsyncSession, target: _Target, arrival: Arrival, digest: bytes, event: Event
) -> Answer | None:
    """Write the event down for one target; None for a replay of a body under another id."""
    fresh = IncomingEvent(
        org_id=target.org_id,
        repo_id=target.repo_id,
        target=target.name,
        delivery=arrival.delivery,
        digest=digest,
        kind=arrival.kind,
        event=event_json.dump(event),
        due_at=now(),
    )
    if await rows.put(session, fresh):
        return Answer.ACCEPTED
    again = await rows.redelivered(session, target.name, arrival.delivery)
    return None if again is None else Answer.ACCEPTED if again else Answer.DUPLICATE
