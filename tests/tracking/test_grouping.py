"""What belongs to one error and what does not, in seven languages."""

from typing import Any

import pytest

from releaseray.tracking.event import Event
from releaseray.tracking.fingerprint import GROUPING_VERSION, candidates, group
from releaseray.tracking.sentry_event import normalize_event


def frame(function: str, **fields: Any) -> dict[str, Any]:
    return {"function": function, "in_app": True, **fields}


def raised(platform: str, *frames: dict[str, Any], type: str = "Error", value: str = "x", **fields: Any) -> Event:
    exception = {"type": type, "value": value, "stacktrace": {"frames": list(frames)}}
    return normalize_event({"platform": platform, "exception": [exception], **fields}, received=1.8e9)


def message(text: str, **fields: Any) -> Event:
    return normalize_event({"message": text, **fields}, received=1.8e9)


def same(one: Event, other: Event) -> bool:
    return group(one).hash == group(other).hash


PY = {"module": "shop.pay", "filename": "shop/pay.py", "abs_path": "/srv/a/shop/pay.py", "lineno": 10}

TOGETHER = {
    "python: another line, another host, another message": (
        raised("python", frame("charge", **PY), value="card 17"),
        raised("python", frame("charge", **{**PY, "lineno": 99, "abs_path": "/app/shop/pay.py"}), value="card 18"),
    ),
    "python: library frames do not count next to the team's own": (
        raised("python", frame("charge", **PY)),
        raised("python", frame("view", module="flask.app", in_app=False), frame("charge", **PY)),
    ),
    "python: a local function is named by itself": (
        raised("python", frame("outer.<locals>.inner", **PY)),
        raised("python", frame("inner", **PY)),
    ),
    "recursion: once or a hundred times": (
        raised("python", frame("walk", **PY), frame("leaf", **PY)),
        raised("python", *[frame("walk", **PY)] * 100, frame("leaf", **PY)),
    ),
    "recursion through two functions": (
        raised("python", *[frame("even", **PY), frame("odd", **PY)] * 2),
        raised("python", *[frame("even", **PY), frame("odd", **PY)] * 50),
    ),
    "a stack overflow: wherever it happened to break off": (
        raised("python", *[frame("even", **PY), frame("odd", **PY)] * 100, type="RecursionError"),
        raised("python", frame("odd", **PY), *[frame("even", **PY), frame("odd", **PY)] * 90,
               type="RecursionError"),
    ),
    "node: absolute paths of two deploys, no module": (
        raised("node", frame("total", filename="/app/releases/20240101/src/cart.js")),
        raised("node", frame("total", filename="/app/releases/20250202/src/cart.js")),
    ),
    "node: V8's ways to write a method": (
        raised("node", frame("Cart.total [as sum]", filename="/app/src/cart.js")),
        raised("node", frame("async Cart.total", filename="/app/src/cart.js")),
    ),
    "browser: the bundle's hash and the host": (
        raised("javascript", frame("checkout", filename="https://a.example.com/js/main.8f3a9c2b.chunk.js")),
        raised("javascript", frame("checkout", filename="https://b.example.com/js/main.77aa01fe.chunk.js?v=3")),
    ),
    "browser: webpack's own scheme": (
        raised("javascript", frame("total", filename="webpack:///./src/cart.js")),
        raised("javascript", frame("total", filename="webpack://shop/./src/cart.js")),
    ),
    "browser: libraries are marked in-app there, their paths tell": (
        raised("javascript", frame("total", filename="app:///src/cart.js")),
        raised("javascript", frame("render", filename="app:///node_modules/react/index.js"), frame("total", filename="app:///src/cart.js")),
    ),
    "java: proxies, generated classes, lambdas": (
        raised("java", frame("lambda$pay$0", module="com.acme.Cart$$EnhancerBySpringCGLIB$$1a2b3c")),
        raised("java", frame("lambda$pay$3", module="com.acme.Cart$$EnhancerBySpringCGLIB$$99ffee")),
    ),
    "java: a lambda's hidden class": (
        raised("java", frame("run", module="com.acme.Cart$$Lambda$14/0x0000000800066840")),
        raised("java", frame("run", module="com.acme.Cart$$Lambda$27/0x0000000801234567")),
    ),
    "java: anonymous classes are numbered by the compiler": (
        raised("java", frame("run", module="com.acme.Cart$1")),
        raised("java", frame("run", module="com.acme.Cart$2")),
    ),
    "go: closures are numbered too": (
        raised("go", frame("(*Server).handle.func1", module="github.com/acme/shop")),
        raised("go", frame("(*Server).handle.func2.1", module="github.com/acme/shop")),
    ),
    "go: a new major version in the module's path": (
        raised("go", frame("Pay[...]", module="github.com/acme/shop/v2/cart")),
        raised("go", frame("Pay", module="github.com/acme/shop/v3/cart")),
    ),
    "ruby: blocks, and labels with a class since Ruby 3.4": (
        raised("ruby", frame("block (2 levels) in total", filename="app/models/cart.rb")),
        raised("ruby", frame("block in Cart#total", filename="app/models/cart.rb")),
    ),
    "ruby: compiled templates": (
        raised("ruby", frame("_app_views_carts_show_html_erb___1234567_8900", filename="app/views/show.erb")),
        raised("ruby", frame("_app_views_carts_show_html_erb___7654321_4200", filename="app/views/show.erb")),
    ),
    "php: closures with their line since PHP 8.4": (
        raised("php", frame("{closure:App\\Cart::total():12}", filename="/app/Cart.php")),
        raised("php", frame("{closure:App\\Cart::total():17}", filename="/app/Cart.php")),
    ),
    "php: anonymous classes carry a path": (
        raised("php", frame("class@anonymous/srv/a/x.php:12$0::run", filename="/x.php")),
        raised("php", frame("class@anonymous/srv/b/x.php:14$1::run", filename="/x.php")),
    ),
    "php: compiled templates": (
        raised("php", frame("include", filename="storage/framework/views/0a1b2c3d4e5f60718293.php")),
        raised("php", frame("include", filename="storage/framework/views/ffffffff4e5f60718293.php")),
    ),
    ".net: an async method's state machine": (
        raised("csharp", frame("MoveNext", module="Acme.Cart+<PayAsync>d__5")),
        raised("csharp", frame("MoveNext", module="Acme.Cart+<PayAsync>d__17")),
    ),
    ".net: lambdas": (
        raised("csharp", frame("<Pay>b__0_0", module="Acme.Cart+<>c")),
        raised("csharp", frame("<Pay>b__3_1", module="Acme.Cart+<>c")),
    ),
    "nothing but library code: type, library and normalised message": (
        raised("python", frame("run", module="celery.app", in_app=False), value="job 17 of 0x7fab lost"),
        raised("python", frame("run", module="celery.app", in_app=False), value="job 18 of 0x7fcd lost"),
    ),
    "messages: ids and quotes out": (message("Order 17 of 'ann' failed"), message("Order 99 of 'bob' failed")),
    "messages: the template counts when there is one": (
        message("", logentry={"message": "Hello %s", "formatted": "Hello ann"}),
        message("", logentry={"message": "Hello %s", "formatted": "Hello bob"}),
    ),
    "an explicit fingerprint wins over everything": (
        raised("python", frame("charge", **PY), fingerprint=["payments"]),
        raised("go", frame("Pay", module="main"), type="Other", fingerprint=["payments"]),
    ),
}  # fmt: skip

