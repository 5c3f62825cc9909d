"""Repositories as awkward as tests need them, made by the real git."""

import os
import subprocess
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Self

from tests.repository import head

from releaseray.notes.history import History
from releaseray.sources import Compare
from releaseray.sources.git import GitSource

START = 1_700_000_000
NOTHING: Mapping[str, str] = MappingProxyType({})


class Repo:
    """A work tree; every commit is a minute after the one before."""

    def __init__(self, path: Path, *init: str) -> None:
        self.path = path
        self._now = START
        self._email = "jane@acme.test"
        path.mkdir(parents=True, exist_ok=True)
        self.git("init", "-q", "-b", "main", *init)

    def git(
        self,
        *args: str,
        stdin: bytes = b"",
        cwd: Path | None = None,
        may_fail: bool = False,
        env: Mapping[str, str] = NOTHING,
    ) -> str:
        """A command's output. It knows nothing of this machine's configuration."""
        person = {"NAME": self._email.partition("@")[0].title(), "EMAIL": self._email, "DATE": f"{self._now} +0000"}
        people = {f"GIT_{role}_{key}": value for role in ("AUTHOR", "COMMITTER") for key, value in person.items()}
        known = {"PATH": os.environ["PATH"], "GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1"}
        done = subprocess.run(
            ["git", "-c", "protocol.file.allow=always", *args],
            input=stdin, cwd=self.path, env={**known, **people, **env}, capture_output=True, check=False,
        )  # fmt: skip
        assert may_fail or done.returncode == 0, done.stderr.decode()
        return done.stdout.decode("utf-8", "replace").strip()

    def commit(self, message: str | bytes = "change", by: str = "jane@acme.test", **files: str) -> str:
        """A commit of `files` (`src__app_py="text"` is src/app.py); without any, of nothing. Returns its sha."""
        self.write({name.replace("__", "/").replace("_", "."): text for name, text in files.items()})
        return self.save(message, by)

    def write(self, files: dict[str, str | None]) -> Self:
        """Files by path; None removes one."""
        for path, text in files.items():
            target = self.path / path
            target.parent.mkdir(parents=True, exist_ok=True)
            target.unlink() if text is None else target.write_text(text)
        return self

    def save(
        self, message: str | bytes = "change", by: str = "jane@acme.test", env: Mapping[str, str] = NOTHING
    ) -> str:
        """Commit whatever the work tree has."""
        self._now += 60
        self._email = by
        self.git("add", "-A", ".")
        raw = message if isinstance(message, bytes) else message.encode()
        self.git("commit", "-q", "--allow-empty", "--cleanup=verbatim", "-F", "-", stdin=raw, env=env)
        return self._head()

    def sha(self, name: str) -> str:
        return self.git("rev-parse", f"{name}^{{commit}}")

    def tag(self, name: str, at: str = "HEAD", *, annotated: bool = True) -> str:
        self._now += 1
        self.git("tag", *(["-m", name, "-a"] if annotated else []), name, at)
        return self._head() if at == "HEAD" else self.sha(f"refs/tags/{name}")

    def _head(self) -> str:
        folder = self.path / ".git"
        return (head(folder) if folder.is_dir() else "") or self.sha("HEAD")


async def history(source: GitSource, repo: Repo, from_tag: str | None, to_tag: str) -> History:
    """The history between two names of a repository."""
    from_sha = repo.sha(from_tag) if from_tag else None
    return await source.history(Compare(from_tag=from_tag, from_sha=from_sha, to_tag=to_tag, to_sha=repo.sha(to_tag)))


def there(path: Path) -> bool:
    """Whether something is there."""
    return path.exists()
