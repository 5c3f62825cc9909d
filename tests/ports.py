"""Ports for servers in other processes, which have to be told one before they listen."""

import os
import random
import socket
from contextlib import suppress
from itertools import chain, cycle

_FIRST, _EACH, _WORKERS = 20_000, 500, 24
"""Below those that systems give away themselves: there any connection may take one between the look and the use."""


def _own() -> range:
    """The even ones of this worker of pytest's, so that two workers never look at the same."""
    worker = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw")) % _WORKERS
    return range(_FIRST + worker * _EACH, _FIRST + (worker + 1) * _EACH, 2)


# Not from the same one each time: another run of the tests may be on its way.
_start = random.randrange(len(_own()))
_next = cycle(chain(_own()[_start:], _own()[:_start]))


def free_port() -> int:
    """A port that nobody uses, nor the one above it; each call gives another."""
    while True:
        port = next(_next)
        with socket.socket() as first, socket.socket() as second, suppress(OSError):
            first.bind(("127.0.0.1", port))
            second.bind(("127.0.0.1", port + 1))
            return port
