"""The lock files: complete, hashed, the same versions everywhere, and silent about where they were resolved."""

import re
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
LOCKS = ("requirements.lock", "requirements-dev.lock", "requirements-redis.lock")
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]


def pinned(lock: str) -> dict[str, set[str]]:
    """The versions of each distribution; several where markers tell them apart."""
    found: dict[str, set[str]] = {}
    for name, version in re.findall(r"^([a-z0-9._-]+)==([^ ;\\]+)", (ROOT / lock).read_text(), re.MULTILINE):
        found.setdefault(name, set()).add(version)
    return found


def names(requirements: list[str]) -> set[str]:
    return {re.split(r"[\[<>=!~; ]", requirement)[0].lower() for requirement in requirements}


def test_the_locks_hold_everything_that_the_project_asks_for() -> None:
    assert names(PROJECT["dependencies"]) <= set(pinned("requirements.lock"))
    assert names(PROJECT["optional-dependencies"]["dev"]) <= set(pinned("requirements-dev.lock"))


def test_the_locks_agree() -> None:
    released = pinned("requirements.lock")
    assert released.items() <= pinned("requirements-dev.lock").items()
    assert pinned("requirements-redis.lock").items() <= released.items()


@pytest.mark.parametrize("lock", LOCKS)
def test_every_file_is_hashed_and_no_registry_is_named(lock: str) -> None:
    text = (ROOT / lock).read_text()
    for requirement in re.split(r"\n(?=\S)", text.strip()):
        assert "--hash=sha256:" in requirement, requirement
    assert not re.search(r"://|--index|--find-links|\s/|@", text)
