"""Compares the paths of deployed code, as stack frames give them, with paths in a repository."""

import re

from releaseray.tracking.event import Frame

_ORIGIN = re.compile(r"^[a-z][a-z0-9+.-]*:(?://[^/]*)?/*|^[A-Za-z]:", re.IGNORECASE)
_ASIDE = re.compile(
    r"(?:^|/)(?:tests?|testing|specs?|__tests__|docs?|documentation|examples?|fixtures|changelog\.d|\.github)/"
    r"|(?:^|/)(?:test_[^/]*|[^/]*[._](?:test|spec)s?\.[a-z]+|[^/]*_test\.go|[^/]*Tests?\.(?:java|cs|php|kt))$"
    r"|\.(?:md|rst|txt|adoc|lock)$|(?:^|/)(?:package-lock\.json|CHANGELOG[^/]*|NEWS|go\.sum)$",
    re.IGNORECASE,
)
_COMMON_NAMES = frozenset(
    {"__init__.py", "index.js", "index.ts", "index.tsx", "index.php", "main.go", "main.py", "mod.rs", "utils.py",
     "models.py", "views.py", "Makefile", "meson.build"}
)  # fmt: skip
_SUFFIXES = {".py": ".", ".java": ".", ".kt": ".", ".scala": "."}


def is_aside(path: str) -> bool:
    """Whether a file is beside the running code: a test, documentation, a lock file."""
    return bool(_ASIDE.search(path))


def frame_paths(frame: Frame) -> tuple[str, ...]:
    """Where a frame's file may be, best first, with `/` between parts: its path, and what its module says."""
    written = [path for path in (frame.abs_path, frame.filename) if path and not path.startswith("<")]
    paths = [_plain(path) for path in written]
    paths += [by_module for path in written if (by_module := _module_path(frame.module, path))]
    return tuple(dict.fromkeys(path for path in paths if path))


def _plain(path: str) -> str:
    kept = _ORIGIN.sub("", re.split(r"[?#]", path, maxsplit=1)[0].replace("\\", "/"))
    return "/".join(part for part in kept.split("/") if part not in ("", ".", "..", "~"))


def _module_path(module: str | None, path: str) -> str | None:
    """`com.acme.shop.Cart` and `Cart.java` → `com/acme/shop/Cart.java`, where a bare file name says too little."""
    name = path.replace("\\", "/").rpartition("/")[2]
    suffix = "." + name.rpartition(".")[2]
    if not module or suffix not in _SUFFIXES or "/" in module:
        return None
    parts = module.split("$", maxsplit=1)[0].split(".")
    stem = name.removesuffix(suffix)
    if suffix != ".py":
        parts[-1:] = [stem]
    elif parts[-1] != stem:
        parts.append(stem)
    return "/".join(parts) + suffix if len(parts) > 1 else None


def likeness(paths: tuple[str, ...], repository_path: str) -> float:
    """How surely one of a frame's paths is the repository's file, 0 to 1, by the parts they share from the end.

    1 when one is the end of the other by two parts or more; less when only the last parts agree, since monorepos
    and packages move files; hardly anything for a name alone that every project has many of.
    """
    theirs = repository_path.split("/")
    return max((_shared_end(path.split("/"), theirs) for path in paths), default=0.0)


def _shared_end(mine: list[str], theirs: list[str]) -> float:
    shorter = min(len(mine), len(theirs))
    shared = next((n for n in range(shorter) if mine[-1 - n] != theirs[-1 - n]), shorter)
    if shared == 0:
        return 0.0
    if shared == 1:
        if mine[-1] in _COMMON_NAMES:
            return 0.5 if len(theirs) == 1 and len(mine) > 1 else 0.05
        return 0.9 if shorter == 1 else 0.2
    return 1.0 if shared == shorter else min(0.9, 0.3 + 0.15 * shared)
