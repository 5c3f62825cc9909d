"""What a repository does by itself: its webhook secret, the tags that count, drafts and where they go."""

from collections.abc import Collection, Mapping
from typing import Any

from releaseray.channels import CHANNELS
from releaseray.db import UnitOfWork
from releaseray.errors import Conflict
from releaseray.models import Repository
from releaseray.notes.personas import PERSONAS
from releaseray.repositories.channels import ChannelSetups
from releaseray.repositories.repos import Repos
from releaseray.services.automation import persona_for
from releaseray.services.channels import HOSTED, not_set_up
from releaseray.services.runtime import Runtime


def publishes(repo: Repository) -> bool:
    """Whether new tags are published without anybody being asked."""
    return repo.automatic and bool(repo.channels)


def shown_personas(repo: Repository) -> Mapping[str, str]:
    """Whose draft each of the repository's channels gets."""
    return {channel: persona_for(repo, channel) for channel in repo.channels}


async def change(runtime: Runtime, uow: UnitOfWork, org_id: str, repo_id: str, given: Mapping[str, Any]) -> Repository:
    """Change what is `given`, by the names of the fields of `api.schemas.repo_settings.RepoUpdate`.

    Raises `NotFound`, and `Conflict` naming the field for what does not go together: a persona that is not drafted, a
    channel that is to publish by itself and is not set up.
    """
    repo = await Repos(uow.session, org_id).get(repo_id, locked=True)
    for name in ("tag_pattern", "prereleases", "automatic"):
        if name in given:
            setattr(repo, name, given[name])
    if "webhook_secret" in given:
        secret = given["webhook_secret"]
        repo.sealed_webhook_secret = runtime.secrets.seal(secret) if secret is not None else None
    if "public_page" in given:
        repo.hidden = not given["public_page"]
    if "personas" in given:
        repo.personas = [name for name in PERSONAS if name in given["personas"]]
    if "channels" in given:
        repo.channels = [name for name in CHANNELS if name in given["channels"]]
    if "channel_personas" in given:
        repo.channel_personas = {str(channel): str(persona) for channel, persona in given["channel_personas"].items()}
    _check_personas(repo, given)
    await _check_channels(uow, repo, given)
    uow.session.add(repo)
    await uow.session.flush()
    return repo


def _check_personas(repo: Repository, given: Collection[str]) -> None:
    missing = sorted(set(repo.channel_personas.values()) - set(repo.personas))
    if missing:
        field = "channelPersonas" if "channel_personas" in given else "personas"
        words = f"{', '.join(missing)} is wanted for a channel, but not among the personas"
        raise Conflict(f"{field}: {words}", {field: words})


async def _check_channels(uow: UnitOfWork, repo: Repository, given: Collection[str]) -> None:
    if not publishes(repo) or not {"channels", "automatic"} & set(given):
        return
    setups = ChannelSetups(uow.session, repo.org_id)
    for channel in repo.channels:
        if channel != HOSTED and await setups.find(channel) is None:
            field = "channels" if "channels" in given else "automatic"
            raise Conflict(f"{field}: {not_set_up(channel)}", {field: not_set_up(channel)})
