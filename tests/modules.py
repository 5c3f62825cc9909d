"""What the source of each module says of it, read in a process of its own: while CPython 3.11 makes a syntax tree, no
other thread may make one, and servers of other tests, in threads, make them to print a traceback."""

import ast
import multiprocessing
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Module:
    """What the rules ask about a module: `imported` are full names, `importers` the functions that import inside."""

    text: str
    documented: bool
    imported: tuple[str, ...]
    importers: tuple[str, ...]
    awaits: bool


def read_modules(root: Path) -> dict[Path, Module]:
    """Every module below the folder."""
    with ProcessPoolExecutor(1, multiprocessing.get_context("spawn")) as other:
        return other.submit(_read_all, root).result()


def _read_all(root: Path) -> dict[Path, Module]:
    return {path: _read(path.read_text()) for path in root.rglob("*.py")}


def _read(text: str) -> Module:
    tree = ast.parse(text)
    nodes = list(ast.walk(tree))
    functions = [node for node in nodes if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)]
    return Module(
        text,
        bool(ast.get_docstring(tree)),
        tuple(name for node in nodes for name in _imported(node)),
        tuple(function.name for function in functions if _imports_inside(function)),
        any(isinstance(node, ast.Await) for node in nodes),
    )


def _imported(node: ast.AST) -> Iterator[str]:
    if isinstance(node, ast.ImportFrom) and node.module == "releaseray":
        yield from (f"releaseray.{alias.name}" for alias in node.names if alias.name != "__version__")
    elif isinstance(node, ast.ImportFrom):
        yield node.module or ""
    elif isinstance(node, ast.Import):
        yield from (alias.name for alias in node.names)


def _imports_inside(function: ast.AST) -> bool:
    return any(isinstance(node, ast.Import | ast.ImportFrom) for node in ast.walk(function))
