"""The rules of the house: imports go down, files stay small, every module says what it is."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

SRC = Path(__file__).parent.parent / "src" / "releaseray"

RANKS = {
    "settings": 0, "errors": 0, "logs": 0, "heap": 0,
    "notes": 1, "tracking": 1, "secrets": 1,
    "models": 2, "outbound": 2, "github": 2, "webhooks": 2,
    "jobs": 3, "migrations": 3, "markdown": 1,
    "redis_pipe": 3,
    "db": 3, "repositories": 3, "sources": 3, "channels": 3, "writers": 3, "embedded": 3,
    "services": 4,
    "api": 5, "worker": 5, "web": 5,
    "app": 6, "cli": 6, "__main__": 6,
}  # fmt: skip
STRANGERS = ("sources", "channels", "writers")
MODULES = sorted(SRC.rglob("*.py"))


def room(path: Path) -> str:
    return path.relative_to(SRC).parts[0].removesuffix(".py")


def imported_rooms(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text())):
        names = []
        if isinstance(node, ast.ImportFrom) and node.module == "releaseray":
            names = [f"releaseray.{alias.name}" for alias in node.names if alias.name != "__version__"]
        elif isinstance(node, ast.ImportFrom) and node.module:
            names = [node.module]
        elif isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        yield from (name.split(".")[1] for name in names if name.startswith("releaseray."))


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(SRC)))
def test_imports_go_down(path: Path) -> None:
    if path == SRC / "__init__.py":
        return
    mine = room(path)
    for theirs in imported_rooms(path):
        assert RANKS[theirs] <= RANKS[mine], f"{mine} may not import {theirs}"
        if mine in STRANGERS:
            assert theirs == mine or RANKS[theirs] < RANKS[mine], f"{mine} may not know {theirs}"


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(SRC)))
def test_no_import_hides_in_a_function_or_behind_type_checking(path: Path) -> None:
    tree = ast.parse(path.read_text())
    for function in ast.walk(tree):
        if isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef):
            hidden = [n for n in ast.walk(function) if isinstance(n, ast.Import | ast.ImportFrom)]
            assert not hidden, f"{function.name} imports inside"
    assert "TYPE_CHECKING" not in path.read_text()


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(SRC)))
def test_a_module_says_what_it_is_and_stays_small(path: Path) -> None:
    text = path.read_text()
    if text.strip():
        assert ast.get_docstring(ast.parse(text)), "no docstring"
    assert len(text.splitlines()) <= 300


def test_pure_rooms_do_no_io() -> None:
    forbidden = {"asyncio", "socket", "subprocess", "httpx", "sqlmodel", "sqlalchemy", "asyncpg", "time", "random"}
    for path in [*(SRC / "notes").rglob("*.py"), *(SRC / "tracking").rglob("*.py")]:
        for node in ast.walk(ast.parse(path.read_text())):
            names = []
            if isinstance(node, ast.Import):
                names = [alias.name for alias in node.names]
            elif isinstance(node, ast.ImportFrom):
                names = [node.module or ""]
            assert not {name.split(".")[0] for name in names} & forbidden, path
            assert not isinstance(node, ast.Await), path
