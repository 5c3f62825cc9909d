"""What an upgrade asks for, read from manifests before and after."""

from pathlib import Path

import pytest

from releaseray.notes.engine import build
from releaseray.notes.history import FileDelta
from releaseray.notes.upgrade import Requirement, requirements

from .histories import load


@pytest.mark.parametrize(
    ("path", "before", "after", "asked"),
    [
        ("package.json", '{"engines":{"node":">=18"}}', '{"engines":{"node":">=20"}}', ("Node.js", ">=18", ">=20")),
        ("Cargo.toml", '[package]\nrust-version="1.80"', '[package]\nrust-version="1.85"', ("Rust", "1.80", "1.85")),
        ("go.mod", "module a\n\ngo 1.22\n", "module a\n\ngo 1.24.1\n", ("Go", "1.22", "1.24.1")),
        ("composer.json", '{"require":{"php":"^8.1"}}', '{"require":{"php":"^8.3"}}', ("PHP", "^8.1", "^8.3")),
        ("setup.cfg", "python_requires = >=3.8", "python_requires = >=3.10", ("Python", ">=3.8", ">=3.10")),
        (".env.example", "OLD_ONE=1\nKEPT=2\n", "KEPT=3\n", ("OLD_ONE", "", None)),
    ],
)
def test_what_is_raised_or_gone(path: str, before: str, after: str, asked: tuple[str, str, str | None]) -> None:
    assert requirements((FileDelta(path, before, after),)) == [Requirement(*asked)]


@pytest.mark.parametrize(
    ("path", "before", "after"),
    [
        ("package.json", '{"engines":{"node":">=20"}}', '{"engines":{"node":">=18"}}'),
        ("package.json", '{"engines":{"node":">=18"}}', "{ broken"),
        ("package.json", "[]", '{"engines": 7}'),
        ("go.mod", "module a\n\ngo 1.25.0\n", "module a\n\ngo 1.25.1\n"),
        ("pyproject.toml", '[project]\ndependencies=["a~=1.0"]', '[project]\ndependencies=["a~=2.0"]'),
        ("Cargo.toml", "[package]", "[[package]]"),
    ],
)
def test_what_is_lowered_broken_or_the_projects_own_affair_asks_nothing(path: str, before: str, after: str) -> None:
    assert requirements((FileDelta(path, before, after),)) == []


def test_what_moves_to_another_file_is_compared_across_them() -> None:
    moved = (
        FileDelta("setup.py", "setup(python_requires='>=3.7')", None),
        FileDelta("pyproject.toml", None, '[project]\nrequires-python = ">=3.10"'),
    )
    assert requirements(moved) == [Requirement("Python", ">=3.7", ">=3.10")]


def test_a_step_says_what_its_author_says_to_do_and_what_frees_of_something_is_none() -> None:
    history, _ = load(Path(__file__).parent / "golden" / "advice" / "history.txt")
    assert build(history, "engineer").flags.upgrade_instructions == (
        "- Drop the closure of pairs (use `all_pairs` instead)\n- Adapt the check of the origin\n"
        "- Remove the old cache: Use `store.open` instead\n- Drop the page of plans\n"
        "- Drop the enums of codecs"
    )
