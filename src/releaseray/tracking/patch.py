"""Reads which files, lines and functions a patch touches from git's unified diff."""

import re
from typing import NamedTuple

_HEADER = re.compile(r'^diff --git .* "?b/(.+?)"?$')
_FILE = re.compile(r'^\+\+\+ (?:"?b/(.+?)"?|/dev/null)\t?$')
_OLD_FILE = re.compile(r'^--- (?:"?a/(.+?)"?|/dev/null)\t?$')
_RENAMED = re.compile(r'^rename from "?(.+?)"?$')
_HUNK = re.compile(r"^@@ -\d+(?:,\d+)? \+(\d+)(?:,(\d+))? @@ ?(.*)$")
_KEYWORD = re.compile(r"\b(?:def|func|function|fn|sub|fun)\s+(?:\([^)]*\)\s*)?(?:self\.)?([A-Za-z_$][\w$]*)")
_TYPE = re.compile(
    r"^\s*(?:[a-z]+\s+){0,4}(?:class|interface|module|struct|trait|impl|object|enum)\s+([A-Za-z_$][\w$]*)[^;(*=]*$"
)
_METHOD = re.compile(
    r"^(?:\s+(?:public|private|protected|internal|static|async|override|virtual|final)\b[^=;(]*|[A-Za-z_][^=;(]*)\("
)
_CALLABLE = re.compile(r"([A-Za-z_$~][\w$]*)\s*(?:<[^<>()]{0,80}>)?\s*\(")
_ASSIGNED = re.compile(
    r"([A-Za-z_$][\w$]*)\s*(?::[\w<>\[\], .|]{1,80}=|[:=])\s*"
    r"(?:async\b|function\b|\([^)]*\)\s*(?::[^=]{1,80})?=>|[A-Za-z_$][\w$]*\s*=>)"
)
_NOT_FUNCTIONS = frozenset(
    {"if", "for", "while", "switch", "return", "catch", "sizeof", "with", "and", "or", "not", "in", "assert", "elif",
     "except", "print", "new", "async", "throw", "await", "__attribute__", "defined", "typeof", "static_assert",
     "foreach"}
)  # fmt: skip
_MAX_LINE = 400


class Hunk(NamedTuple):
    """A run of changed lines. `start` and `length` are lines of the new file (context included); `functions` are
    the names that git's hunk header and the definitions in the hunk give; `changed` counts lines added and
    removed."""

    start: int
    length: int
    functions: tuple[str, ...] = ()
    changed: int = 0


class TouchedFile(NamedTuple):
    """A file that a change touches, by its path in the repository (the old one when it was deleted); `was` is the path
    that it was moved from."""

    path: str
    hunks: tuple[Hunk, ...] = ()
    was: str = ""


def parse_patch(patch: str) -> tuple[TouchedFile, ...]:
    """The files of a patch as `git show -p` or `git log -p` writes it; what is not a diff in it is skipped."""
    files: list[TouchedFile] = []
    old_path, path, was, hunks = "", "", "", list[Hunk]()
    entered: tuple[str, ...] = ()
    for line in patch.splitlines():
        if header := _HEADER.match(line):
            _add(files, path, hunks, was)
            old_path, path, was, hunks = "", header[1], "", []
        elif not path:
            continue
        elif not hunks and (found := _RENAMED.match(line)):
            was = found[1]
        elif not hunks and (found := _OLD_FILE.match(line)):
            old_path = found[1] or ""
        elif not hunks and (found := _FILE.match(line)):
            path = found[1] or old_path
        elif found := _HUNK.match(line):
            hunks.append(Hunk(int(found[1]), int(found[2] or 1), function_names(found[3])[-1:]))
            entered = ()
        elif hunks and line[:1] in ("+", "-"):
            hunks[-1] = _with_change(hunks[-1], entered + _defined(line[1:]))
        elif hunks:
            entered = _defined(line[1:]) or entered
    _add(files, path, hunks, was)
    return tuple(files)


def function_names(line: str) -> tuple[str, ...]:
    """Names that a line of code defines: `static int f(struct x *y)`, `def f(self):`, `func (s *S) F() {`,
    `class C`.

    For a line that is no definition the answer is empty or, in languages without a keyword for it, a guess.
    """
    shown = line[:_MAX_LINE]
    if named := _KEYWORD.findall(shown) or _TYPE.findall(shown):
        return tuple(named)
    if assigned := _ASSIGNED.search(shown):
        return (assigned[1],)
    called = next((name for name in _CALLABLE.findall(shown) if name not in _NOT_FUNCTIONS), None)
    return (called,) if called else ()


def _with_change(hunk: Hunk, functions: tuple[str, ...]) -> Hunk:
    """The hunk with one more changed line, which is in or defines these functions."""
    new = tuple(name for name in dict.fromkeys(functions) if name not in hunk.functions)
    return hunk._replace(functions=hunk.functions + new, changed=hunk.changed + 1)


def _defined(code: str) -> tuple[str, ...]:
    """What a line defines, if it surely starts a definition: by a keyword, or as C, Java and C# write functions."""
    shown = code[:_MAX_LINE]
    by_shape = _METHOD.match(shown) and not shown.rstrip().endswith((";", "\\"))
    by_word = _KEYWORD.search(shown) or _TYPE.match(shown) or _ASSIGNED.search(shown)
    return function_names(shown) if by_word or by_shape else ()


def _add(files: list[TouchedFile], path: str, hunks: list[Hunk], was: str) -> None:
    if path:
        files.append(TouchedFile(path, tuple(hunks), was))
