"""Events as the SDKs of seven languages send them, and as nobody should."""

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from releaseray.errors import PayloadTooLarge
from releaseray.tracking.event import Event, Frame, Level, Sdk
from releaseray.tracking.event_time import event_time
from releaseray.tracking.fingerprint import group
from releaseray.tracking.sentry_event import EventError, normalize_event, parse_event, parse_event_id

NOW = 1_800_000_000.0
ID = "0123456789abcdef0123456789abcdef"


def event(**fields: Any) -> Event:
    return normalize_event({"event_id": ID, **fields}, received=NOW)


def test_an_event_of_the_python_sdk() -> None:
    raw = {
        "event_id": ID, "level": "error", "platform": "python", "timestamp": "2027-01-15T07:59:58.500000Z",
        "release": "shop@1.2.3", "environment": "staging", "transaction": "pay", "server_name": "web-1",
        "user": {"id": "7", "email": "ann@example.com"}, "tags": {"region": "eu"},
        "sdk": {"name": "sentry.python.flask", "version": "2.75.0"},
        "exception": {"values": [{
            "type": "KeyError", "value": "'card'", "module": None,
            "mechanism": {"type": "flask", "handled": False},
            "stacktrace": {"frames": [{
                "filename": "pay.py", "abs_path": "/srv/shop/pay.py", "function": "charge", "module": "shop.pay",
                "lineno": 10, "context_line": "    {}['card']", "in_app": True, "vars": {"n": "1"},
            }]},
        }]},
    }  # fmt: skip
    parsed = parse_event(json.dumps(raw).encode(), received=NOW)
    assert (parsed.release, parsed.environment, parsed.timestamp) == ("shop@1.2.3", "staging", NOW - 1.5)
    assert (parsed.tags, parsed.sdk) == ({"region": "eu"}, Sdk("sentry.python.flask", "2.75.0"))
    assert parsed.main_exception is not None
    assert (parsed.main_exception.type, parsed.main_exception.mechanism, parsed.handled) == ("KeyError", "flask", False)
    assert parsed.stack == (Frame("charge", "shop.pay", "pay.py", "/srv/shop/pay.py", 10, True, "{}['card']"),)


def test_defaults_of_the_protocol() -> None:
    empty = event()
    assert (empty.environment, empty.level, empty.platform, empty.release) == ("production", Level.ERROR, "other", None)
    assert (empty.timestamp, empty.handled, empty.stack) == (NOW, True, ())


@pytest.mark.parametrize(
    ("fields", "template", "message"),
    [
        ({"message": "no luck"}, None, "no luck"),
        ({"message": {"message": "no %s", "params": ["luck"], "formatted": "no luck"}}, "no %s", "no luck"),
        ({"logentry": {"message": "no %s", "formatted": "no luck"}, "message": "other"}, "no %s", "no luck"),
        ({"logentry": {"formatted": "no luck"}}, None, "no luck"),
        ({"sentry.interfaces.Message": {"message": "no luck"}}, "no luck", "no luck"),
        ({"logentry": {}, "message": "no luck"}, None, "no luck"),
        ({"message": 42}, None, "42"),
    ],
)
def test_a_message_comes_in_many_shapes(fields: dict[str, Any], template: str | None, message: str) -> None:
    parsed = event(**fields)
    assert (parsed.template, parsed.message) == (template, message)


@pytest.mark.parametrize(
    "exception",
    [{"values": [{"type": "E"}]}, [{"type": "E"}], {"type": "E"}, {"values": [None, 7, {"type": "E"}]}],
)
def test_exceptions_come_wrapped_bare_or_alone(exception: object) -> None:
    assert [each.type for each in event(exception=exception).exceptions] == ["E"]


def test_a_crashed_thread_gives_the_stack_of_an_event_without_exception() -> None:
    def thread(name: str, **marks: bool) -> dict[str, Any]:
        return {"stacktrace": {"frames": [{"function": name}]}, **marks}

    threads = {"values": [thread("idle"), thread("current", current=True), thread("crashed", crashed=True)]}
    assert [frame.function for frame in event(threads=threads).stack] == ["crashed"]


