"""The repository that drafts are made of: a given one, or one made up; and ranges of a given length in it."""

import random
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

_COMMITS = 20_500
_SEED = 7
_VERBS = ("Fix", "Add", "Remove", "Refactor", "Update", "Improve", "Document", "Speed up", "Deprecate", "Allow")
_THINGS = ("login", "invoices", "the export", "retries", "the cache", "webhooks", "search", "time zones", "the CLI")
_WHERE = ("on mobile", "for large accounts", "behind a proxy", "with empty input", "in the admin area", "on start")
_ROOMS = ("api", "web", "core", "billing", "search", "tests", "docs")


@dataclass(frozen=True)
class Range:
    """Two tags and how many commits lie between them."""

    from_tag: str
    to_tag: str
    commits: int


@dataclass(frozen=True)
class Repository:
    """A bare clone that shares its objects with the original, so that tags of ours can be set in it."""

    path: Path
    name: str

    @classmethod
    def of(cls, given: Path | None, folder: Path, kept: Path) -> "Repository":
        """A clone in `folder` of the given repository, or else of one made up, which stays in `kept`."""
        original = given or synthetic(kept / "synthetic.git")
        path = folder / "clone.git"
        _git(folder, "clone", "--quiet", "--bare", "--shared", str(original.resolve()), str(path))
        return cls(path, _name(original) if given else "synthetic (git fast-import)")

    def range(self, wanted: int) -> Range:
        """The newest commits, `wanted` of them or as few more as the history's merges allow."""
        line = _git(self.path, "rev-list", "--first-parent", "HEAD").split()
        low, high = 1, len(line) - 1
        while low < high:
            middle = (low + high) // 2
            low, high = (low, middle) if self._count(line[middle]) >= wanted else (middle + 1, high)
        commits = self._count(line[low])
        if commits < wanted:
            raise ValueError(f"the repository has only {commits} commits after its first, not {wanted}")
        found = Range(f"v900.0.{wanted}", "v901.0.0", commits)
        _git(self.path, "tag", "--force", found.from_tag, line[low])
        _git(self.path, "tag", "--force", found.to_tag, line[0])
        return found

    def _count(self, since: str) -> int:
        return int(_git(self.path, "rev-list", "--count", f"{since}..HEAD"))


def _git(folder: Path, *words: str) -> str:
    done = subprocess.run(["git", "-C", str(folder), *words], stdout=subprocess.PIPE, check=True, text=True)
    return done.stdout


def _name(original: Path) -> str:
    """What the repository is called where it came from; never where it lies on this machine."""
    asked = subprocess.run(
        ["git", "-C", str(original), "config", "remote.origin.url"], stdout=subprocess.PIPE, check=False, text=True
    )
    address = asked.stdout.strip().removesuffix("/").removesuffix(".git")
    if "://" in address or "@" in address:
        return "/".join(address.replace(":", "/").split("/")[-2:])
    return original.resolve().name.removesuffix(".git")


def synthetic(path: Path) -> Path:
    """A bare repository with the shape of a real one: many small commits, people, merges, pull request numbers.

    Made once: what is there stays.
    """
    if path.exists():
        return path
    fresh = path.with_suffix(".new")
    shutil.rmtree(fresh, ignore_errors=True)
    fresh.mkdir(parents=True)
    subprocess.run(["git", "init", "--quiet", "--bare", "--initial-branch=main", str(fresh)], check=True)
    with subprocess.Popen(["git", "-C", str(fresh), "fast-import", "--quiet"], stdin=subprocess.PIPE) as importing:
        if importing.stdin is None:
            raise ValueError("git was started without a pipe")
        for piece in _history(random.Random(_SEED)):
            importing.stdin.write(piece.encode())
    if importing.returncode:
        raise RuntimeError("git fast-import failed")
    return fresh.rename(path)


def _history(chance: random.Random) -> Iterator[str]:
    """Commits on one line; every fifth is a branch of its own, merged by the commit after it."""
    for number in range(1, _COMMITS + 1):
        verb, thing, where = chance.choice(_VERBS), chance.choice(_THINGS), chance.choice(_WHERE)
        person = chance.randrange(150)
        merged, merging = number % 5 == 4, number % 5 == 0
        subject = f"Merge pull request #{number} from dev{person}/topic-{number}" if merging else (
            f"{verb} {thing} {where}" + ("" if merged else f" (#{number})")
        )  # fmt: skip
        body = f"{verb} {thing} {where}" if merging else "What it does and why, in a sentence or two.\n" * (number % 3)
        message = f"{subject}\n\n{body}"
        yield f"commit refs/heads/{'topic' if merged else 'main'}\nmark :{number}\n"
        yield f"committer Dev {person} <dev{person}@example.com> {1_400_000_000 + number * 7200} +0000\n"
        yield f"data {len(message)}\n{message}\n"
        if number > 1:
            yield f"from :{number - (2 if merging else 1)}\n"
        if merging:
            yield f"merge :{number - 1}\n"
        yield from _files(chance, number)


def _files(chance: random.Random, number: int) -> Iterator[str]:
    for _ in range(chance.choice((1, 1, 2, 2, 3, 5, 8))):
        room, file = chance.choice(_ROOMS), int(chance.triangular(0, 400, 0))
        text = f"version {number}\n" * chance.randrange(2, 20)
        yield f"M 100644 inline src/{room}/part{file // 20}/file{file}.py\ndata {len(text)}\n{text}\n"
