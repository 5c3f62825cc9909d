"""`releaseray notes` with plain arguments, done without what only explains and checks arguments: that is imported for
longer than many a draft takes."""

import os
import sys
from collections.abc import Sequence
from typing import Any, NoReturn

from releaseray.cli.notes_answer import Request, answer
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
        sys.stdout.write(answer(request)[1])
        sys.stdout.flush()
    except (AppError, SourceError) as problem:
        if request.persona != Request().persona:
            # It may be the name that is wrong, and that comes first
            return
        _end(1, f"Error: {problem}\n")
    except KeyboardInterrupt:
        _end(1, "\nAborted!\n")
    except BrokenPipeError:
        _end(1)
    _end(0)


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
