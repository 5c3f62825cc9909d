"""A clone to ask `releaseray notes` about, with a cache of its own."""

import os
import resource
import shutil
import subprocess
import sys
from pathlib import Path

from tests.repository import GitRepository


class House:
    """A clone of the project `built`, a cache, and a git that writes down what it is asked."""

    def __init__(self, folder: Path, built: GitRepository) -> None:
        self.repo = GitRepository(folder / "house", like=built)
        self.git = self.repo.git
        self.cache = folder / "cache"
        self.asked = folder / "asked"
        self._environment = {**os.environ, "PATH": f"{folder / 'bin'}:{os.environ['PATH']}"}
        (folder / "bin").mkdir()
        (folder / "bin" / "git").write_text(f'#!/bin/sh\necho "$@" >> {self.asked}\nexec {shutil.which("git")} "$@"\n')
        (folder / "bin" / "git").chmod(0o755)

    def begin(self, *arguments: str, most: int = 0, **environment: str) -> "subprocess.Popen[str]":
        """The command; with `most`, on a disk that is full where a file has so many bytes."""
        self.asked.unlink(missing_ok=True)
        return subprocess.Popen(
            [sys.executable, "-m", "releaseray", "notes", *arguments, "--repo", str(self.repo.path)],
            env={**self._environment, "XDG_CACHE_HOME": str(self.cache), **environment},
            preexec_fn=(lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (most, most))) if most else None,  # noqa: PLW1509 - no threads here
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def told(self, *arguments: str, most: int = 0, **environment: str) -> str:
        """What the command prints."""
        return ended(self.begin(*arguments, most=most, **environment))

    @property
    def read(self) -> bool:
        """Whether the last run had git read commits, or even count them."""
        return any(word in self.asked.read_text() for word in ("log", "rev-list"))

    def kept(self, kind: str) -> list[Path]:
        return sorted((self.cache / "releaseray" / kind).glob("*"))


def ended(command: "subprocess.Popen[str]") -> str:
    """What it printed, once it ended well."""
    told, complaint = command.communicate(timeout=60)
    assert (command.returncode, complaint) == (0, "")
    return told