@pytest.mark.parametrize(
    "tags", [{"a": "1", "b": True}, [["a", 1], ["b", True]], [{"key": "a", "value": "1"}, {"key": "b", "value": True}]]
)
def test_tags_come_in_three_shapes(tags: object) -> None:
    assert event(tags=tags).tags == {"a": "1", "b": "true"}


@pytest.mark.parametrize(
    ("written", "level"),
    [("fatal", "fatal"), ("WARN", "warning"), ("critical", "fatal"), ("log", "info"), ("?", "error"), (3, "error")],
)
def test_levels(written: object, level: str) -> None:
    assert event(level=written).level == level


@pytest.mark.parametrize(
    ("written", "seconds"),
    [
        (NOW - 5, NOW - 5),
        (int(NOW) - 5, NOW - 5),
        (str(NOW - 5), NOW - 5),
        ((NOW - 5) * 1000, NOW - 5),
        ("2027-01-15T07:59:55Z", NOW - 5),
        ("2027-01-15T07:59:55", NOW - 5),
        ("2027-01-15T08:59:55+01:00", NOW - 5),
        ("yesterday", NOW),
        (None, NOW),
        (float("inf"), NOW),
        (10**400, NOW),
        (True, NOW),
        (-1, NOW),
        ([], NOW),
    ],
)
def test_timestamps(written: object, seconds: float) -> None:
    assert event(timestamp=written).timestamp == seconds


@pytest.mark.parametrize(
    ("reason", "claimed", "sent_at", "counted"),
    [
        ("late, for the client was offline a day", NOW - 86_400, NOW, NOW - 86_400),
        ("from the future", NOW + 3, None, NOW),
        ("a clock at 1970", 5.0, None, NOW),
        ("a month and a day late", NOW - 31 * 86_400, NOW, NOW),
        ("a client whose clock is a day ahead", NOW + 86_400 - 60, NOW + 86_400, NOW - 60),
        ("a client whose clock is a year behind", NOW - 365 * 86_400 - 60, NOW - 365 * 86_400, NOW - 60),
        ("ten minutes between sending and receiving are delay, not drift", NOW - 700, NOW - 600, NOW - 700),
        ("no number", float("nan"), None, NOW),
    ],
)
def test_clocks(reason: str, claimed: float, sent_at: float | None, counted: float) -> None:
    assert event_time(claimed, received=NOW, sent_at=sent_at) == counted, reason


def test_users_are_counted_not_known() -> None:
    def user(key: bytes, **known: str) -> str | None:
        return normalize_event({"user": known}, received=NOW, key=key).user

    ann = user(b"secret", id="7", email="ann@example.com")
    assert ann == user(b"secret", id="7", email="other@example.com")
    assert len({ann, user(b"other", id="7"), user(b"secret", id="8"), user(b"secret", email="7")}) == 4
    assert ann is not None
    assert "ann" not in ann
    assert user(b"secret") is None


def test_ids() -> None:
    assert parse_event_id("01234567-89AB-CDEF-0123-456789ABCDEF") == ID
    assert normalize_event({"event_id": "f" * 32}, received=NOW, event_id=ID).event_id == ID
    with pytest.raises(EventError, match="32 hexadecimal digits"):
        event(event_id="nope")


def test_an_event_without_an_id_gets_one_that_a_retry_gets_too() -> None:
    one = normalize_event({"message": "a"}, received=NOW).event_id
    assert one == normalize_event({"message": "a"}, received=NOW).event_id
    assert one != normalize_event({"message": "b"}, received=NOW).event_id
    assert parse_event_id(one) == one


