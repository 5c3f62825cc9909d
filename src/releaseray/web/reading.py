"""What public pages need to know, and from whom: the seam to wherever notes are kept."""

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from releaseray.services.publishing import permalink


@dataclass(frozen=True, slots=True)
class Note:
    """The published note of one version.

    `body_html` is `body_md` as `markdown.render(body_md, version)` gave it: it is shown as it is. Times know
    their time zone. `title` stands in place of the version where there is one.
    """

    version: str
    body_md: str
    body_html: str
    published_at: datetime
    updated_at: datetime
    compare_url: str | None = None
    title: str | None = None

    @property
    def heading(self) -> str:
        """What the note is called."""
        return self.title or self.version

    def address(self, home: str) -> str:
        """The permalink, below the changelog at `home`."""
        return permalink(home, self.version)


@dataclass(frozen=True, slots=True)
class Repository:
    """Whose changelog it is: `slug` is its name in addresses, `name` what people call it."""

    slug: str
    name: str
    description: str | None = None


@dataclass(frozen=True, slots=True)
class Changelog:
    """Some published notes of a repository, newest version first; `total` counts all there are."""

    repository: Repository
    notes: tuple[Note, ...]
    total: int

    @property
    def modified(self) -> datetime | None:
        """When the latest change to these notes was made; None without notes."""
        return max((note.updated_at for note in self.notes), default=None)


@dataclass(frozen=True, slots=True)
class Release:
    """One note, the repository it is of, and the published versions next to it."""

    repository: Repository
    note: Note
    newer: str | None = None
    older: str | None = None


class ChangelogReader(Protocol):
    """Reads what was published. Nothing here asks who is reading: what it gives is public."""

    async def page(self, slug: str, *, limit: int, offset: int) -> Changelog | None:
        """Notes of the repository with that public name, newest version first; None when it has no page."""

    async def note(self, slug: str, version: str) -> Release | None:
        """The note of one version; None when it was not published."""