APART = {
    "other functions": (raised("python", frame("charge", **PY)), raised("python", frame("refund", **PY))),
    "other types": (raised("python", frame("f", **PY)), raised("python", frame("f", **PY), type="KeyError")),
    "other callers": (raised("python", frame("f", **PY)), raised("python", frame("g", **PY), frame("f", **PY))),
    "the same function of another module": (
        raised("python", frame("f", **PY)), raised("python", frame("f", **{**PY, "module": "shop.cart"})),
    ),
    "minified names tell nothing, so the message does": (
        raised("javascript", frame("t", filename="/js/main.js"), value="cart is empty"),
        raised("javascript", frame("t", filename="/js/main.js"), value="network lost"),
    ),
    "library code only, other messages": (
        raised("python", frame("run", module="celery.app", in_app=False), value="job lost"),
        raised("python", frame("run", module="celery.app", in_app=False), value="no broker"),
    ),
    "other words": (message("Order 17 failed"), message("Order 17 shipped")),
    "a default fingerprint plus a tenant": (
        raised("python", frame("f", **PY), fingerprint=["{{ default }}", "a"]),
        raised("python", frame("f", **PY), fingerprint=["{{ default }}", "b"]),
    ),
    "the same tenant, another error": (
        raised("python", frame("f", **PY), fingerprint=["{{default}}", "a"]),
        raised("python", frame("g", **PY), fingerprint=["{{default}}", "a"]),
    ),
    "parts of a fingerprint do not run into each other": (
        message("x", fingerprint=["ab", "c"]), message("x", fingerprint=["a", "bc"]),
    ),
}  # fmt: skip


