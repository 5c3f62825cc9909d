"""A clone to ask `releaseray notes` about, with a cache of its own."""

import os
import resource
import shutil
import subprocess
import sys
from pathlib import Path

from tests.repository import GitRepository

NOTES = "# Changelog\n\n## 1.0.0\n\n### Features\n\n" + "".join(f"- Paint wall {n} (#{n})\n" for n in range(1, 21))


def painted(folder: Path, walls: int) -> GitRepository:
    """A project with a past of so many walls that teaches something, and somebody new."""
    repo = GitRepository(folder / "house")
    (repo.path / "CHANGELOG.md").write_text(NOTES + "<!-- long enough -->\n" * 20)
    for number in range(1, walls + 1):
        repo.commit(f"Paint wall {number} (#{number})", "walls/colour.rs")
        repo.commit(f"Route pipe {number} (#{number + 100})", "plumbing/pipe.rs")
    repo.tag("v1.0.0")
    repo.commit("Paint wall 21 (#252)", "walls/colour.rs")
    repo.commit("Route pipe 21 (#253)", "plumbing/pipe.rs")
    repo.git("commit", "-q", "--allow-empty", "--author=New Hand <new@example.org>", "-m", "Mend a window (#254)")
    repo.tag("v1.1.0")
    return repo


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
