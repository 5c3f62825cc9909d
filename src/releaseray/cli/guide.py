"""What `releaseray try` does once the server is up: find or make everything, show it, say how to go on."""

import asyncio

from fastapi import FastAPI
from rich.console import Console

from releaseray.cli.farewell import PUBLISHED, show_draft, show_next_steps
from releaseray.cli.steps import Steps
from releaseray.errors import Conflict
from releaseray.models import Draft, DraftStatus, ReleaseRange, Repository
from releaseray.notes.personas import PERSONAS
from releaseray.repositories.drafts import Drafts
from releaseray.repositories.paging import Page
from releaseray.repositories.repos import Ranges
from releaseray.services import bootstrap, drafts, keys, publishing, ranges, repos
from releaseray.services.runtime import Runtime

FIRST_KEY = "First key"
SHOWN = "engineer"
_LOOK_SECONDS = 0.1
_REQUEST_ID = "try"


class Guide:
    """One start of `releaseray try` on one repository."""

    def __init__(self, console: Console, location: str) -> None:
        self._console = console
        self._location = location
        self._org_id = ""

    async def show(self, app: FastAPI) -> bool:
        """Do it all; True, for the server shall go on.

        Raises AppError, with one line, when the repository cannot be read.
        """
        runtime: Runtime = app.state.runtime
        key = await self._begin(runtime)
        with Steps(self._console) as steps:
            repo, connected = await self._connect(runtime, steps)
            release = await self._newest_release(runtime, steps, repo, connected)
            made = await self._draft_all(runtime, steps, release)
            page = await self._publish(runtime, steps, made.get(PUBLISHED))
        if SHOWN in made:
            show_draft(self._console, made[SHOWN], release)
        show_next_steps(self._console, runtime.settings, release, made, page, key)
        return True

    async def _begin(self, runtime: Runtime) -> str | None:
        """The first key, when this start made the organization."""
        async with runtime.database.unit_of_work() as uow:
            organization, fresh = await bootstrap.organization(uow, runtime.settings)
            self._org_id = organization.id
            return (await keys.create(uow, organization.id, FIRST_KEY))[1] if fresh else None

    async def _connect(self, runtime: Runtime, steps: Steps) -> tuple[Repository, bool]:
        with steps.step("Reading the repository") as done:
            async with runtime.database.unit_of_work() as uow:
                repo, connected = await repos.connect(runtime, uow, self._org_id, self._location, "REPO")
            done(f"Connected {repo.full_name}" if connected else f"{repo.full_name} is connected")
        return repo, connected

    async def _newest_release(self, runtime: Runtime, steps: Steps, repo: Repository, connected: bool) -> ReleaseRange:
        with steps.step("Looking for the newest release") as done:
            try:
                async with runtime.database.unit_of_work() as uow:
                    release, _ = await ranges.create_newest(runtime, uow, repo)
            except Conflict:
                known = None if connected else await self._known_release(runtime, repo)
                if known is None:
                    raise
                release = known
                self._console.print(f"{repo.full_name} cannot be read just now; this is what is known of it.")
            counted = f"{_some(release.pr_count, 'pull request')}, {_some(release.issue_count, 'issue')}"
            done(f"Newest release: {release.from_tag} to {release.to_tag} ({counted})")
        return release

    async def _known_release(self, runtime: Runtime, repo: Repository) -> ReleaseRange | None:
        async with runtime.database.reading() as session:
            found = await Ranges(session, self._org_id).list(repo.id, Page(limit=1))
        return found.items[0] if found.items else None

    async def _draft_all(self, runtime: Runtime, steps: Steps, release: ReleaseRange) -> dict[str, Draft]:
        """The finished drafts by persona."""
        made = await asyncio.gather(*(self._draft(runtime, steps, release, persona) for persona in PERSONAS))
        return {draft.persona: draft for draft in made if draft.status == DraftStatus.COMPLETED}

    async def _draft(self, runtime: Runtime, steps: Steps, release: ReleaseRange, persona: str) -> Draft:
        with steps.step(f"Writing the {persona} draft") as done:
            draft = await self._finished_before(runtime, release, persona)
            if draft is not None:
                done(f"The {persona} draft is there")
                return draft
            async with runtime.database.unit_of_work() as uow:
                draft, _ = await drafts.request(uow, runtime.settings, self._org_id, release.id, persona, _REQUEST_ID)
            while draft.status == DraftStatus.PROCESSING:
                await asyncio.sleep(_LOOK_SECONDS)
                async with runtime.database.reading() as session:
                    draft = await Drafts(session, self._org_id).get(draft.id)
            failed = draft.status == DraftStatus.FAILED
            done(f"No {persona} draft: {draft.error}" if failed else f"The {persona} draft is written")
            return draft

    async def _finished_before(self, runtime: Runtime, release: ReleaseRange, persona: str) -> Draft | None:
        async with runtime.database.reading() as session:
            found = await Drafts(session, self._org_id).list(
                release.id, Page(limit=1), persona=persona, status=DraftStatus.COMPLETED
            )
        return found.items[0] if found.items else None

    async def _publish(self, runtime: Runtime, steps: Steps, draft: Draft | None) -> str | None:
        """The address of the public page, which the first start publishes."""
        if draft is None:
            return None
        with steps.step("Publishing the page on this machine") as done:
            async with runtime.database.unit_of_work() as uow:
                publication, first = await publishing.publish(runtime, uow, self._org_id, draft.id, "hosted")
            done("Published the page on this machine" if first else "The page is published")
        return publication.url


def _some(number: int, thing: str) -> str:
    return f"{number} {thing}{'' if number == 1 else 's'}"
