"""What the Python SDK itself sends: real exceptions of a made-up shop, recorded, and repeated under fresh event ids."""

import gzip
import itertools
import linecache
import logging
from collections.abc import Callable, Iterator
from typing import Any
from uuid import uuid4

import sentry_sdk
from sentry_sdk.envelope import Envelope
from sentry_sdk.transport import Transport

GROUPS = 50
_FEW_CALLS, _MANY_CALLS = 6, 24
_CRUMBS = 30
_LEVEL = 9
"""Of gzip: the SDK's own."""

_STEP = """
def step_{depth}(order, currency="EUR"):
    rate, lines = 1.19, [{{"sku": "A-%d" % number, "amount": number * order}} for number in range(3)]
    total = sum(line["amount"] for line in lines) * rate
    return {inner}(order + 1, currency)
"""
_FAULT = """
def fail_{name}(order, currency):
    remaining = order - 100
    raise {kind}("order %d cannot be paid in %s" % (order, currency))
"""
_KINDS = ("ValueError", "KeyError", "RuntimeError", "TypeError", "LookupError")


class _Recorder(Transport):
    """Keeps envelopes instead of sending them."""

    def __init__(self, options: dict[str, Any] | None = None) -> None:
        super().__init__(options)
        self.kept: list[bytes] = []

    def capture_envelope(self, envelope: Envelope) -> None:
        self.kept.append(envelope.serialize())


def record() -> list[bytes]:
    """Envelopes, one of each of `GROUPS` errors, from some 4 kB (a logged message) to some 35 kB (a deep stack with
    breadcrumbs)."""
    recorder = _Recorder()
    client = sentry_sdk.Client(
        dsn="http://key@localhost/1",
        transport=recorder,
        release="shop@1.0.0",
        environment="production",
        in_app_include=["shop"],
        in_app_exclude=["benchmarks"],
    )
    for number in range(GROUPS):
        with sentry_sdk.isolation_scope() as scope:
            scope.set_client(client)
            scope.set_tag("region", "eu")
            scope.set_user({"id": str(number)})
            _fail(number)
    client.close()
    return recorder.kept


def _fail(number: int) -> None:
    if number % 3 == 0:
        logger = logging.getLogger(f"shop.{_word(number)}")
        logger.propagate = False  # the SDK hears of it all the same
        logger.addHandler(logging.NullHandler())
        logger.error(f"{_word(number)}: payment of order %d was refused by %s", number, "the bank")
        return
    if number % 3 == 2:
        for step in range(_CRUMBS):
            sentry_sdk.add_breadcrumb(category="query", message=f"SELECT * FROM orders WHERE id = {step}")
    try:
        _program(number, _FEW_CALLS if number % 3 == 1 else _MANY_CALLS)(number)
    except Exception:
        sentry_sdk.capture_exception()


def _program(number: int, calls: int) -> Callable[[int], object]:
    """A function that fails so many calls deep, with source that a stack trace can quote."""
    name = _word(number)
    text = _FAULT.format(name=name, kind=_KINDS[number % len(_KINDS)])
    for depth in reversed(range(calls)):
        text += _STEP.format(depth=depth, inner=f"fail_{name}" if depth == calls - 1 else f"step_{depth + 1}")
    path = f"/srv/shop/payments/{name}.py"
    linecache.cache[path] = (len(text), None, text.splitlines(keepends=True), path)
    module: dict[str, Any] = {"__name__": f"shop.payments.{name}"}
    exec(compile(text, path, "exec"), module)
    made: Callable[[int], object] = module["step_0"]
    return made


def _word(number: int) -> str:
    return "".join(chr(ord("a") + int(digit)) for digit in f"{number:02}")


def repeated(count: int) -> Iterator[bytes]:
    """So many gzipped envelopes, each an event of its own."""
    templates = [(envelope, envelope.split(b'"event_id":"', 1)[1][:32]) for envelope in record()]
    for envelope, id in itertools.islice(itertools.cycle(templates), count):
        yield gzip.compress(envelope.replace(id, uuid4().hex.encode()), _LEVEL)
