"""Events as the SDKs of seven languages send them: one error each, deploy after deploy, explained on its page."""

import json
import re
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
import pytest
from tests.api.v1.conftest import Reporter, envelope

EVENTS = Path(__file__).parents[2] / "tracking" / "platforms"

PLATFORMS = {
    "python": (
        "StoreUnavailable: order 4711 was not stored",
        "shop.orders in attempt",
        [
            "The type: ConnectionRefusedError.",
            "In-app calls, innermost first: shop.store in connect.",
            "The type: StoreUnavailable.",
            "In-app calls, innermost first: shop.orders in attempt ← shop.api in pay.",
        ],
    ),
    "javascript": (
        "TypeError: Cannot read properties of undefined (reading 'price')",
        "src/checkout/total.ts in priceOf",
        [
            "The type: TypeError.",
            "In-app calls, innermost first: src/checkout/total.ts in priceOf ← "
            "src/checkout/total.ts in Array.reduce.<anonymous> ← src/checkout/Summary.tsx in Summary ← "
            "js/vendor.<hash>.chunk.js in invokeGuardedCallback.",
        ],
    ),
    "java": (
        "CartException: cart 8f14e45f-ceea-467f-a8d5-0b1d6c1f2b3a cannot be paid",
        "com.acme.shop.cart.CartService in pay",
        [
            "The type: SQLTransientConnectionException.",
            "The type: CartException.",
            "In-app calls, innermost first: com.acme.shop.cart.CartService in pay ← "
            "com.acme.shop.cart.CartController in pay.",
        ],
    ),
    "go": (
        "*fs.PathError: open /var/lib/shop/carts/4711.json: no such file or directory",
        "github.com/acme/shop/cart in Load",
        [
            "The type: *fs.PathError.",
            "In-app calls, innermost first: github.com/acme/shop/cart in Load ← "
            "github.com/acme/shop/web in (*Server).routes.",
        ],
    ),
    "ruby": (
        "ActiveRecord::RecordNotFound: Couldn't find Cart with 'id'=4711",
        "app/models/cart.rb in open!",
        [
            "The type: ActiveRecord::RecordNotFound.",
            "In-app calls, innermost first: app/models/cart.rb in open! ← app/controllers/carts_controller.rb in show.",
        ],
    ),
    "php": (
        "App\\Exceptions\\CartException: Cart 4711 of ann@example.org is empty",
        "app/Cart.php in App\\Cart::{closure}",
        [
            "The type: App\\Exceptions\\CartException.",
            "In-app calls, innermost first: app/Cart.php in App\\Cart::{closure} ← "
            "Controllers/CartController.php in App\\Http\\Controllers\\CartController::pay ← public/index.php in ?.",
        ],
    ),
    "dotnet": (
        "System.InvalidOperationException: Sequence contains no elements",
        "Acme.Shop.Cart in Cheapest",
        [
            "The type: System.InvalidOperationException.",
            "In-app calls, innermost first: Acme.Shop.Cart in Cheapest ← Acme.Shop.CartController in Pay.",
        ],
    ),
}


def event(name: str) -> dict[str, Any]:
    made: dict[str, Any] = json.loads((EVENTS / f"{name}.json").read_text())
    return {**made, "event_id": uuid4().hex}


def next_deploy(value: Any, key: str = "") -> Any:
    """The same failure after another deploy: other lines, hosts, folders and builds, other ids in the message."""
    if isinstance(value, dict):
        return {name: next_deploy(inner, name) for name, inner in value.items() if name != "event_id"}
    if isinstance(value, list):
        return [next_deploy(inner, key) for inner in value]
    if key in ("lineno", "colno"):
        return value + 7
    if key == "server_name":
        return f"{value}-b"
    if key == "release":
        return "shop@4.3.0"
    if key in ("abs_path", "value"):
        return re.sub(r"\d{2,}", "9008", value)
    if key == "filename":
        return value.replace("1f0c9a77", "77e0b1c2")
    return value


@pytest.mark.parametrize("name", PLATFORMS)
def test_one_failure_is_one_error_that_says_why(client: httpx.Client, reporter: Reporter, name: str) -> None:
    title, culprit, explanation = PLATFORMS[name]
    first = event(name)
    for sent in (first, {**next_deploy(first), "event_id": uuid4().hex}):
        assert reporter.send(envelope(sent)).status_code == 200
    reporter.wait_for((1, 1, 0), "shop@4.2.0")
    reporter.wait_for((1, 0, 0), "shop@4.3.0")
    (listed,) = client.get("/api/v1/errors").json()["errors"]
    assert (listed["title"], listed["culprit"], listed["event_count"]) == (title, culprit, 2)
    assert listed["platform"] == {"dotnet": "csharp"}.get(name, name)
    shown = client.get(f"/api/v1/errors/{listed['id']}").json()
    assert shown["grouping"] == {"version": 1, "explanation": explanation}


@pytest.mark.parametrize("name", PLATFORMS)
def test_a_failure_elsewhere_is_another_error(client: httpx.Client, reporter: Reporter, name: str) -> None:
    first, other = event(name), event(name)
    raised = other["exception"] if isinstance(other["exception"], list) else other["exception"]["values"]
    own = [frame for frame in raised[-1]["stacktrace"]["frames"] if frame["in_app"] and "function" in frame]
    own[-1]["function"] = "Elsewhere"
    for sent in (first, other):
        reporter.send(envelope(sent))
    reporter.wait_for((2, 2, 0), "shop@4.2.0")
    assert client.get("/api/v1/errors").json()["total"] == 2