@pytest.mark.parametrize(("reason", "events"), TOGETHER.items())
def test_one_error(reason: str, events: tuple[Event, Event]) -> None:
    one, other = map(group, events)
    assert one.hash == other.hash, (reason, one.explanation, other.explanation)


@pytest.mark.parametrize(("reason", "events"), APART.items())
def test_two_errors(reason: str, events: tuple[Event, Event]) -> None:
    one, other = map(group, events)
    assert one.hash != other.hash, (reason, one.explanation)


def chain(*types: str, **mechanism: Any) -> Event:
    links = [{"type": type, "stacktrace": {"frames": [frame("f", **PY)]}, "mechanism": {}} for type in types]
    links[-1]["mechanism"] = mechanism
    return normalize_event({"platform": "python", "exception": {"values": links}}, received=1.8e9)


def test_the_cause_of_an_exception_counts() -> None:
    assert not same(chain("KeyError", "RuntimeError"), chain("OSError", "RuntimeError"))
    assert group(chain("KeyError", "RuntimeError")).title == "RuntimeError"


def test_the_members_of_a_group_count_as_a_set() -> None:
    few = chain("OSError", "KeyError", "ExceptionGroup", is_exception_group=True)
    many = chain("KeyError", "OSError", "KeyError", "ExceptionGroup", is_exception_group=True)
    assert same(few, many)


def test_it_says_why() -> None:
    grouping = group(raised("python", frame("pay", **PY), frame("charge", **PY), type="KeyError", value="'card'"))
    assert grouping.explanation == (
        "The type: KeyError.",
        "In-app calls, innermost first: shop.pay in charge ← shop.pay in pay.",
    )
    assert (grouping.title, grouping.culprit) == ("KeyError: 'card'", "shop.pay in charge")
    assert group(message("Order 17", logger="shop")).explanation == ("The message: Order <number>",)


def test_the_sdks_silence_on_a_frame_next_to_marked_ones_means_library() -> None:
    silent = {"function": "run", "module": "asyncio.runners"}
    assert same(raised("python", silent, frame("f", **PY)), raised("python", frame("f", **PY)))


def test_without_any_mark_paths_and_modules_decide() -> None:
    own = {"function": "pay", "module": "com.acme.Cart"}
    library = {"function": "invoke", "module": "org.springframework.aop.Advice"}
    assert same(raised("java", library, own), raised("java", own))


def test_an_empty_event_still_belongs_somewhere() -> None:
    empty = normalize_event({}, received=1.8e9)
    assert group(empty).title == "Error in an unknown place"
    assert not same(empty, normalize_event({"transaction": "GET /cart"}, received=1.8e9))


def test_a_long_title_is_cut() -> None:
    assert len(group(message("word " * 500)).title) == 200


def test_versions_stay_callable_and_are_part_of_the_hash() -> None:
    event = message("Order 17")
    assert [grouping.version for grouping in candidates(event)] == [GROUPING_VERSION]
    assert group(event, 1).hash == "9553cbee47436f25978a76c103558c58"
    with pytest.raises(KeyError):
        group(event, 99)
