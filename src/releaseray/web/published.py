"""The notes that were published to this server, read for its pages."""

from releaseray import models
from releaseray.db import Database
from releaseray.repositories.publications import PublicPages
from releaseray.web.reading import Changelog, Note, Release, Repository


class PublishedNotes:
    """A `ChangelogReader` on the database. A repository has a page from its first published note on."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def page(self, slug: str, *, limit: int, offset: int) -> Changelog | None:
        """See `ChangelogReader.page`."""
        async with self._database.reading() as session:
            pages = PublicPages(session)
            repo = await pages.repository(slug)
            if repo is None:
                return None
            found = await pages.notes(repo.id, limit, offset)
        if not found.total:
            return None
        return Changelog(_repository(repo), tuple(_note(note) for note in found.items), found.total)

    async def note(self, slug: str, version: str) -> Release | None:
        """See `ChangelogReader.note`."""
        async with self._database.reading() as session:
            pages = PublicPages(session)
            repo = await pages.repository(slug)
            note = await pages.note(repo.id, version) if repo else None
            if repo is None or note is None:
                return None
            newer, older = await pages.neighbours(note)
        return Release(_repository(repo), _note(note), newer, older)


def _repository(repo: models.Repository) -> Repository:
    return Repository(slug=repo.slug, name=repo.full_name)


def _note(note: models.HostedNote) -> Note:
    return Note(
        version=note.version,
        body_md=note.body_md,
        body_html=note.html,
        published_at=note.published_at,
        updated_at=note.updated_at,
        compare_url=note.compare_url,
    )
