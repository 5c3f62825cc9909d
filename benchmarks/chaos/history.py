"""The repository whose releases are drafted: a synthetic history with a tag every few hundred commits."""

import subprocess
from itertools import pairwise
from pathlib import Path

from benchmarks.repository import synthetic


def tagged(path: Path, ranges: int) -> tuple[Path, list[tuple[str, str]]]:
    """A bare repository, and the pairs of neighbouring tags in it."""
    repository = synthetic(path)
    line = _git(repository, "rev-list", "--first-parent", "--reverse", "main").split()
    step = (len(line) - 1) // ranges
    tags = {f"v1.{number}.0": line[number * step] for number in range(ranges + 1)}
    _git(
        repository,
        "update-ref",
        "--stdin",
        told="".join(f"create refs/tags/{t} {sha}\n" for t, sha in tags.items()),
    )
    return repository, list(pairwise(tags))


def _git(path: Path, *words: str, told: str = "") -> str:
    return subprocess.run(
        ["git", "-C", str(path), *words], input=told, capture_output=True, check=True, text=True
    ).stdout
