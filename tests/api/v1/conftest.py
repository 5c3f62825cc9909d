"""Services, events, and waiting for the digest."""

import json
import time
from typing import Any
from uuid import uuid4

import httpx
import pytest
from tests.conftest import Server
from tests.processes import wait_until

from releaseray.tracking.dsn import parse_dsn


class Reporter:
    """A service with its DSN, and a client that sends to it as SDKs do."""

    def __init__(self, server: Server, client: httpx.Client, service: dict[str, Any]) -> None:
        self.id, self.dsn = service["id"], parse_dsn(service["dsn"])
        self.url = f"{server.url}/api/{self.dsn.project_id}"
        self._client = client
        self.headers = {"X-Sentry-Auth": f"Sentry sentry_version=7, sentry_key={self.dsn.public_key}"}

    def send(self, body: bytes, **headers: str) -> httpx.Response:
        """An envelope of these very bytes."""
        return httpx.post(f"{self.url}/envelope/", content=body, headers={**self.headers, **headers}, timeout=30)

    def raised(self, name: str = "ValueError", *, release: str | None = "1.0.0", **more: Any) -> str:
        """Send one exception; its event id."""
        event = exception(name, release=release, **more)
        answer = self.send(envelope(event))
        assert answer.status_code == 200, answer.text
        assert answer.json() == {"id": event["event_id"]}
        return str(event["event_id"])

    def deploy(self, version: str, environment: str = "production", **more: Any) -> dict[str, Any]:
        body = {"version": version, "service_id": self.id, "environment": environment, **more}
        answer = self._client.post("/api/v1/releases", json=body)
        assert answer.status_code in (200, 201), answer.text
        made: dict[str, Any] = answer.json()
        return made

    def counters(self, version: str = "1.0.0", environment: str = "production") -> tuple[int, int, int] | None:
        """(events, new errors, regressed errors) of a release, None while it is unknown."""
        query = {"service_id": self.id, "environment": environment, "limit": "100"}
        for release in self._client.get("/api/v1/releases", params=query).json()["releases"]:
            if release["version"] == version:
                return release["error_count"], release["new_errors"], release["regressed_errors"]
        return None

    def wait_for(self, counters: tuple[int, int, int], version: str = "1.0.0", environment: str = "production") -> None:
        """Wait until the digest is there; then the counters are exactly these."""

        def seen() -> tuple[int, int, int] | None:
            return self.counters(version, environment)

        wait_until(lambda: seen() == counters, shown=seen)


def exception(name: str = "ValueError", *, function: str = "pay", **more: Any) -> dict[str, Any]:
    """An event as SDKs send it; errors differ by type and function."""
    frames = [
        {"function": "main", "filename": "app.py", "lineno": 3, "in_app": True},
        {"function": function, "filename": "shop/cart.py", "lineno": 12, "in_app": True},
    ]
    raised = {"type": name, "value": "bad amount", "stacktrace": {"frames": frames}}
    return {
        "event_id": uuid4().hex,
        "timestamp": time.time(),
        "platform": "python",
        "exception": {"values": [raised]},
        **{key: value for key, value in more.items() if value is not None},
    }


def envelope(*items: dict[str, Any], kind: str = "event", **header: Any) -> bytes:
    """The bytes of an envelope."""
    lines = [json.dumps(header)]
    for item in items:
        payload = json.dumps(item)
        lines += [json.dumps({"type": kind, "length": len(payload.encode())}), payload]
    return "\n".join(lines).encode() + b"\n"


@pytest.fixture
def reporter(server: Server, client: httpx.Client) -> Reporter:
    """A service of the test's organization."""
    return new_reporter(server, client)


def new_reporter(server: Server, client: httpx.Client, name: str = "checkout") -> Reporter:
    answer = client.post("/api/v1/services", json={"name": name})
    assert answer.status_code == 201, answer.text
    return Reporter(server, client, answer.json())
