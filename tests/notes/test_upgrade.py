"""What an upgrade asks for, read from manifests before and after."""

import pytest

from releaseray.notes.history import FileDelta
from releaseray.notes.upgrade import Requirement, requirements


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