@pytest.mark.parametrize(
    "payload",
    [
        b"",
        b"[]",
        b'"x"',
        b"null",
        b"{",
        b"\xff",
        b"{]",
        b"[" * 100_000,
        b'{"a":' * 100_000,
        b'{"a":' + b"9" * 5000 + b"}",
    ],
)
def test_what_is_no_event_is_refused_with_a_reason(payload: bytes) -> None:
    with pytest.raises(EventError) as refusal:
        parse_event(payload, received=NOW)
    assert refusal.value.message.endswith(".")


def test_an_event_above_a_megabyte_is_too_large() -> None:
    with pytest.raises(PayloadTooLarge):
        parse_event(b" " * 1_000_001, received=NOW)


def test_wrong_types_cost_the_field_only() -> None:
    wrong: list[Any] = [None, True, 7, 1.5, "x", [], [1], {}, {"values": 3}, {"values": [[]]}, {"frames": "x"}, [[[]]]]
    names = ["exception", "threads", "stacktrace", "message", "logentry", "tags", "user", "sdk", "fingerprint",
             "release", "environment", "platform", "level", "timestamp", "transaction", "culprit", "logger",
             "server_name"]  # fmt: skip
    for value in wrong:
        assert event(**dict.fromkeys(names, value)).event_id == ID
        frames = {"frames": [dict.fromkeys(Frame._fields, value), value]}
        nested = event(exception=[{"type": value, "value": value, "mechanism": value, "stacktrace": frames}, value])
        assert len(nested.exceptions) >= 1


KEYS = st.sampled_from(
    ["values", "frames", "type", "value", "stacktrace", "exception", "message", "timestamp", "function", "module",
     "tags", "threads", "logentry", "user", "id", "key", "fingerprint", "release", "lineno", "mechanism",
     "platform", "filename"]
)  # fmt: skip
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(KEYS | st.text(max_size=5), inner, max_size=5),
    max_leaves=40,
)


@settings(max_examples=150, deadline=None)
@given(st.dictionaries(KEYS, JSON))
def test_any_object_is_an_event_that_can_be_stored_and_grouped(raw: dict[str, Any]) -> None:
    parsed = normalize_event({"event_id": ID, **raw}, received=NOW)
    grouping = group(parsed)
    assert NOW - 31 * 86_400 < parsed.timestamp <= NOW
    for stored in (repr(parsed), grouping.title, grouping.culprit, *grouping.explanation):
        assert stored.encode().decode() == stored
        assert "\0" not in stored


def test_nuls_surrogates_and_line_breaks_are_cleaned() -> None:
    parsed = parse_event(b'{"message":"a\\u0000b\\ud800c","release":" 1.0\\n2 ","tags":{"k\\u0000":"v"}}', received=NOW)
    assert (parsed.message, parsed.release, parsed.tags) == ("abc", "1.0 2", {"k": "v"})


def test_nan_is_null() -> None:
    assert parse_event(b'{"timestamp":NaN,"message":"a"}', received=NOW).timestamp == NOW


def test_what_is_huge_is_trimmed() -> None:
    parsed = event(
        message="m" * 100_000,
        tags={f"t{n}": "v" * 1000 for n in range(1000)},
        fingerprint=["p" * 1000] * 1000,
        exception=[
            {"type": f"E{n}", "stacktrace": {"frames": [{"function": f"f{i}"} for i in range(2000)]}}
            for n in range(100)
        ],
    )
    assert parsed.message is not None
    assert len(parsed.message) == 8192
    assert parsed.message.endswith("…")
    assert (len(parsed.tags), len(parsed.fingerprint), len(parsed.exceptions)) == (100, 16, 20)
    assert (parsed.exceptions[0].type, parsed.exceptions[-1].type) == ("E0", "E99")
    assert len(parsed.stack) == 250
    assert (parsed.stack[0].function, parsed.stack[-1].function) == ("f0", "f1999")


def test_the_default_fingerprint_alone_is_none() -> None:
    assert event(fingerprint=["{{ default }}"]).fingerprint == ()
    assert event(fingerprint=["{{ default }}", "a", None, 7]).fingerprint == ("{{ default }}", "a", "7")
