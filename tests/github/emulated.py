"""An emulator of GitHub and Slack that keeps what it is told, as a process of its own."""

import json
import socket
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from tests.ports import free_port
from tests.processes import wait_until

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
    port = free_port()
    command = ["node", str(PROGRAM), "start", "-p", str(port), "-s", "github,slack", "--seed", str(path)]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        try:
            wait_until(lambda: _listens(port + 1), shown=lambda: "the emulator does not start")
            yield port
        finally:
            process.terminate()


def _listens(port: int) -> bool:
    with suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
        return True
    return False
