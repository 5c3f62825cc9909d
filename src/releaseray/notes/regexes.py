"""Patterns that are compiled when they are first used: a process uses half of them, and to compile all takes longer."""

import re
from typing import Any, AnyStr, cast


def regex(pattern: AnyStr, flags: int = 0) -> re.Pattern[AnyStr]:
    """`re.compile(pattern, flags)`, put off until something is asked of it."""
    return cast(re.Pattern[AnyStr], _Uncompiled(pattern, flags))


class _Compiled:
    """Has the methods of a pattern as its own."""

    told: tuple[Any, ...]
    __slots__ = ("told", *(name for name in dir(re.Pattern) if not name.startswith("_")))


class _Uncompiled(_Compiled):
    """Stands in for a pattern, and becomes it when it is first asked for something."""

    __slots__ = ()

    def __init__(self, *told: Any) -> None:
        self.told = told

    def __getattr__(self, name: str) -> Any:
        return getattr(_compile(self), name)


def _compile(pattern: _Compiled) -> _Compiled:
    compiled = re.compile(*pattern.told)
    for method in _Compiled.__slots__[1:]:
        setattr(pattern, method, getattr(compiled, method))
    # Whoever has no `__getattr__` is asked faster
    pattern.__class__ = _Compiled
    return pattern
