"""An error event as ReleaseRay understands it, whichever SDK or client sent it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType
from typing import NamedTuple


class Level(StrEnum):
    """How bad, worst last; the Sentry protocol's names."""

    DEBUG = "debug"
    INFO = "info"
    WARNING = "warning"
    ERROR = "error"
    FATAL = "fatal"


class Frame(NamedTuple):
    """One call of a stack. `in_app` is the SDK's word on whether it is the team's own code, None when it is
    silent.

    `filename` is relative where the SDK could make it so, `abs_path` as deployed; `module` is a dotted module, a
    package or a class, by language; `lineno` counts from 1.
    """

    function: str | None = None
    module: str | None = None
    filename: str | None = None
    abs_path: str | None = None
    lineno: int | None = None
    in_app: bool | None = None
    context_line: str | None = None


@dataclass(frozen=True, slots=True)
class RaisedException:
    """One exception of a chain. `frames` go from the outermost caller to the place that raised.

    `mechanism` says how it was caught (`flask`, `onunhandledrejection`); `handled` whether the program caught it.
    `is_group` marks an exception group, whose `members` came before it in the event.
    """

    type: str | None = None
    value: str | None = None
    module: str | None = None
    mechanism: str | None = None
    handled: bool | None = None
    frames: tuple[Frame, ...] = ()
    is_group: bool = False


class Sdk(NamedTuple):
    """Who reported: `sentry.python.flask`, `2.75.0`."""

    name: str
    version: str


@dataclass(frozen=True, slots=True)
class Event:
    """One error event, every field of the right type and bounded size, free of NULs and lone surrogates.

    `timestamp` and `received` are unix seconds; `timestamp` never lies after `received`. `exceptions` go from
    the root cause to the outermost one, as in the protocol. `message` is what people read, `template` what the
    program wrote before filling in values. `frames` is the stack of an event without exception (a logged
    message, a crashed thread). `user` is a keyed hash of whoever was affected, never an address. `fingerprint`
    is empty unless the client set one.
    """

    event_id: str
    timestamp: float
    received: float
    level: Level = Level.ERROR
    environment: str = "production"
    release: str | None = None
    platform: str = "other"
    exceptions: tuple[RaisedException, ...] = ()
    frames: tuple[Frame, ...] = ()
    message: str | None = None
    template: str | None = None
    logger: str | None = None
    transaction: str | None = None
    culprit: str | None = None
    server_name: str | None = None
    fingerprint: tuple[str, ...] = ()
    tags: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    user: str | None = None
    sdk: Sdk | None = None

    @property
    def main_exception(self) -> RaisedException | None:
        """The outermost exception, after which an error is named; None for a message."""
        return self.exceptions[-1] if self.exceptions else None

    @property
    def handled(self) -> bool:
        """Whether the program caught it itself; an event that does not say counts as handled."""
        return all(exception.handled is not False for exception in self.exceptions)

    @property
    def stack(self) -> tuple[Frame, ...]:
        """The frames that say where it failed: the outermost exception's that has any, else the event's own."""
        stacks = (exception.frames for exception in reversed(self.exceptions))
        return next((frames for frames in stacks if frames), self.frames)
