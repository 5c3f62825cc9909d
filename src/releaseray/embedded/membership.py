"""Join the processes that use a data directory's services; the keeper stops them when the last one leaves."""

import contextlib
import json
import logging
import os
import socket
import sys
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from releaseray.embedded.place import FAREWELL, EmbeddedFailed, Place, explained, last_words, try_lock

START_SECONDS = 90
"""A first start makes a database; a start after a crash recovers one."""
STOP_SECONDS = 30

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Urls:
    """Where the embedded services listen: Unix sockets that only this user can open."""

    database_url: str
    redis_url: str


@contextlib.contextmanager
def running(data_dir: Path) -> Iterator[Urls]:
    """PostgreSQL (database `releaseray`) and Redis on the data directory, for as long as the block lasts.

    Processes that ask for the same directory share the services; whoever leaves last stops them, and waits for
    it. A process that dies without leaving counts as left. Raises EmbeddedFailed with one line that says why.
    """
    if sys.platform == "win32":
        raise EmbeddedFailed(
            "The embedded PostgreSQL and Redis need Linux or macOS. Here, set RELEASERAY_DATABASE_URL and "
            "RELEASERAY_REDIS_URL, or use WSL."
        )
    membership = _Membership(Place.of(data_dir))
    try:
        yield membership.urls
    finally:
        membership.leave()


class _Membership:
    """A connection to the keeper, watched by a thread: when the keeper is killed, another one takes its place."""

    def __init__(self, place: Place) -> None:
        self._place = place
        self._connection, self._keeper, self.urls = _join(place)
        self._leaving = False
        self._lock = threading.Lock()
        self._watching = threading.Thread(target=self._watch, name="embedded-services", daemon=True)
        self._watching.start()

    def leave(self) -> None:
        """Say goodbye; the keeper hangs up at once, or, to the last member, when everything has stopped."""
        with self._lock:
            self._leaving = True
            _say_goodbye(self._connection)
        self._watching.join(STOP_SECONDS)
        self._connection.close()

    def _watch(self) -> None:
        while True:
            farewell = _heard_until_end(self._connection).endswith(FAREWELL)
            if self._keeper is not None and not farewell:
                _reap(self._keeper)
            if self._leaving:
                return
            self._rejoin()

    def _rejoin(self) -> None:
        """The sockets lie where they lay, so that clients just connect again."""
        log.warning("the embedded services were ended from outside; starting them again")
        self._connection.close()
        try:
            connection, self._keeper, _ = _join(self._place)
        except EmbeddedFailed as failure:
            log.error("%s", failure.message)
            self._leaving = True
            return
        with self._lock:
            self._connection = connection
            if self._leaving:
                _say_goodbye(connection)


def _join(place: Place) -> tuple[socket.socket, int | None, Urls]:
    """Connect to the keeper and wait for its greeting, starting one if need be."""
    keeper = None
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        connection = _connect(place)
        if connection and (urls := _greeted(connection)):
            return connection, keeper, urls
        if keeper is not None and _ended(keeper):
            raise EmbeddedFailed(f"The embedded services cannot start: {last_words(place.log('keeper'))}")
        lock = try_lock(place.keeper_lock)
        if lock is not None:
            keeper = _start_keeper(place, lock)
        time.sleep(0.02)
    raise EmbeddedFailed(f"The embedded services on {place.root} do not answer; see {place.log('keeper')}.")


def _connect(place: Place) -> socket.socket | None:
    connection = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    try:
        connection.connect(str(place.control))
    except (FileNotFoundError, ConnectionRefusedError):
        connection.close()
        return None
    except PermissionError:
        connection.close()
        raise EmbeddedFailed(f"{place.root} is in use by another user of this machine.") from None
    return connection


def _start_keeper(place: Place, lock: int) -> int:
    """Start the keeper in a session of its own, so that the terminal's Ctrl-C does not reach it."""
    with explained(place.root):
        output = os.open(place.log("keeper"), os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    environment = {name: value for name, value in os.environ.items() if not name.startswith("PG")}
    try:
        return os.posix_spawn(
            sys.executable,
            [sys.executable, "-m", "releaseray.embedded.keeper", str(place.root), str(place.sockets)],
            environment,
            file_actions=[
                (os.POSIX_SPAWN_DUP2, lock, 0),
                (os.POSIX_SPAWN_DUP2, output, 1),
                (os.POSIX_SPAWN_DUP2, output, 2),
            ],
            setsid=True,
        )
    finally:
        os.close(lock)
        os.close(output)


def _greeted(connection: socket.socket) -> Urls | None:
    """What the keeper says once the services are up; None when it ended instead. Raises EmbeddedFailed."""
    connection.settimeout(START_SECONDS)
    urls = None
    try:
        with connection.makefile("rb") as stream, contextlib.suppress(ConnectionError):
            if line := stream.readline():
                urls = _understood(json.loads(line))
    except TimeoutError:
        raise EmbeddedFailed(f"The embedded services were not up within {START_SECONDS} seconds.") from None
    finally:
        if urls is None:
            connection.close()
    return urls


def _understood(greeting: dict[str, str]) -> Urls:
    if "error" in greeting:
        raise EmbeddedFailed(greeting["error"])
    return Urls(**greeting)


def _say_goodbye(connection: socket.socket) -> None:
    with contextlib.suppress(OSError):
        connection.shutdown(socket.SHUT_WR)


def _heard_until_end(connection: socket.socket) -> bytes:
    connection.settimeout(None)
    said = b""
    with contextlib.suppress(OSError):
        while heard := connection.recv(4096):
            said += heard
    return said


def _reap(keeper: int) -> None:
    with contextlib.suppress(ChildProcessError):
        os.waitpid(keeper, 0)


def _ended(keeper: int) -> bool:
    try:
        return os.waitpid(keeper, os.WNOHANG)[0] != 0
    except ChildProcessError:
        return True
