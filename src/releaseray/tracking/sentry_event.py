"""Makes an `Event` of what a Sentry SDK sent, in whatever shape; see `normalize_event`."""

import json
from hashlib import blake2b
from typing import Any, NoReturn

from pydantic_core import from_json

from releaseray.errors import InvalidRequest, PayloadTooLarge
from releaseray.tracking import lenient
from releaseray.tracking.event import Event, Frame, Level, RaisedException, Sdk
from releaseray.tracking.event_time import event_time

MAX_EVENT_BYTES = 1_000_000
MAX_EXCEPTIONS = 20
MAX_FRAMES = 250
MAX_TAGS = 100
MAX_FINGERPRINT_PARTS = 16

_NAME, _LINE, _TEXT = 200, 512, 8192
_LEVELS = {level.value: level for level in Level} | {
    "critical": Level.FATAL, "warn": Level.WARNING, "log": Level.INFO, "notice": Level.INFO, "sample": Level.DEBUG,
}  # fmt: skip
_USER_KEYS = ("id", "username", "email", "ip_address")


class EventError(InvalidRequest):
    """What was sent as an event cannot be one; the message says why."""


def parse_event(
    payload: bytes, *, received: float, sent_at: float | None = None, event_id: str | None = None, key: bytes = b""
) -> Event:
    """The event in a JSON payload; see `normalize_event` for the rest of the arguments.

    Raises `PayloadTooLarge` above 1 MB and `EventError` for what is not a JSON object.
    """
    if len(payload) > MAX_EVENT_BYTES:
        raise PayloadTooLarge(f"The event has {len(payload)} bytes; at most {MAX_EVENT_BYTES} are taken.")
    return normalize_event(parse_json(payload), received=received, sent_at=sent_at, event_id=event_id, key=key)


def parse_json(payload: bytes) -> object:
    """JSON as SDKs write it (NaN and Infinity become null); raises `EventError` for what is not JSON."""
    try:
        return from_json(payload, allow_inf_nan=False, cache_strings="keys")
    except ValueError:
        return _parse_oddly(payload)


def _parse_oddly(payload: bytes) -> object:
    """What the fast parser is too strict for: NaN, lone surrogates, other encodings, deep nesting; or what is no JSON,
    with the reason."""
    try:
        return json.loads(payload, parse_constant=lambda _: None)
    except RecursionError:
        raise EventError("The JSON is nested too deeply.") from None
    except ValueError as problem:
        raise EventError(f"Not valid JSON: {_reason(problem)}.") from None


def _reason(problem: ValueError) -> str:
    if isinstance(problem, json.JSONDecodeError):
        return f"{problem.msg} at character {problem.pos}"
    return "the text is not UTF-8" if isinstance(problem, UnicodeDecodeError) else "a number has too many digits"


def normalize_event(
    raw: object, *, received: float, sent_at: float | None = None, event_id: str | None = None, key: bytes = b""
) -> Event:
    """The event in parsed JSON. A field of the wrong type or size is trimmed or left out, never an error.

    `received` is when the server got it and `sent_at` the client's clock at sending (the envelope header's), both
    unix seconds. `event_id` is the envelope header's, which wins. `key` (up to 64 bytes, secret, per organization)
    keys the hash of the user. Raises `EventError` when `raw` is no object or an id is not 32 hexadecimal digits.
    """
    if not isinstance(raw, dict):
        raise EventError("An event is a JSON object.")
    template, message = _message(raw)
    return Event(
        event_id=_event_id(event_id, raw, received),
        timestamp=event_time(lenient.unix_time(raw.get("timestamp")), received=received, sent_at=sent_at),
        received=received,
        level=_level(raw.get("level")),
        environment=lenient.line(raw.get("environment"), 64) or "production",
        release=lenient.line(raw.get("release"), 200),
        platform=(lenient.line(raw.get("platform"), 64) or "other").lower(),
        exceptions=_exceptions(raw),
        frames=_own_frames(raw),
        message=message,
        template=template,
        logger=lenient.text(raw.get("logger"), _NAME),
        transaction=lenient.text(raw.get("transaction"), _NAME),
        culprit=lenient.text(raw.get("culprit"), _NAME),
        server_name=lenient.text(raw.get("server_name"), _NAME),
        fingerprint=_fingerprint(raw.get("fingerprint")),
        tags=_tags(raw.get("tags")),
        user=_user(lenient.mapping(raw.get("user")), key),
        sdk=_sdk(raw),
    )


def parse_event_id(value: object) -> str:
    """An event id in its canonical form, 32 lower-case hexadecimal digits; dashes may be in it.

    Raises `EventError` for anything else.
    """
    digits = value.replace("-", "").lower() if isinstance(value, str) and len(value) <= 64 else ""
    if len(digits) != 32 or not set(digits) <= set("0123456789abcdef"):
        _refuse_id(value)
    return digits


def _refuse_id(value: object) -> NoReturn:
    shown = lenient.text(value, 40) or "it"
    raise EventError(f"event_id: {shown} is not 32 hexadecimal digits.", {"event_id": "must be 32 hexadecimal digits"})


