"""Real Git repositories, made quickly."""

import atexit
import os
import shutil
import subprocess
import tempfile
from functools import cache
from pathlib import Path

_ENVIRONMENT = {
    "PATH": os.environ["PATH"],
    "GIT_CONFIG_GLOBAL": os.devnull,
    "GIT_CONFIG_SYSTEM": os.devnull,
    "GIT_AUTHOR_NAME": "Jane Doe",
    "GIT_AUTHOR_EMAIL": "jane@acme.test",
    "GIT_COMMITTER_NAME": "Jane Doe",
    "GIT_COMMITTER_EMAIL": "jane@acme.test",
}


class GitRepository:
    """A work tree in a folder, and the few commands tests need."""

    def __init__(self, path: Path, like: "GitRepository | None" = None) -> None:
        """A new one, or a copy of one in another folder."""
        self.path = path
        self._seconds = 1_760_000_000
        if like is None:
            path.mkdir(parents=True)
            self.git("init", "-q", "-b", "main", "--template=")
        else:
            shutil.copytree(like.path, path, symlinks=True)
            self._seconds = like._seconds

    @classmethod
    def acme(cls, path: Path) -> "GitRepository":
        """Three releases of a small application that lives on GitHub."""
        return cls(path, like=_acme())

    def git(self, *arguments: str) -> str:
        self._seconds += 60
        moment = {"GIT_AUTHOR_DATE": f"{self._seconds} +0000", "GIT_COMMITTER_DATE": f"{self._seconds} +0000"}
        done = subprocess.run(
            ["git", *arguments],
            cwd=self.path,
            env={**_ENVIRONMENT, **moment},
            check=True,
            capture_output=True,
            text=True,
        )
        return done.stdout.strip()

    def commit(self, message: str, *paths: str) -> str:
        for path in paths:
            target = self.path / path
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_text(f"{target.read_text() if target.exists() else ''}{message}\n")
        self.git("add", "-A")
        self.git("commit", "-q", "--allow-empty", "-m", message)
        return head(self.path / ".git") or self.git("rev-parse", "HEAD")

    def tag(self, name: str) -> None:
        self.git("tag", "-a", name, "-m", name)


def head(git_dir: Path) -> str:
    """The commit that was made last, as its branch's file has it: half of what tests would start git for is to be told
    that. Empty where no file does."""
    kind, _, name = (git_dir / "HEAD").read_text().strip().rpartition(" ")
    if not kind:
        return name
    branch = git_dir / name
    return branch.read_text().strip() if branch.exists() else ""


@cache
def _acme() -> GitRepository:
    """Made once a process: hundreds of tests want one, and it takes git a tenth of a second."""
    folder = tempfile.mkdtemp(prefix="acme-")
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    repo = GitRepository(Path(folder) / "myapp")
    repo.git("remote", "add", "origin", "https://github.com/acme/myapp.git")
    repo.commit("Initial import", "src/app.py")
    repo.tag("v1.0.0")
    repo.commit("Add OAuth2 sign-in (#12)\n\nCloses #7", "src/auth/oauth.py")
    repo.commit("Fix crash when a session expires (#13)\n\nFixes #9\nFixes #10", "src/session.py")
    repo.commit("Bump actions/checkout from 3 to 4 (#14)", ".github/workflows/ci.yml")
    repo.tag("v1.1.0")
    repo.commit("Speed up search by caching results (#15)", "src/search.py")
    repo.tag("v1.2.0")
    return repo
