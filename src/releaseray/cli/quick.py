"""`releaseray notes` with plain arguments, done without what only explains and checks arguments: that is imported for
longer than many a draft takes."""

import os
import sys
from collections.abc import Sequence
from importlib import import_module
from typing import Any, NoReturn

from releaseray.cli.notes_reading import Request, reading
from releaseray.errors import AppError
from releaseray.sources import SourceError

FORMS = ("md", "json")
_WITH_VALUE = {"--repo": "repo", "--persona": "persona", "--format": "form"}


def run(arguments: Sequence[str]) -> None:
    """Print the draft and end the process; return, with nothing done, where the arguments are not plain."""
    request = plain(arguments)
    if request is None or sys.stdout.encoding.lower() != "utf-8":
        return
    try:
        if (printed := _printed(request)) is None:
            return
        sys.stdout.write(printed)
        sys.stdout.flush()
    except (AppError, SourceError) as problem:
        _end(1, f"Error: {problem}\n")
    except KeyboardInterrupt:
        _end(1, "\nAborted!\n")
    except BrokenPipeError:
        _end(1)
    _end(0)


def _printed(request: Request) -> str | None:
    """What is to be printed; None for a persona that does not exist."""
    with reading(request) as later:
        # The engine takes as long to import as git to read a short range
        telling = import_module("releaseray.cli.notes_draft")
        if request.persona not in ("", *telling.PERSONAS):
            return None
        draft = telling.told(request, later)[1]
        printed: str = telling.printed(draft, request.form)
        return printed


def _end(code: int, said: str = "") -> NoReturn:
    """End at once: everything is closed, and to take a large history apart object by object takes time."""
    sys.stderr.write(said)
    sys.stderr.flush()
    os._exit(code)


def plain(arguments: Sequence[str]) -> Request | None:
    """What the arguments of `releaseray notes` ask for; None for whatever is wrong, rare, or written otherwise, but for
    a persona's name, which is not looked up."""
    told: dict[str, Any] = {}
    masks: list[str] = []
    rest = iter(arguments)
    for argument in rest:
        if argument == "--unreleased":
            told["unreleased"] = True
        elif argument == "--no-cache":
            told["cached"] = False
        elif argument == "--mask" or argument in _WITH_VALUE:
            value = next(rest, "-")
            if value.startswith("-"):
                return None
            if argument == "--mask":
                masks.append(value)
            else:
                told[_WITH_VALUE[argument]] = value
        elif argument.startswith("-") or "spec" in told:
            return None
        else:
            told["spec"] = argument
    request = Request(**told, mask=tuple(masks))
    return request if request.form in FORMS else None
