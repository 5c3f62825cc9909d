"""One change as its people see it (a pull request, or a commit that belongs to none): what the steps hand on."""

from typing import NamedTuple

from releaseray.notes.headline import Headline
from releaseray.notes.history import FileChange, Person


class Fragment(NamedTuple):
    """A news fragment, changeset or the like that the change added: its path and its text."""

    path: str
    text: str


class Change(NamedTuple):
    """One change of the range, linked and cleaned.

    `shas` are newest first, the merge commit included; `subject` is the raw first line the title was taken from.
    `headline` holds the title, without merge boilerplate, and its parts. `body` is the pull request's text, the
    squash body or the bodies of the merged commits. `files` are the merged changes, each path once. `authors`
    come by their first commit, co-authors included, people only. `closes` are issues that the change says it
    closes, `mentions` other numbers it names; neither holds `pr`. `labels` are the pull request's, as written.
    `reverts` marks a revert of something released earlier. `is_bot` says that no person wrote it. `date` is the
    newest commit's, unix seconds.
    """

    shas: tuple[str, ...]
    subject: str
    headline: Headline
    pr: int | None = None
    body: str = ""
    files: tuple[FileChange, ...] = ()
    authors: tuple[Person, ...] = ()
    date: int = 0
    labels: tuple[str, ...] = ()
    closes: tuple[int, ...] = ()
    mentions: tuple[int, ...] = ()
    fragments: tuple[Fragment, ...] = ()
    reverts: bool = False
    is_bot: bool = False

    @property
    def title(self) -> str:
        """The title as its author wrote it, prefixes included, without merge boilerplate."""
        return self.headline.title
