"""The face of the notes engine: a range's history in, a draft for one persona out."""

from functools import partial

from releaseray.notes.classify import context_of
from releaseray.notes.counting import Counts, counts
from releaseray.notes.draft import Draft, Entries, Entry, Flags
from releaseray.notes.flags import catchword, highlights, upgrade_instructions
from releaseray.notes.history import History
from releaseray.notes.personas import PERSONAS, Persona, persona
from releaseray.notes.prepare import learn, prepare
from releaseray.notes.prepared import Item, Prepared
from releaseray.notes.production import Production
from releaseray.notes.render import document

__all__ = ["PERSONAS", "Counts", "build", "context_of", "counts", "learn", "prepare"]


def build(history: History | Prepared, persona_name: str, production: Production | None = None) -> Draft:
    """The draft of a range for one persona.

    Give it what `prepare` made of the history when several personas are asked for. `production` is told to those whose
    business it is. Raises `InvalidRequest` for a persona that does not exist.
    """
    reader = persona(persona_name)
    release = history if isinstance(history, Prepared) else prepare(history)
    shown = reader.shown(release)
    told = {id(item) for item in shown}
    body = reader.body(release, shown)
    return Draft(
        body_md=document([body.rstrip("\n"), reader.production(production)]) if production else body,
        flags=Flags(
            highlights=tuple(catchword(item) for item in highlights(shown)),
            upgrade_instructions=upgrade_instructions(release),
            contributors=release.contributors,
        ),
        entries=Entries(release.items, partial(_entry, reader, release, told)),
    )


def _entry(reader: Persona, release: Prepared, told: set[int], item: Item) -> Entry:
    return Entry(
        shas=item.change.shas,
        pr=item.change.pr,
        category=item.category,
        kept=id(item) in told,
        text=reader.line(item, release),
        reason=item.reason,
    )
