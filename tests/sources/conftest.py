"""Repositories that the tests of the Git source share."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.sources.repos import Repo
from tests.sources.served import Served, serving


@pytest.fixture
def repo(tmp_path: Path) -> Repo:
    made = Repo(tmp_path / "srv" / "team" / "app")
    made.commit("Start", a_txt="1")
    made.tag("v1.0")
    made.commit("Next", a_txt="2")
    made.tag("v1.1")
    return made


@pytest.fixture
def server(tmp_path: Path, repo: Repo) -> Iterator[Served]:
    with serving(tmp_path / "srv") as running:
        yield running


@pytest.fixture
def mirror(tmp_path: Path) -> Path:
    return tmp_path / "data" / "mirror"


@pytest.fixture
def secret(tmp_path: Path) -> Repo:
    repo = Repo(tmp_path / "secret")
    repo.commit("Secret", a_txt="1")
    repo.tag("v1")
    return repo
