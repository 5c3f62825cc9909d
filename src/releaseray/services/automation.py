"""What a new tag does by itself: its range, the drafts that the repository wants of it, and where they go."""

from fnmatch import fnmatchcase

from releaseray.channels import CHANNELS
from releaseray.db import UnitOfWork
from releaseray.models import ReleaseRange, Repository
from releaseray.notes.versions import ROLLING, parse_version
from releaseray.repositories.repos import Ranges
from releaseray.services import drafts
from releaseray.services.runtime import Runtime


def unwanted(repo: Repository, tag: str, prerelease: bool = False) -> str | None:
    """Why a tag does not count, in words for people; None when it does. `prerelease` is what GitHub's release says."""
    version = parse_version(tag)
    if repo.tag_pattern is not None:
        if not fnmatchcase(tag, repo.tag_pattern):
            return f"{tag} does not match the tagPattern {repo.tag_pattern}."
    elif version is None or version.family in ROLLING:
        return f"{tag} names no version."
    if not repo.prereleases and (prerelease or (version is not None and version.prerelease)):
        return f"{tag} is a prerelease, and prereleases is off."
    return None


def persona_for(repo: Repository, channel: str) -> str:
    """Whose draft a channel gets."""
    wanted: str = repo.channel_personas.get(channel) or CHANNELS[channel].audience
    return wanted if wanted in repo.personas else repo.personas[0]


async def request_drafts(
    runtime: Runtime, uow: UnitOfWork, repo: Repository, found: ReleaseRange, request_id: str
) -> str:
    """Ask for the drafts of a tag's range, each with the channels it goes to; what was asked for, in words for people.

    `repo` is locked. A tag that was drafted from another range before, which another tag has come between since, keeps
    that one. Raises `Forbidden` when the month's allowance is used up.
    """
    if not repo.automatic:
        return "the range is there; automatic is off."
    found = await Ranges(uow.session, repo.org_id).drafted_by_itself(repo.id, found.to_tag) or found
    asked = []
    for persona in repo.personas:
        channels = [channel for channel in repo.channels if persona_for(repo, channel) == persona]
        if await drafts.request_automatic(uow, runtime.settings, repo.org_id, found.id, persona, channels, request_id):
            asked.append(persona)
    return f"drafts for {', '.join(asked)} were asked for." if asked else "drafted before."
