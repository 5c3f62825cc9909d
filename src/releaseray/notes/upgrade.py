"""What an upgrade asks for: minimum versions that were raised and settings that are gone, read before → after."""

import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from importlib import import_module
from typing import Any, NamedTuple

from releaseray.notes.history import FileDelta
from releaseray.notes.regexes import regex


class Requirement(NamedTuple):
    """`what` is needed in the version `after`; it was `before` (None: newly needed). `after` None: removed."""

    what: str
    before: str | None
    after: str | None


_NAME = regex(r"\s*([A-Za-z0-9][\w.-]*)(?:\[[^\]]*\])?\s*\(?([^;()]*)")
_SETUP_PYTHON = regex(r"python_requires\s*=\s*['\"]?([^'\"\n,][^'\"\n]*)")
_GO = regex(r"^go (\d[\w.]*)", re.MULTILINE)
_SETTING = regex(r"^[ \t]*(?:export[ \t]+|#[ \t]*)?([A-Z][A-Z0-9_]{2,})[ \t]*=", re.MULTILINE)
_RUNTIMES = {"node": "Node.js", "npm": "npm", "yarn": "Yarn", "pnpm": "pnpm", "php": "PHP", "vscode": "VS Code"}
_RUNTIME_NAMES = frozenset({*_RUNTIMES.values(), "Python", "Rust", "Go"})
_MOST_PACKAGES = 5
_NUMBERS = regex(r"\d+")


def requirements(deltas: tuple[FileDelta, ...]) -> list[Requirement]:
    """What the changed manifests ask for that they did not before; shallow paths first, each thing once.

    Only what is raised counts: a minimum that was lowered needs no action. Development dependencies are not read.
    """
    found: dict[str, Requirement] = {}
    ordered = sorted(deltas, key=lambda delta: (delta.path.count("/"), delta.path))
    for one in [*_settings(ordered), *_raises(ordered)]:
        found.setdefault(one.what, one)
    return list(found.values())


def _settings(deltas: Iterable[FileDelta]) -> Iterator[Requirement]:
    for delta in deltas:
        if _is_settings_sample(delta.path) and delta.before is not None and delta.after is not None:
            kept = set(_SETTING.findall(delta.after))
            gone = [name for name in dict.fromkeys(_SETTING.findall(delta.before)) if name not in kept]
            yield from (Requirement(name, "", None) for name in gone)


def _raises(deltas: Iterable[FileDelta]) -> Iterator[Requirement]:
    """Files of the root folder speak for one package, so that what moved from one to another is no surprise; in
    other folders each file speaks for itself. A pinned package (`~=`, `^`) is the project's own affair; many at once
    are upkeep: runtimes count always."""
    raised: list[Requirement] = []
    packages: dict[str, list[FileDelta]] = {}
    for delta in deltas:
        packages.setdefault(delta.path if "/" in delta.path else "", []).append(delta)
    for files in packages.values():
        old: dict[str, str] = {}
        new: dict[str, str] = {}
        for delta in files:
            old = {**_read(delta.path, delta.before or ""), **old}
            new = {**_read(delta.path, delta.after or ""), **new}
        raised += [
            Requirement(what, old[what] or None, wanted) for what, wanted in new.items() if _asks(what, old, wanted)
        ]
    runtimes = [need for need in raised if need.what in _RUNTIME_NAMES]
    yield from raised if len(raised) - len(runtimes) <= _MOST_PACKAGES else runtimes


def _asks(what: str, old: Mapping[str, str], wanted: str) -> bool:
    """Whether `wanted` asks somebody who upgrades for more than before; of a runtime, another patch asks nothing."""
    if what not in old or not wanted or old[what] == wanted:
        return False
    if what in _RUNTIME_NAMES:
        return _floor(wanted)[:2] > _floor(old[what])[:2]
    return wanted.startswith(">") and _raised(old[what], wanted)


def _is_settings_sample(path: str) -> bool:
    name = path.rpartition("/")[2].lower()
    return name.startswith((".env", "env.")) or name.endswith((".env.example", ".env.sample", ".env.dist"))


def _raised(before: str, after: str) -> bool:
    """Compares the lowest versions that two constraints allow."""
    old, new = _floor(before), _floor(after)
    return bool(new) and new > old


def _floor(constraint: str) -> tuple[int, ...]:
    parts = re.split(r"\|\||\s*,\s*|\s+(?=[<>=^~])", constraint)
    floors = [tuple(map(int, _NUMBERS.findall(part)[:3])) for part in parts if not part.strip().startswith(("<", "!"))]
    return min((floor for floor in floors if floor), default=())


def _read(path: str, text: str) -> Mapping[str, str]:
    """What a manifest asks for; nothing where it cannot be read: a broken file must not cost the draft."""
    name = path.rpartition("/")[2]
    if not text:
        return {}
    try:
        return _READERS[name](text) if name in _READERS else {}
    except (ValueError, AttributeError, TypeError, RecursionError):
        return {}


def _named(versions: Mapping[str, Any]) -> dict[str, str]:
    return {_RUNTIMES.get(name, name): version for name, version in versions.items() if isinstance(version, str)}


def _package_json(text: str) -> dict[str, str]:
    package = json.loads(text)
    return _named({**package.get("peerDependencies", {}), **package.get("engines", {})})


def _composer(text: str) -> dict[str, str]:
    return _named(json.loads(text).get("require", {}))


def _go(text: str) -> dict[str, str]:
    return {"Go": found[1]} if (found := _GO.search(text)) else {}


def _setup(text: str) -> dict[str, str]:
    return {"Python": found[1].strip()} if (found := _SETUP_PYTHON.search(text)) else {}


def _toml(text: str) -> dict[str, Any]:
    # Few releases change such a file, and to import what reads it takes as long as a tenth of the engine
    table: dict[str, Any] = import_module("tomllib").loads(text)
    return table


def _cargo(text: str) -> dict[str, str]:
    manifest = _toml(text)
    package = manifest.get("package", {}) or manifest.get("workspace", {}).get("package", {})
    version = package.get("rust-version") or manifest.get("workspace", {}).get("package", {}).get("rust-version")
    return {"Rust": version} if isinstance(version, str) else {}


def _pyproject(text: str) -> dict[str, str]:
    project = _toml(text)
    table = project.get("project", {})
    wanted = {}
    if python := table.get("requires-python"):
        wanted["Python"] = str(python)
    poetry = project.get("tool", {}).get("poetry", {}).get("dependencies", {})
    if isinstance(poetry.get("python"), str):
        wanted["Python"] = poetry["python"]
    for dependency in table.get("dependencies", []):
        if isinstance(dependency, str) and (found := _NAME.match(dependency)):
            wanted[found[1]] = found[2].strip()
    return wanted


_READERS: Mapping[str, Callable[[str], dict[str, str]]] = {
    "package.json": _package_json,
    "composer.json": _composer,
    "Cargo.toml": _cargo,
    "pyproject.toml": _pyproject,
    "go.mod": _go,
    "setup.py": _setup,
    "setup.cfg": _setup,
}
