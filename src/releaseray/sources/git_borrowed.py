"""A clone on this machine whose refs and objects are borrowed: what of it goes into a git directory of our own."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from releaseray.sources import SourceError
from releaseray.sources.git_clones import MAX_CONFIG, Clone, find_clone
from releaseray.sources.git_config import IMPORTANT, plain_config
from releaseray.sources.git_layout import Layout
from releaseray.sources.git_log import text
from releaseray.sources.git_process import Git, GitError


class Borrowed:
    """The clone at `path`, which stays as it is; `directory` is ours."""

    def __init__(self, path: Path, directory: Path, allowed_paths: Sequence[Path]) -> None:
        self._path = path
        self._directory = directory
        self._allowed = allowed_paths
        self._facts_stamp: tuple[int, int] | None = None
        self._facts: Mapping[str, str] = {}

    @property
    def name(self) -> str:
        """`local/` and the name of the folder."""
        folder = self._path.parent if self._path.name == ".git" else self._path
        return f"local/{folder.name.removesuffix('.git') or 'repository'}"

    @property
    def remote(self) -> str | None:
        """The URL of `origin`, or of the only remote, as it was when last looked at."""
        facts = self._facts
        urls = {key: value for key, value in facts.items() if key.startswith("remote.") and key.endswith(".url")}
        return urls.get("remote.origin.url") or (next(iter(urls.values())) if len(urls) == 1 else None)

    def look(self) -> tuple[Clone, Layout]:
        """The clone as it is now, and the layout of a git directory that borrows from it. Raises `SourceError`."""
        clone = find_clone(self._path, self._allowed)
        self._read_facts(clone.config)
        links = {part: clone.common_dir / part for part in ("refs", "packed-refs", "shallow", "info/grafts")}
        storage = self._facts.get("extensions.refstorage", "files")
        if storage != "files":
            links["reftable"] = clone.common_dir / "reftable"
        return clone, Layout(self._facts.get("extensions.objectformat", "sha1"), storage, links, clone.objects)

    def _read_facts(self, config: Path) -> None:
        """Read, not apply, the clone's configuration, unless it is still the one that was read."""
        try:
            status = config.stat()
        except FileNotFoundError:
            self._facts, self._facts_stamp = {}, None
            return
        stamp = (status.st_mtime_ns, status.st_size)
        if stamp == self._facts_stamp:
            return
        if not config.is_file() or status.st_size > MAX_CONFIG:
            raise SourceError("The repository's configuration file is not a file, or too big.")
        plain = plain_config(config.read_bytes())
        self._facts = self._listed(config) if plain is None else plain
        self._facts_stamp = stamp

    def _listed(self, config: Path) -> Mapping[str, str]:
        """What git reads in the configuration."""
        self._directory.mkdir(parents=True, exist_ok=True)
        try:
            listed = Git(self._directory).run("config", "--file", str(config), "--no-includes", "--null", "--list")
        except GitError as error:
            raise SourceError(
                "The repository's configuration file cannot be read; git would not read it either."
            ) from error
        pairs = (text(entry).partition("\n") for entry in listed.split(b"\0") if entry)
        return {key: value for key, _, value in pairs if key.startswith(IMPORTANT)}
