"""What happens to repositories on GitHub, and to the App's access to them, as far as it changes what is kept here."""

import re
from collections.abc import Iterable
from datetime import UTC

from releaseray.db import UnitOfWork
from releaseray.models import Repository, now
from releaseray.repositories import github
from releaseray.repositories import incoming as rows
from releaseray.repositories.repos import Repos
from releaseray.secrets import SecretLost
from releaseray.services.runtime import Runtime
from releaseray.webhooks import github_events
from releaseray.webhooks.github_events import AccessChanged


async def rename(runtime: Runtime, uow: UnitOfWork, repo: Repository, old: str, new: str) -> str:
    """Read it at its new place from now on; its public page keeps its address. What was done, in words for people.

    `repo` is locked.
    """
    if repo.full_name.lower() == new.lower():
        return f"{new} is known by that name."
    moved = _moved(repo.location, old, new)
    taken = moved != repo.location and await Repos(uow.session, repo.org_id).by_location(moved) is not None
    repo.full_name, repo.unavailable = new, None
    repo.web_url = _moved(repo.web_url, old, new) if repo.web_url else None
    if not taken:
        repo.location = moved
        repo.sealed_location = _resealed(runtime, repo.sealed_location, old, new)
    uow.session.add(repo)
    return f"{old} is called {new} now{', and connected there as well' if taken else ''}."


def _moved(address: str, old: str, new: str) -> str:
    """An address that ends in a repository's name, with its new one; a path on this machine stays."""
    if address.startswith(("/", "file:")):
        return address
    return re.sub(rf"(?<=[/:]){re.escape(old)}(?=(?:\.git)?/?$)", new, address, flags=re.IGNORECASE)


def _resealed(runtime: Runtime, sealed: str | None, old: str, new: str) -> str | None:
    if sealed is None:
        return None
    try:
        return runtime.secrets.seal(_moved(runtime.secrets.open(sealed), old, new))
    except SecretLost:
        return sealed


async def mark_deleted(uow: UnitOfWork, repo: Repository) -> str:
    """It cannot be read any more; what was made of it stays."""
    repo.unavailable = f"{repo.full_name} was deleted on GitHub on {_today()}. What was made of it stays."
    uow.session.add(repo)
    return repo.unavailable


async def change_visibility(uow: UnitOfWork, repo: Repository, private: bool) -> str:
    """Take the public page of what became private down; bringing it back is for people to decide."""
    if not private:
        repo.unavailable = None
        uow.session.add(repo)
        return f"{repo.full_name} was made public.{_still_hidden(repo)}"
    repo.hidden = True
    anybodys = repo.location.startswith("http") and not (
        repo.sealed_location or repo.sealed_token or repo.installation_id
    )
    if anybodys:
        repo.unavailable = f"{repo.full_name} was made private on {_today()}. Connect it again with a token."
    uow.session.add(repo)
    return f"{repo.full_name} was made private.{_still_hidden(repo)}"


def _still_hidden(repo: Repository) -> str:
    return " Its public page is hidden until publicPage is set to true." if repo.hidden else ""


async def change_access(uow: UnitOfWork, org_id: str, event: AccessChanged) -> str:
    """Keep what the App may read: an installation that came, went or was suspended, repositories added or removed."""
    id = event.installation_id
    known = await github.installation(uow.session, id)
    through = [repo for repo in await rows.through(uow.session, org_id, id) if repo.sealed_token is None]
    if event.action == "deleted":
        await github.forget_installation(uow.session, id)
        _mark(uow, through, f"The GitHub App was uninstalled on {_today()}. Install it again, or connect with a token.")
    elif event.action in ("suspend", "unsuspend") and known is not None:
        known.suspended = event.action == "suspend"
        uow.session.add(known)
        why = f"The GitHub App was suspended on {_today()}. Unsuspend it, or connect with a token."
        _mark(uow, through, why if known.suspended else None)
    elif event.action == "created":
        await _bind(uow, org_id, event)
    elif event.action in ("added", "removed"):
        why = f"The GitHub App may not read it since {_today()}. Give it access again, or connect with a token."
        _mark(uow, _those(through, event.removed), why)
        _mark(uow, _those(through, event.added), None)
    return f"The GitHub App's installation at {event.account or id}: {event.action}."


async def _bind(uow: UnitOfWork, org_id: str, event: AccessChanged) -> None:
    """Let an installation read what one that is gone read before: installed anew, the App has another id."""
    for repo in _those(await rows.orphaned(uow.session, org_id), event.added):
        repo.installation_id, repo.unavailable = event.installation_id, None
        uow.session.add(repo)


def _those(repos: Iterable[Repository], named: Iterable[github_events.Repository]) -> list[Repository]:
    named = list(named)
    ids, names = {one.id for one in named if one.id}, {one.full_name.lower() for one in named}
    return [repo for repo in repos if repo.github_repo_id in ids or repo.full_name.lower() in names]


def _mark(uow: UnitOfWork, repos: Iterable[Repository], why: str | None) -> None:
    for repo in repos:
        repo.unavailable = why
        uow.session.add(repo)


def _today() -> str:
    return now().astimezone(UTC).strftime("%Y-%m-%d")
