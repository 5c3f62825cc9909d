"""Events as JSON, to be kept and read back."""

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any, get_args

from pydantic import TypeAdapter

from releaseray.webhooks.github_events import Event

_KINDS: Mapping[str, TypeAdapter[Event]] = {kind.__name__: TypeAdapter(kind) for kind in get_args(Event)}


def dump(event: Event) -> dict[str, Any]:
    """The event with its kind, for `load`."""
    return {"type": type(event).__name__, "values": asdict(event)}


def load(kept: Mapping[str, Any]) -> Event:
    """The event that `dump` was given."""
    return _KINDS[kept["type"]].validate_python(kept["values"])
