"""Who a draft is for: a persona is one module of this folder with a `PERSONA`, found by being there."""

from collections.abc import Sequence
from importlib import import_module
from pathlib import Path
from typing import Protocol

from releaseray.errors import InvalidRequest
from releaseray.notes.prepared import Item, Prepared
from releaseray.notes.production import Production


class Persona(Protocol):
    """A reader: what they are told, and how. `order` sorts the personas in lists."""

    @property
    def name(self) -> str:
        """What clients call the persona."""

    @property
    def order(self) -> int:
        """The persona's place in lists, lowest first."""

    def shown(self, release: Prepared) -> Sequence[Item]:
        """The items that the reader is told one by one, in the order of telling."""

    def line(self, item: Item, release: Prepared) -> str:
        """One item as the reader is told it: inline Markdown, without a bullet."""

    def body(self, release: Prepared, shown: Sequence[Item]) -> str:
        """The draft in Markdown, from the items `shown`."""

    def production(self, facts: Production) -> str:
        """How the release is doing, as a section at the end; empty where the reader is not told."""


def _found() -> dict[str, Persona]:
    # Not by pkgutil, whose import takes longer than all of theirs
    names = sorted(path.stem for path in Path(__file__).parent.glob("[a-z]*.py"))
    modules = [import_module(f"{__name__}.{name}") for name in names]
    personas: list[Persona] = [module.PERSONA for module in modules if hasattr(module, "PERSONA")]
    return {persona.name: persona for persona in sorted(personas, key=lambda persona: persona.order)}


_REGISTRY = _found()

PERSONAS: tuple[str, ...] = tuple(_REGISTRY)
"""The names of all personas, in their order."""


def persona(name: str) -> Persona:
    """The persona of that name; `InvalidRequest` naming the field `persona` when there is none."""
    if name not in _REGISTRY:
        raise InvalidRequest.field("persona", f"must be one of {', '.join(PERSONAS)}")
    return _REGISTRY[name]
