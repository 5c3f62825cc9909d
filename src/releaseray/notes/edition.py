"""Which engine this is, as a name for what it learned: another one learns other lessons."""

import os
from collections.abc import Iterator
from functools import cache
from zlib import crc32

_HERE = os.path.dirname(__file__)


@cache
def edition(*beside: str) -> str:
    """A name for this very engine, code and coefficients; and for that of the folders `beside` its own."""
    # Not by importlib.resources or hashlib, whose import takes longer than the reading
    digest = 0
    for folder in (_HERE, *(os.path.join(os.path.dirname(_HERE), name) for name in beside)):
        for name, path in _parts(folder):
            with open(path, "rb", 0) as part:
                digest = crc32(part.read(), crc32(name.encode(), digest))
    return f"{digest:08x}"


def _parts(folder: str) -> Iterator[tuple[str, str]]:
    """Name and path of each file that says how the engine works, in folders within too."""
    with os.scandir(folder) as found:
        entries = sorted(found, key=lambda entry: entry.name)
    for entry in entries:
        if entry.name.endswith((".py", ".json")):
            yield entry.name, entry.path
        elif entry.is_dir() and entry.name != "__pycache__":
            yield from _parts(entry.path)
