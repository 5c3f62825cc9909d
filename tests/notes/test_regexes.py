"""A pattern is compiled when it is first used, and is then what `re.compile` makes."""

import importlib
import pkgutil
import re

import pytest

from releaseray import notes, sources
from releaseray.notes.regexes import regex


def test_it_does_what_a_pattern_does() -> None:
    digits, bytes_too = regex(r"\D(\d+)"), regex(rb"(?P<word>[a-z]+)", re.IGNORECASE)
    assert digits.findall("a1 b22") == ["1", "22"]
    assert digits.sub(r"<\1>", "a1 b22") == "<1> <22>"
    assert [found["word"] for found in bytes_too.finditer(b"TWO words")] == [b"TWO", b"words"]
    assert bytes_too.pattern == rb"(?P<word>[a-z]+)"
    assert bytes_too.flags & re.IGNORECASE


def test_it_is_compiled_no_sooner_than_it_is_used() -> None:
    broken = regex("(")
    with pytest.raises(re.error):
        broken.search("anything")


def test_every_pattern_of_the_engine_and_the_sources_can_be_compiled() -> None:
    compiled = 0
    for package in (notes, sources):
        for module in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
            for value in vars(importlib.import_module(module.name)).values():
                for pattern in value if isinstance(value, tuple) else (value,):
                    if type(pattern).__module__ == regex.__module__:
                        compiled += bool(re.compile(pattern.pattern, pattern.flags))
    assert compiled > 150
