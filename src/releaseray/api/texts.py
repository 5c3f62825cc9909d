"""What an endpoint wants of a request, where that is the request itself and texts of its path and headers.

FastAPI's solver finds these too, and takes a sixth of a read for it: it also checks what cannot be wrong.
"""

from collections.abc import Callable, Collection, Mapping
from typing import Annotated, Any, get_args, get_origin, get_type_hints

from fastapi import Request, params
from starlette.responses import Response

Way = Callable[[Request], Any]


def ways(endpoint: Callable[..., Any], in_path: Collection[str]) -> Mapping[str, Way] | None:
    """How to find each argument of an endpoint that makes its response itself; None where FastAPI must: for one that
    wants more than texts, and for one whose answer is still to be serialized."""
    hints = get_type_hints(endpoint, include_extras=True)
    if hints.pop("return", None) is not Response:
        return None
    found = {name: _way(name, hint, in_path) for name, hint in hints.items()}
    known = {name: way for name, way in found.items() if way is not None}
    return known if len(known) == len(found) else None


def _way(name: str, hint: Any, in_path: Collection[str]) -> Way | None:
    if hint is Request:
        return lambda request: request
    if hint is str and name in in_path:
        return lambda request: request.path_params[name]
    if get_origin(hint) is Annotated:
        text, *about = get_args(hint)
        if text == (str | None) and len(about) == 1 and isinstance(about[0], params.Header):
            header = about[0].alias or name.replace("_", "-")
            return lambda request: request.headers.get(header)
    return None
