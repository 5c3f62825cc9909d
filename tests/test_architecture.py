"""The rules of the house: imports go down, files stay small, every module says what it is."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.modules import Module, read_modules

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


@pytest.fixture(scope="module")
def modules() -> dict[Path, Module]:
    return read_modules(SRC)


def imported_rooms(module: Module) -> Iterator[str]:
    yield from (name.split(".")[1] for name in module.imported if name.startswith("releaseray."))


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(SRC)))
def test_imports_go_down(path: Path, modules: dict[Path, Module]) -> None:
    if path == SRC / "__init__.py":
        return
    mine = room(path)
    for theirs in imported_rooms(modules[path]):
        assert RANKS[theirs] <= RANKS[mine], f"{mine} may not import {theirs}"
        if mine in STRANGERS:
            assert theirs == mine or RANKS[theirs] < RANKS[mine], f"{mine} may not know {theirs}"


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(SRC)))
def test_no_import_hides_in_a_function_or_behind_type_checking(path: Path, modules: dict[Path, Module]) -> None:
    assert not modules[path].importers, "they import inside"
    assert "TYPE_CHECKING" not in modules[path].text


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(SRC)))
def test_a_module_says_what_it_is_and_stays_small(path: Path, modules: dict[Path, Module]) -> None:
    module = modules[path]
    assert module.documented or not module.text.strip(), "no docstring"
    assert len(module.text.splitlines()) <= 300


def test_pure_rooms_do_no_io(modules: dict[Path, Module]) -> None:
    forbidden = {"asyncio", "socket", "subprocess", "httpx", "sqlmodel", "sqlalchemy", "asyncpg", "time", "random"}
    for path in [*(SRC / "notes").rglob("*.py"), *(SRC / "tracking").rglob("*.py")]:
        assert not {name.split(".")[0] for name in modules[path].imported} & forbidden, path
        assert not modules[path].awaits, path
