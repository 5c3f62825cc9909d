"""The C library's heap: what Python gave back to it, it need not keep from the system."""

import ctypes
from functools import cache
from typing import Any

_MOST_ARENAS = -8
"""glibc's M_ARENA_MAX."""


@cache
def _glibc() -> Any | None:
    """The C library of this process, None where it is another one, which has its own ways."""
    try:
        library = ctypes.CDLL(None)
        library.gnu_get_libc_version  # noqa: B018 - asked whether it is there
    except (OSError, AttributeError, TypeError):
        return None
    return library


def keep_one_arena() -> None:
    """Let all threads share one heap, as one lock lets them run anyway: each with its own keeps what the largest range
    took in it. To be called before threads are started."""
    if library := _glibc():
        library.mallopt(_MOST_ARENAS, 1)


def give_back() -> None:
    """Return to the system what is free. Takes a few milliseconds, without Python's lock."""
    if library := _glibc():
        library.malloc_trim(0)
