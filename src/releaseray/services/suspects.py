"""Who likely caused an error: the changes of a release as they are kept, ranked by the error's own stack."""

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from itertools import islice
from typing import Any

from sqlmodel.ext.asyncio.session import AsyncSession

from releaseray.models import TrackedError
from releaseray.notes import change as notes_change
from releaseray.repositories.deploys import changes_of
from releaseray.repositories.errors import Errors
from releaseray.repositories.releases import Releases
from releaseray.services.error_states import frames_of
from releaseray.tracking.error_state import ErrorState
from releaseray.tracking.patch import Hunk, TouchedFile, parse_patch
from releaseray.tracking.suspects import Change, Suspect, rank_suspects

_MAX_CHANGES = 5000
_MAX_FILES = 300
_MAX_HUNKS = 50


def kept(changes: Iterable[notes_change.Change], patches: Mapping[str, str]) -> list[dict[str, Any]]:
    """The changes of a range as JSON: who, what for, and which places in files, but no code."""
    return [
        {
            "title": one.title[:500],
            "author": one.authors[0].name[:200] if one.authors else "",
            "shas": list(one.shas[:50]),
            "pr": one.pr,
            "date": one.date,
            "files": [_kept_file(file) for file in _files(one.shas, patches)],
        }
        for one in islice(changes, _MAX_CHANGES)
    ]


def _files(shas: Sequence[str], patches: Mapping[str, str]) -> Iterable[TouchedFile]:
    """The files that some commits touch together, each once."""
    hunks: dict[str, list[Hunk]] = {}
    moved: dict[str, str] = {}
    for sha in shas:
        for file in parse_patch(patches.get(sha, "")):
            hunks.setdefault(file.path, []).extend(file.hunks)
            moved.update({file.path: file.was} if file.was else {})
    return [
        TouchedFile(path, tuple(found[:_MAX_HUNKS]), moved.get(path, ""))
        for path, found in islice(hunks.items(), _MAX_FILES)
    ]


def _kept_file(file: TouchedFile) -> dict[str, Any]:
    hunks = [[hunk.start, hunk.length, list(hunk.functions[:20]), hunk.changed] for hunk in file.hunks]
    kept = {"path": file.path.replace("\x00", ""), "hunks": hunks}
    return {**kept, "was": file.was.replace("\x00", "")} if file.was else kept


def _change(plain: dict[str, Any]) -> Change:
    files = tuple(
        TouchedFile(
            file["path"],
            tuple(Hunk(start, length, tuple(names), changed) for start, length, names, changed in file["hunks"]),
            file.get("was", ""),
        )
        for file in plain["files"]
    )
    return Change(plain["title"], plain["author"], tuple(plain["shas"]), files, plain["pr"], plain["date"])


async def of_error(
    session: AsyncSession, org_id: str, error: TrackedError, state: ErrorState
) -> tuple[Suspect, ...] | None:
    """The likely causes of an error in the release where it is new or came back, likeliest first; None where it is
    not known what came with that release."""
    blamed = state.regression or state.first
    place = blamed.place if blamed else None
    if place is None:
        return None
    release = await Releases(session, org_id).find(error.service_id, place.environment, place.release)
    found = await changes_of(session, release.id) if release else None
    sample = await Errors(session, org_id).sample(error.id, place)
    if found is None or sample is None:
        return None
    changes = [_change(plain) for plain in found.changes]
    frames = frames_of(sample)
    return await asyncio.to_thread(rank_suspects, frames, changes, platform=error.platform, message=error.title)
