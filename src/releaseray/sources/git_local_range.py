"""A range of a repository that lies ready on this machine: apart from its names, which are asked for without it."""

from releaseray.notes.history import History, Tag
from releaseray.sources.git_local import LocalRepository
from releaseray.sources.git_reading import Known, Range, read_range


def history(repository: LocalRepository, from_tag: Tag | None, to_tag: Tag, known: Known, *, past: bool) -> History:
    """All that is known of the commits between two tags; see `Source.history`. Raises `SourceError`."""
    asked = Range(from_tag.sha if from_tag else None, to_tag.sha, to_tag.name)
    found = repository.told(lambda git, objects: read_range(git, asked, known, past=past, through=objects), closes=True)
    return found.history(repository.full_name, repository.web_url, from_tag.name if from_tag else None, to_tag.name)
