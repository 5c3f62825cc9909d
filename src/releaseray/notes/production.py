"""What a range's release did to the errors of production: facts that a draft can carry, and how they are worded."""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from typing import NamedTuple

from releaseray.notes.markdown import code, inline
from releaseray.notes.render import counted, listed

_MOST_FIXES = 20
_MOST_ERRORS = 5


class SeenError(NamedTuple):
    """An error by a name that tells nothing of single events, where in the code it is, and how many events it had."""

    id: str
    name: str
    culprit: str
    events: int


class Before(NamedTuple):
    """The release before, and the error events of both, each in so many hours after its first deploy."""

    version: str
    hours: int
    events: int
    previous_events: int


class Deployed(NamedTuple):
    """How a release is doing in one environment of a service. Errors have the most events first; there may be more
    than are listed, which the counts tell."""

    service: str
    version: str
    environment: str
    events: int
    new_count: int = 0
    regressed_count: int = 0
    new: tuple[SeenError, ...] = ()
    regressed: tuple[SeenError, ...] = ()
    before: Before | None = None


class Production(NamedTuple):
    """What was true at `as_of`, unix seconds. `fixed` are errors that the range's changes or the people who resolved
    them say are fixed by it."""

    as_of: int
    fixed: tuple[SeenError, ...] = ()
    deployed: tuple[Deployed, ...] = ()


def for_engineers(facts: Production) -> str:
    """Each error by name, and each environment against the release before; empty without facts."""
    return _section("In production", facts, [*_fixes(facts.fixed), *_line_by_line(facts.deployed)])


def for_colleagues(facts: Production) -> str:
    """In numbers only: names of errors tell nothing to who does not read code; empty without facts."""
    events = sum(error.events for error in facts.fixed)
    told = [f"Fixes {counted(len(facts.fixed), 'error')} that occurred {_times(events)}."] if facts.fixed else []
    return _section("How it is doing", facts, [*told, *map(_in_short, facts.deployed)])


def _section(title: str, facts: Production, bullets: Sequence[str]) -> str:
    if not bullets:
        return ""
    moment = datetime.fromtimestamp(facts.as_of, UTC)
    lines = "\n".join(f"- {bullet}" for bullet in bullets)
    return f"## {title}\nAs of {moment:%Y-%m-%d %H:%M} UTC:\n\n{lines}"


def _fixes(errors: Sequence[SeenError]) -> Iterator[str]:
    for error in errors[:_MOST_FIXES]:
        yield f"**Fixes** {_named(error)}"
    if len(errors) > _MOST_FIXES:
        yield f"**Fixes** {counted(len(errors) - _MOST_FIXES, 'more error')}"


def _named(error: SeenError) -> str:
    where = " ".join("".join(c if c.isprintable() else " " for c in error.culprit).split())
    place = f" in {code(where)}" if where else ""
    return f"{inline(error.name)}{place}, {counted(error.events, 'event')} ({code(error.id)})"


def _line_by_line(deployed: Sequence[Deployed]) -> Iterator[str]:
    for one in deployed:
        yield f"**{_place(one)}:** {_doing(one)}"
        yield from _listed(f"**New in {_place(one)}:**", one.new, one.new_count)
        yield from _listed(f"**Came back in {_place(one)}:**", one.regressed, one.regressed_count)


def _place(one: Deployed) -> str:
    return f"{inline(one.service)} {inline(one.version)}, {inline(one.environment)}"


def _doing(one: Deployed) -> str:
    if one.before is None:
        return counted(one.events, "error event")
    version, hours, events, previous = one.before
    share = f", {100 * events / (events + previous):.0f}% of both" if events + previous else ""
    during = "hour" if hours == 1 else f"{hours:,} hours"
    return (
        f"{counted(events, 'error event')} in its first {during}, {previous:,} in the first {during} of "
        f"{inline(version)}{share}: {_verdict(one.before)}"
    )


def _verdict(before: Before) -> str:
    if before.events == before.previous_events:
        return "no change"
    return "worse" if before.events > before.previous_events else "better"


def _listed(label: str, errors: Sequence[SeenError], count: int) -> Iterator[str]:
    shown = errors[:_MOST_ERRORS]
    for error in shown:
        yield f"{label} {_named(error)}"
    if count > len(shown):
        yield f"{label} {counted(count - len(shown), 'more error')}"


def _in_short(one: Deployed) -> str:
    changes = [
        f"{counted(number, 'error is', 'errors are')} new" if what == "new" else f"{number:,} came back"
        for what, number in (("new", one.new_count), ("back", one.regressed_count))
        if number
    ]
    more = f"; {listed(changes)}" if changes else ""
    return f"{_place(one)}: {_doing(one)}{more}."


def _times(number: int) -> str:
    return "once" if number == 1 else f"{number:,} times"
