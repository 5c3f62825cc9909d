"""An emulator of GitHub and Slack that keeps what it is told, as a process of its own."""

import json
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

PROGRAM = Path(__file__).parents[1] / "emulator/node_modules/emulate/dist/index.js"
TOKEN = "gho_emulated"
SEED: dict[str, Any] = {
    "tokens": {TOKEN: {"login": "acme", "scopes": ["repo"]}},
    "github": {
        "users": [{"login": "acme", "name": "Acme", "email": "acme@example.com"}],
        "repos": [{"owner": "acme", "name": "myapp", "auto_init": True}],
    },
    "slack": {"channels": [{"name": "general"}], "bots": [{"name": "releaseray"}]},
}


@contextmanager
def emulating(seed: dict[str, Any], folder: Path) -> Iterator[int]:
    """Where GitHub is while the block runs; Slack is one port above."""
    assert PROGRAM.exists(), "npm ci --prefix tests/emulator puts the emulator there"
    path = folder / "seed.json"
    path.write_text(json.dumps(seed))
    port = _two_free_ports()
    command = ["node", str(PROGRAM), "start", "-p", str(port), "-s", "github,slack", "--seed", str(path)]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        try:
            _wait_for(port + 1)
            yield port
        finally:
            process.terminate()


def _two_free_ports() -> int:
    """A port that is free together with the next one."""
    while True:
        with socket.socket() as first, socket.socket() as second, suppress(OSError):
            first.bind(("127.0.0.1", 0))
            port: int = first.getsockname()[1]
            second.bind(("127.0.0.1", port + 1))
            return port


def _wait_for(port: int) -> None:
    for _ in range(200):
        with suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
            return
        time.sleep(0.05)
    raise AssertionError("the emulator does not start")
