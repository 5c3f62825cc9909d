"""Decides which error an event belongs to, says why, and names it; see decision 0040."""

import re
from collections.abc import Callable
from hashlib import blake2b
from typing import NamedTuple

from releaseray.tracking import stack
from releaseray.tracking.event import Event, Frame, RaisedException
from releaseray.tracking.message import normalize_message
from releaseray.tracking.stack import Call, class_name

GROUPING_VERSION = 1

_DEFAULT = re.compile(r"\{\{\s*default\s*\}\}")
_OVERFLOWS = re.compile(r"RecursionError|StackOverflow(?:Error|Exception)|SystemStackError")
_MAX_TITLE = 200
_MAX_SHOWN_CALLS = 5


class Grouping(NamedTuple):
    """Which error an event belongs to. `hash` is 32 hexadecimal digits and holds the version; `explanation` has
    one line a reason, for people; `title` and `culprit` (where it happened) name the error."""

    hash: str
    version: int
    explanation: tuple[str, ...]
    title: str
    culprit: str


class _Parts(NamedTuple):
    """What is hashed, and how to say it."""

    hashed: tuple[str, ...]
    reasons: tuple[str, ...]


def group(event: Event, version: int = GROUPING_VERSION) -> Grouping:
    """The error an event belongs to, by one version of the rules; raises `KeyError` for a version never
    released."""
    parts = _VERSIONS[version](event)
    return Grouping(_digest(version, parts.hashed), version, parts.reasons, title(event), culprit(event))


def candidates(event: Event) -> tuple[Grouping, ...]:
    """The event's grouping by every version, newest first. An event belongs to the first of them that exists; if
    none does, its error is created with the first. So an upgrade regroups nothing that was there before."""
    return tuple(group(event, version) for version in sorted(_VERSIONS, reverse=True))


def title(event: Event) -> str:
    """One line for lists: `ValueError: bad amount`, the message, or the place."""
    exception = event.main_exception
    if exception and (exception.type or exception.value):
        named = ": ".join(part for part in (exception.type, _first_line(exception.value)) if part)
    else:
        named = _first_line(event.message) or f"Error in {culprit(event) or 'an unknown place'}"
    return named if len(named) <= _MAX_TITLE else named[: _MAX_TITLE - 1] + "…"


def culprit(event: Event) -> str:
    """Where it happened: the innermost in-app call, else what the client says, else its logger; may be empty."""
    own = stack.in_app(event.stack, event.platform)
    innermost = stack.calls(own[-1:], event.platform)
    if innermost:
        return str(innermost[0])
    return event.culprit or event.transaction or event.logger or ""


def _first_line(text: str | None) -> str:
    return next((line.strip() for line in (text or "").splitlines() if line.strip()), "")


def _digest(version: int, hashed: tuple[str, ...]) -> str:
    framed = "".join(f"{len(part)}:{part}," for part in (f"v{version}", *hashed))
    return blake2b(framed.encode(), digest_size=16).hexdigest()


def _group_v1(event: Event) -> _Parts:
    if not event.fingerprint:
        return _default_v1(event)
    hashed: list[str] = ["fingerprint"]
    reasons = [f"The client's fingerprint: {', '.join(event.fingerprint)}."]
    for part in event.fingerprint:
        if _DEFAULT.fullmatch(part):
            default = _default_v1(event)
            hashed += default.hashed
            reasons += default.reasons
        else:
            hashed.append(part)
    return _Parts(tuple(hashed), tuple(reasons))


def _default_v1(event: Event) -> _Parts:
    if event.exceptions:
        return _by_exceptions(event)
    if event.message:
        return _by_message(event)
    if event.frames:
        return _by_own_stack(event)
    place = event.culprit or event.transaction or event.platform
    return _Parts(("nothing", place), (f"The event has no exception, message or stack; its place: {place}.",))


def _by_message(event: Event) -> _Parts:
    normalized = normalize_message(event.template or event.message or "")
    return _Parts(("message", normalized), (f"The message: {normalized}",))


def _by_own_stack(event: Event) -> _Parts:
    own = stack.in_app(event.frames, event.platform) or event.frames
    seen = stack.calls(own, event.platform)
    return _Parts(("stack", *map(str, seen)), (_shown("The stack", seen),))


def _by_exceptions(event: Event) -> _Parts:
    """Every exception of the chain counts; the members of a group count as a set, since their number varies."""
    has_own_code = any(stack.in_app(exception.frames, event.platform) for exception in event.exceptions)
    grouped = any(exception.is_group for exception in event.exceptions)
    found = [_by_exception(exception, event.platform, has_own_code) for exception in event.exceptions]
    if grouped:
        found = sorted(set(found))
    hashed = tuple(part for parts in found for part in ("exception", *parts.hashed))
    return _Parts(hashed, tuple(reason for parts in found for reason in parts.reasons))


def _by_exception(exception: RaisedException, platform: str, has_own_code: bool) -> _Parts:
    """Type and own code; where the chain has none, type, library code and message.

    The message also joins where the functions' names tell nothing (minified bundles). An exception without a stack
    in a chain that has one elsewhere counts by its type: the rest is told by the others.
    """
    kind = class_name(exception.type or "")
    frames: tuple[Frame, ...] = stack.in_app(exception.frames, platform) if has_own_code else exception.frames
    seen = stack.calls(frames, platform)
    if _OVERFLOWS.search(kind) or "call stack size exceeded" in (exception.value or ""):
        seen = tuple(sorted(set(seen)))
    hashed, reasons = ["type", kind], [f"The type: {kind or 'none'}."]
    if seen:
        hashed += ["calls", *map(str, seen)]
        reasons.append(_shown("In-app calls" if has_own_code else "Library calls", seen))
    if exception.value and not (has_own_code and (stack.is_telling_stack(seen) or not seen)):
        normalized = normalize_message(exception.value)
        hashed += ["message", normalized]
        reasons.append(f"The message, for lack of in-app calls with names: {normalized}")
    return _Parts(tuple(hashed), tuple(reasons))


def _shown(label: str, seen: tuple[Call, ...]) -> str:
    innermost = [str(call) for call in reversed(seen[-_MAX_SHOWN_CALLS:])]
    more = f" and {len(seen) - len(innermost)} more" if len(seen) > len(innermost) else ""
    return f"{label}, innermost first: {' ← '.join(innermost)}{more}."


# Released versions stay as they are: an event must find the error that an older release of ReleaseRay made.
_VERSIONS: dict[int, Callable[[Event], _Parts]] = {1: _group_v1}