def _event_id(from_header: str | None, raw: dict[str, Any], received: float) -> str:
    """The header's id, else the event's, else one made of the content and the time, so that a retry of the same
    bytes at the same instant is still the same event."""
    given = from_header or raw.get("event_id")
    if given:
        return parse_event_id(given)
    content = lenient.clean(f"{received}{lenient.text(raw, 100_000)}", 100_000)
    return blake2b(content.encode(), digest_size=16).hexdigest()


def _level(value: object) -> Level:
    return _LEVELS.get(value.lower(), Level.ERROR) if isinstance(value, str) else Level.ERROR


def _message(raw: dict[str, Any]) -> tuple[str | None, str | None]:
    """Template and readable text, from `logentry`, `message` as text or object, or the oldest SDKs' interface
    key."""
    for value in (raw.get("logentry"), raw.get("sentry.interfaces.Message"), raw.get("message")):
        if isinstance(value, dict):
            template = lenient.text(value.get("message"), _TEXT)
            formatted = lenient.text(value.get("formatted"), _TEXT)
            if template or formatted:
                return template, formatted or template
        elif plain := lenient.text(value, _TEXT):
            return None, plain
    return None, None


def _exceptions(raw: dict[str, Any]) -> tuple[RaisedException, ...]:
    listed = lenient.values(raw.get("exception") or raw.get("sentry.interfaces.Exception"))
    entries = [entry for entry in listed if isinstance(entry, dict)]
    return tuple(map(_exception, lenient.ends_of(entries, MAX_EXCEPTIONS)))


def _exception(raw: dict[str, Any]) -> RaisedException:
    mechanism = lenient.mapping(raw.get("mechanism"))
    return RaisedException(
        type=lenient.text(raw.get("type"), _LINE),
        value=lenient.text(raw.get("value"), _TEXT),
        module=lenient.text(raw.get("module"), _LINE),
        mechanism=lenient.text(mechanism.get("type"), _NAME),
        handled=lenient.boolean(mechanism.get("handled")),
        frames=_frames(raw.get("stacktrace")),
        is_group=mechanism.get("is_exception_group") is True,
    )


def _own_frames(raw: dict[str, Any]) -> tuple[Frame, ...]:
    """The stack of the event itself, else of the thread that crashed, else of the current or only thread."""
    own = _frames(raw.get("stacktrace") or raw.get("sentry.interfaces.Stacktrace"))
    threads = [thread for thread in lenient.values(raw.get("threads")) if isinstance(thread, dict)]
    threads.sort(key=lambda thread: (thread.get("crashed") is not True, thread.get("current") is not True))
    return own or (_frames(threads[0].get("stacktrace")) if threads else ())


def _frames(stacktrace: object) -> tuple[Frame, ...]:
    listed = stacktrace.get("frames") if isinstance(stacktrace, dict) else stacktrace
    entries = [entry for entry in lenient.values(listed) if isinstance(entry, dict)]
    return tuple(map(_frame, lenient.ends_of(entries, MAX_FRAMES)))


def _frame(raw: dict[str, Any]) -> Frame:
    return Frame(
        function=lenient.text(raw.get("function") or raw.get("raw_function"), _LINE),
        module=lenient.text(raw.get("module") or raw.get("package"), _LINE),
        filename=lenient.text(raw.get("filename"), _LINE),
        abs_path=lenient.text(raw.get("abs_path"), _LINE),
        lineno=lenient.integer(raw.get("lineno")),
        in_app=lenient.boolean(raw.get("in_app")),
        context_line=lenient.text(raw.get("context_line"), _LINE),
    )


def _fingerprint(value: object) -> tuple[str, ...]:
    """The client's parts; `["{{ default }}"]` alone says nothing and is left out."""
    listed = value if isinstance(value, list) else [value]
    parts = tuple(part for part in (lenient.text(entry, _NAME) for entry in listed[:MAX_FINGERPRINT_PARTS]) if part)
    return () if len(parts) == 1 and parts[0].replace(" ", "") == "{{default}}" else parts


def _tags(value: object) -> dict[str, str]:
    tags: dict[str, str] = {}
    for name, content in lenient.pairs(value):
        key = lenient.text(name, _NAME)
        shown = str(content).lower() if isinstance(content, bool) else lenient.text(content, _NAME)
        if key and shown and len(tags) < MAX_TAGS:
            tags.setdefault(key, shown)
    return tags


def _user(user: dict[str, Any], key: bytes) -> str | None:
    """A keyed hash of the first thing that tells the user from others: enough to count people, not to find them."""
    for kind in _USER_KEYS:
        if known := lenient.text(user.get(kind), _NAME):
            return blake2b(f"{kind}:{known}".encode(), digest_size=16, key=key[:64]).hexdigest()
    return None


def _sdk(raw: dict[str, Any]) -> Sdk | None:
    sdk = lenient.mapping(raw.get("sdk"))
    name = lenient.text(sdk.get("name"), _NAME)
    return Sdk(name, lenient.text(sdk.get("version"), 64) or "") if name else None
