"""A repository at a URL, fetched for one draft."""

import asyncio
from pathlib import Path

from releaseray.sources.git import GitSource
from releaseray.sources.git_layout import Place
from releaseray.sources.git_local import LocalRepository


def fetched(url: str, directory: Path) -> LocalRepository:
    """The repository as it is now, in a mirror at `directory`. Raises `SourceError`."""
    described = asyncio.run(GitSource(url, directory).describe())
    return LocalRepository(Place(directory).git_dir, described.full_name, described.web_url)
